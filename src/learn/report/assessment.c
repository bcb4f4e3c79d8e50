#include "learn/report/assessment.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* The reason of the rule that most of the ignored checks come under. */
static const char *ignored_reason(const struct uses *uses) {
    const struct use *most = NULL;

    for (size_t i = 0; i < uses->count; i++)
        if (most == NULL || uses->list[i].checks > most->checks)
            most = &uses->list[i];
    return most == NULL ? "asked by the way" : most->noise->reason;
}

const char *assessment_reason(const struct result *result, unsigned cap) {
    const struct asked *asked = &result->usage.asked[cap];

    if ((result->keep & CAP_MASK(cap)) == 0)
        return asked->counted.checks > 0 ? "asked for, and it works without"
                                         : ignored_reason(&asked->ignored);
    if (result->state == STATE_OBSERVED)
        return "asked for; whether it works without was not tried";
    if (result->state == STATE_NOT_CONFIRMED)
        return "could not be left out, or was not tried without";
    return asked->counted.checks > 0 || !result->traced
               ? "it does not work without"
               : "it does not work without, though it was not "
                 "seen to be asked for";
}

/* Trials are not watched yet. */
const char *assessment_fact(const struct result *result, unsigned cap, char text[ASSESSMENT_FACT]) {
    (void)result;
    (void)cap;
    text[0] = '\0';
    return text;
}

size_t assessment_reasons(const struct result *result, struct limit reasons[REASONS]) {
    (void)result;
    (void)reasons;
    return 0;
}

uint64_t assessment_outside(const struct result *result) {
    return result->options.check_word == NULL ? 0 : result->keep & ~result->options.check;
}

int assessment_exit(const struct result *result) {
    if (result->state == STATE_NOT_CONFIRMED)
        return 2;
    return assessment_outside(result) != 0 ? 1 : 0;
}

/* ---- how far it goes ---- */

struct limits {
    struct limit *list;
    size_t count;
};

static void __attribute__((format(printf, 2, 3)))
add(struct limits *limits, const char *format, ...) {
    va_list values;

    if (limits->count == ASSESSMENT_LIMITS)
        return;
    va_start(values, format);
    (void)vsnprintf(limits->list[limits->count++].text, ASSESSMENT_LIMIT, format, values);
    va_end(values);
}

static void add_watching(const struct result *result, struct limits *limits) {
    if (!result->traced)
        return;
    if (result->lost > 0)
        add(limits,
            "%llu checks were lost, of this program or of others: more may be needed than was seen",
            (unsigned long long)result->lost);
    if (kallsyms_hidden(&result->kallsyms))
        add(limits, "the kernel hides its symbols (kptr_restrict, or no SYSLOG): noise is not told "
                    "from need, and system calls have no names");
    if (result->kprobe)
        add(limits,
            "a kprobe sees no answers, so that checks that were refused count too, and none of "
            "the checks that the compiler made a part of other functions (in capset, and for "
            "securebits)");
    if (result->usage.no_memory)
        add(limits, "there was not enough memory to tell noise from need");
}

bool assessment_program_failed(const struct result *result) {
    const struct outcome *first = &result->first;

    return result->options.test == NULL && first->ended && first->status != 0;
}

static void add_status(const struct result *result, struct limits *limits) {
    const struct outcome *first = &result->first;

    if (result->options.test != NULL) {
        if (!first->test_passed)
            add(limits, "the test never succeeded, with everything kept: %s", result->options.test);
        return;
    }
    if (first->timed_out)
        add(limits, "it was still running when its time was up: that is all that counts as "
                    "working; give a --test");
    else if (first->left)
        add(limits, "it ended and left processes behind: its exit status tells little of them; "
                    "give a --test");
    else if (first->ended && WIFSIGNALED(first->status))
        add(limits, "it was ended by signal %d with everything kept: that counts as working",
            WTERMSIG(first->status));
    else if (first->ended && WEXITSTATUS(first->status) != 0)
        add(limits, "it ended with status %d with everything kept: that counts as working",
            WEXITSTATUS(first->status));
}

size_t assessment_limits(const struct result *result, struct limit limits[ASSESSMENT_LIMITS]) {
    struct limits all = {.list = limits};

    add_watching(result, &all);
    add_status(result, &all);
    if (result->missing != 0) {
        char names[CAPNAME_LIST_SIZE];
        capname_join(result->missing, "", ", ", names);
        add(&all,
            "capwrap-learn does not hold %.400s itself: whether it would be used cannot be "
            "told",
            names);
    }
    if (result->own_capabilities)
        add(&all, "the program's file has capabilities of its own: capwrap starts it with "
                  "exactly these, or not at all");
    if (result->interrupted)
        add(&all, "it was interrupted, and not everything was tried");
    if (result->options.verify && result->subject.input < 0 && isatty(STDIN_FILENO) == 0)
        add(&all, "standard input cannot be read again: only the first run had it");
    if (result->state == STATE_OBSERVED && result->keep != 0)
        add(&all, "less may be enough: --verify finds out, by running it again");
    return all.count;
}
