#include "learn/report/assessment.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "show/errno_name.h"
#include "text/capname.h"

const char *assessment_state(const struct result *result) {
    switch (result->state) {
    case STATE_CONFIRMED:
        return "confirmed";
    case STATE_NOT_CONFIRMED:
        return "not confirmed";
    case STATE_OBSERVED:
        break;
    }
    return "observed";
}

const char *assessment_method(const struct result *result) {
    if (!result->traced)
        return "trial";
    return result->kprobe ? "kprobe" : "tracepoint";
}

/* ---- each capability ---- */

uint64_t assessment_caps(const struct result *result) {
    uint64_t set = result->keep;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if (usage_of(&result->usage.asked[cap])->checks > 0)
            set |= CAP_MASK(cap);
    return set;
}

const char *assessment_of(const struct result *result, unsigned cap) {
    if ((result->keep & CAP_MASK(cap)) != 0)
        return "needed";
    return result->usage.asked[cap].counted.checks > 0 ? "not needed" : "ignored";
}

/* The reason of the rule that matches most of the ignored checks. */
static const char *ignored_reason(const struct uses *uses) {
    const struct use *most = NULL;

    for (size_t i = 0; i < uses->count; i++)
        if (most == NULL || uses->list[i].checks > most->checks)
            most = &uses->list[i];
    return most == NULL ? "asked incidentally" : most->noise->reason;
}

const char *assessment_reason(const struct result *result, unsigned cap) {
    const struct asked *asked = &result->usage.asked[cap];

    if ((result->keep & CAP_MASK(cap)) == 0)
        return asked->counted.checks > 0 ? "asked for, but it works without"
                                         : ignored_reason(&asked->ignored);
    if (result->state == STATE_OBSERVED)
        return "asked for; whether it works without was not tried";
    if (result->state == STATE_NOT_CONFIRMED)
        return "could not be left out, or leaving it out was not tried";
    return asked->counted.checks > 0 || !result->traced
               ? "it does not work without"
               : "it does not work without, though it was not "
                 "seen to be asked for";
}

uint64_t assessment_outside(const struct result *result) {
    return result->options.check_word == NULL ? 0 : result->keep & ~result->options.check;
}

bool assessment_saw_all(const struct result *result) {
    return result->state != STATE_OBSERVED ||
           (result->lost == 0 && result->late == 0 && !result->usage.no_memory);
}

int assessment_exit(const struct result *result) {
    if (result->state == STATE_NOT_CONFIRMED)
        return 2;
    if (assessment_outside(result) != 0)
        return 1;
    return result->options.check_word != NULL && !assessment_saw_all(result) ? 2 : 0;
}

static const char *error_word(int error) {
    const char *name = errno_name(error);

    return name != NULL ? name : "an error";
}

static void write_refusal(const struct fact *fact, char text[ASSESSMENT_FACT]) {
    if (!fact->outcome_known)
        (void)snprintf(text, ASSESSMENT_FACT,
                       "%s: it was refused in %s, whose result was not seen, and the program "
                       "continued",
                       fact->process, fact->call != NULL ? fact->call : "a call");
    else if (fact->succeeded)
        (void)snprintf(text, ASSESSMENT_FACT, "%s: %s succeeded without it", fact->process,
                       fact->call != NULL ? fact->call : "the call");
    else
        (void)snprintf(text, ASSESSMENT_FACT, "%s: %s failed (%s) and the program continued",
                       fact->process, fact->call != NULL ? fact->call : "the call",
                       error_word(fact->error));
}

const char *assessment_fact(const struct result *result, unsigned cap, char text[ASSESSMENT_FACT]) {
    const struct fact *fact = &result->facts[cap];
    char name[CAPNAME_SIZE];

    text[0] = '\0';
    capname_print(cap, name);
    if ((result->keep & CAP_MASK(cap)) != 0) {
        if (fact->privileged)
            (void)snprintf(text, ASSESSMENT_FACT, "without %s it works, but keeps %s", name,
                           fact->stays);
    } else if (fact->substitute >= 0) {
        char other[CAPNAME_SIZE];
        capname_print((unsigned)fact->substitute, other);
        (void)snprintf(text, ASSESSMENT_FACT, "asked for; %s is enough", other);
    } else if (fact->refused) {
        write_refusal(fact, text);
    } else if (fact->other_path) {
        (void)snprintf(text, ASSESSMENT_FACT,
                       "not asked for by a run without it, which took another path");
    }
    return text;
}

uint64_t assessment_phase(const struct result *result, const struct phase *phase) {
    uint64_t needed = phase->caps & result->keep;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if ((phase->caps & CAP_MASK(cap)) != 0 && result->facts[cap].substitute >= 0)
            needed |= CAP_MASK(result->facts[cap].substitute) & result->keep;
    return needed;
}

/* ---- sentences ---- */

struct limits {
    struct limit *list;
    size_t count, most;
};

static void add(struct limits *limits, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct limits *limits, const char *code, const char *format, ...) {
    struct limit *limit = &limits->list[limits->count];
    va_list values;

    if (limits->count == limits->most)
        return;
    va_start(values, format);
    (void)vsnprintf(limit->text, sizeof limit->text, format, values);
    va_end(values);
    limit->code = code;
    limits->count++;
}

/* How a test or a program ended, to follow "with" or "by". */
static void write_status(int status, char text[64]) {
    if (WIFSIGNALED(status))
        (void)snprintf(text, 64, "by signal %d", WTERMSIG(status));
    else
        (void)snprintf(text, 64, "with status %d", WEXITSTATUS(status));
}

/* ---- why it is not confirmed ---- */

static const char *reason_code(enum reason reason) {
#define REASON_WORD(name, word) [REASON_##name] = (word),
    static const char *const words[REASONS] = {REASON_LIST(REASON_WORD)};
#undef REASON_WORD

    return words[reason];
}

static void add_test(const struct result *result, struct limits *all) {
    const struct outcome *first = &result->first;
    char status[64], end[96] = "";

    write_status(first->test_status, status);
    if (first->test_ended)
        (void)snprintf(end, sizeof end, "; it ended %s and said%s", status,
                       first->test_output[0] != '\0' ? ": " : " nothing");
    add(all, reason_code(REASON_TEST_NEVER_SUCCEEDED),
        "the test never %s, with everything kept%s%u%s: %.500s%s%.1024s",
        first->test_ended ? "succeeded" : "ended", first->timed_out ? ", within " : ", in ",
        first->timed_out ? result->subject.timeout : first->duration / 1000,
        first->timed_out ? " s (--timeout)" : " s", result->subject.test, end, first->test_output);
}

static void add_failed(const struct result *result, struct limits *all) {
    char status[64];

    write_status(result->first.status, status);
    add(all, reason_code(REASON_FAILED),
        "with everything kept it ended %s, and only status %u counts as success: give a --test, or "
        "--expect-status%s",
        status, result->subject.expect_status,
        result->search_failed ? "" : "; this set is one that it worked with");
}

static const char *reason_text(enum reason reason) {
    switch (reason) {
    case REASON_INTERRUPTED:
        return "it was interrupted, and not everything was tried";
    case REASON_STILL_RUNNING:
        return "it was still running when its time was up, which does not show whether it works: "
               "give a --test";
    case REASON_LEFT:
        return "it ended and left processes behind: its exit status says little about them; give a "
               "--test";
    case REASON_NOT_REPEATABLE:
        return "it worked once, and no longer works even with everything kept: restore the "
               "state before it with --reset";
    case REASON_DONE_ONCE:
        return "a second run with everything did not ask for what the first one asked for: its "
               "work was done already; restore the state before it with --reset";
    case REASON_RUNS:
        return "the limit of runs was reached, and there were more sets to try";
    case REASON_TEST_ALONE:
        return "the test succeeds without the program, by what an earlier run left behind or by "
               "something else that answers: restore the state before it with --reset, or correct "
               "the test";
    case REASON_END_STATE:
        return "it is unknown how its processes ended: one of them may have kept an identity or "
               "capabilities that it gave up with everything";
    case REASON_UNSTEADY:
        return "the same set worked in one run and not in another: what it depends on is not a "
               "capability alone";
    case REASON_INPUT:
        return "a run has read standard input, which no other run can read again: give it a file "
               "(<FILE)";
    case REASON_UNEXPLAINED:
    case REASON_TEST_NEVER_SUCCEEDED:
    case REASON_FAILED:
    case REASONS:
        break;
    }
    return "";
}

static void add_unexplained(const struct result *result, struct limits *all) {
    char names[CAPNAME_LIST_SIZE];

    capname_join(result->unexplained, "", ", ", names);
    add(all, reason_code(REASON_UNEXPLAINED),
        "it failed without %s, and was not seen to ask for that: it may fail for another reason",
        names);
}

size_t assessment_reasons(const struct result *result, struct limit reasons[REASONS]) {
    struct limits all = {.list = reasons, .most = REASONS};

    if (result->state != STATE_NOT_CONFIRMED)
        return 0;
    for (unsigned reason = 0; reason < REASONS; reason++) {
        if ((result->reasons >> reason & 1) == 0)
            continue;
        if (reason == REASON_TEST_NEVER_SUCCEEDED)
            add_test(result, &all);
        else if (reason == REASON_FAILED)
            add_failed(result, &all);
        else if (reason == REASON_UNEXPLAINED)
            add_unexplained(result, &all);
        else
            add(&all, reason_code(reason), "%s", reason_text(reason));
    }
    return all.count;
}

/* ---- how far it goes ---- */

static void add_losses(const struct result *result, struct limits *all) {
    if (result->lost > 0)
        add(all, "checks-lost",
            "%llu checks were lost, of this program or of others: more may be needed than was seen",
            (unsigned long long)result->lost);
    if (result->late > 0)
        add(all, "records-late",
            "%llu records arrived too late to be sorted: a process may have been missed",
            (unsigned long long)result->late);
    if (result->usage.no_memory || result->privilege.no_memory)
        add(all, "no-memory", "there was not enough memory to distinguish noise from need");
}

static void add_watching(const struct result *result, struct limits *all) {
    if (!result->traced) {
        add(all, "not-watched",
            "nothing was watched: a process that the program waited for itself was not seen, and "
            "what it kept is not known");
        return;
    }
    add_losses(result, all);
    if (kallsyms_hidden(&result->kallsyms))
        add(all, "symbols-hidden",
            "the kernel hides its symbols (kptr_restrict, or no SYSLOG): noise is not "
            "distinguished from need, and system calls have no names");
    if (result->kprobe)
        add(all, "kprobe",
            "a kprobe records no results: refused checks count too, and the checks that the "
            "compiler inlined into other functions (in capset, and for securebits) are "
            "missing");
    if (!result->calls)
        add(all, "calls-not-watched",
            "this kernel records no system calls (CONFIG_FTRACE_SYSCALLS): whether an identity "
            "was given up is known only of processes that were there at the end");
    if (result->privilege.phases.more)
        add(all, "identities-not-listed",
            "it ran with more users and groups than the %d that are listed", PHASES_MOST);
    if (result->privilege.capset)
        add(all, "capset-not-read",
            "it changed its own capability sets (capset), whose masks are not recorded: what it "
            "put there has to be kept, and may be missing from what was watched");
}

bool assessment_program_failed(const struct result *result) {
    /* A search may nevertheless have found a set that works; a test that never succeeded may itself
     * be at fault. */
    bool none_worked = !result->options.verify || result->search_failed;

    return result->options.test == NULL && !result->first_works && !result->first.timed_out &&
           !result->interrupted && none_worked;
}

static void add_status(const struct result *result, struct limits *all) {
    const struct outcome *first = &result->first;
    char status[64];

    write_status(first->status, status);
    if (result->interrupted && result->state == STATE_OBSERVED)
        add(all, reason_code(REASON_INTERRUPTED),
            "it was interrupted%s%s: what it would have done after that was not seen",
            first->ended ? ", and ended " : "", first->ended ? status : "");
    if (result->interrupted || result->subject.test != NULL || result->options.verify ||
        result->first_works)
        return;
    if (first->timed_out)
        add(all, "still-running",
            "it was still running when its time was up: only what it did until then was seen");
    else if (first->ended)
        add(all, "ended-with-failure",
            "it ended %s: what it would have done after that was not seen", status);
}

/* The extent of the run, in one line. */
static void add_exercised(const struct result *result, struct limits *all) {
    const struct outcome *first = &result->first;
    const unsigned tenths = first->duration / 100;
    char test[64] = "";

    if (first->test_passed)
        (void)snprintf(test, sizeof test, "; the test passed after %u.%u s",
                       first->test_after / 1000, first->test_after / 100 % 10);
    if (!result->first_made)
        return;
    add(all, "exercised", "what was not exercised is unknown: the program ran for %u.%u s and %s%s",
        tenths / 10, tenths % 10, first->ended ? "ended" : "was ended", test);
}

static void add_missing(const struct result *result, struct limits *all) {
    if (result->missing != 0) {
        char names[CAPNAME_LIST_SIZE];
        capname_join(result->missing, "", ", ", names);
        add(all, "capabilities-not-held",
            "capwrap-learn does not hold %s itself: it is unknown whether it would be used", names);
    }
    if (result->own_capabilities)
        add(all, "file-capabilities",
            "the program's file has capabilities of its own: capwrap starts it with "
            "exactly these, or not at all");
}

/* Capabilities that were asked for at first, but not in the run without them. */
static void add_paths(const struct result *result, struct limits *all) {
    char names[CAPNAME_LIST_SIZE];
    uint64_t set = 0;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        set |= result->facts[cap].other_path ? CAP_MASK(cap) : 0;
    capname_join(set, "", ", ", names);
    if (set != 0)
        add(all, "other-path",
            "without %s the program was not seen to ask for it: it took another path, which worked",
            names);
    if (result->flaky)
        add(all, "flaky", "it fails sometimes: the same set worked in one run and not in another");
}

size_t assessment_limits(const struct result *result, struct limit limits[ASSESSMENT_LIMITS]) {
    struct limits all = {.list = limits, .most = ASSESSMENT_LIMITS};

    add_watching(result, &all);
    add_status(result, &all);
    add_missing(result, &all);
    add_paths(result, &all);
    if (result->options.verify && result->subject.input < 0 && !result->subject.input_taken &&
        isatty(STDIN_FILENO) == 0)
        add(&all, "input-not-repeated",
            "standard input cannot be read again: what one run reads of it, no other run has");
    if (result->state == STATE_OBSERVED && result->keep != 0)
        add(&all, "less-may-be-enough",
            "less may be enough: --verify finds out, by running it again");
    add_exercised(result, &all);
    return all.count;
}
