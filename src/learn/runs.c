#include "learn/runs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "learn/attempt.h"
#include "learn/search.h"
#include "text/capname.h"

enum {
    TRIAL_SECONDS =
        10, /* for a trial beyond three times what the first run took, without --timeout */
};

/* ---- progress messages ---- */

static void tell(const struct result *result, const char *before, uint64_t set, const char *after) {
    char names[CAPNAME_LIST_SIZE];

    if (isatty(STDERR_FILENO) != 1)
        return;
    capname_join(set, "", ",", names);
    (void)fprintf(stderr, "capwrap-learn: run %u%s%s%s\n", result->runs, before,
                  set == 0                    ? "none"
                  : set == result->everything ? "everything"
                                              : names,
                  after);
}

static unsigned trial_limit(const struct result *result) {
    return TRIAL_SECONDS + 3 * (result->first.duration / 1000);
}

/* Printed before the second run. */
static void tell_bound(struct result *result) {
    unsigned seconds = result->subject.timeout;

    result->bound = SEARCH_RUNS;
    if (seconds == 0 && result->runs > 0)
        seconds = trial_limit(result);
    (void)fprintf(stderr, "capwrap-learn: at most %u runs in all", result->bound);
    if (seconds != 0)
        (void)fprintf(stderr, ", each of at most %u s", seconds);
    (void)fputc('\n', stderr);
}

/* ---- one run ---- */

static int make(struct result *result, const struct attempt_plan *plan, struct attempt *attempt,
                struct fail *f) {
    result->runs++;
    tell(result, plan->watch != NULL ? ", watched, with " : ", with ", plan->keep, "");
    int status = attempt_run(&result->subject, &result->kallsyms, plan, attempt, f);
    result->lost += attempt->lost;
    result->late += attempt->late;
    result->interrupted |= attempt->outcome.interrupted;
    if (status == 0 && attempt->outcome.interrupted && !attempt->outcome.begun)
        result->runs--;
    return status;
}

static int refuse_test(const struct result *result, struct fail *f) {
    return error_set(f, "test", 0,
                     "end what answers it, restore the state before it with --reset, or correct it",
                     "it succeeds without the program: '%.300s'", result->subject.test);
}

/* ---- the run with everything ---- */

static int make_first(struct result *result, struct fail *f) {
    struct attempt attempt;
    const struct attempt_plan plan = {.keep = result->everything, .watch = result->watch};

    int status = make(result, &plan, &attempt, f);
    usage_free(&result->usage);
    privilege_free(&result->privilege);
    result->usage = attempt.usage;
    result->privilege = attempt.privilege;
    result->first = attempt.outcome;
    result->first_made |= attempt.outcome.begun;
    result->kprobe = attempt.kprobe;
    result->calls = attempt.calls;
    if (status == 0 && attempt.outcome.passes_without)
        return refuse_test(result, f);
    return status;
}

/* capwrap starts a program with file capabilities with exactly these or not at all, so these are
 * then everything. */
static int make_first_again(struct result *result, struct fail *f) {
    uint64_t own = result->first.program.file.caps_permitted;

    result->own_capabilities = true;
    result->everything &= own;
    result->missing &= own;
    result->runs = 0; /* the launcher refused, so nothing ran */
    return make_first(result, f);
}

/* Without a watch, a run with nothing comes first: what the program does only once is not done
 * yet then. */
static int make_none(struct result *result, struct attempt *none, struct fail *f) {
    const struct attempt_plan plan = {.keep = 0};

    tell_bound(result);
    int status = make(result, &plan, none, f);
    if (status == 0 && none->outcome.passes_without)
        return refuse_test(result, f);
    if (none->outcome.refused)
        result->runs = 0;
    return status;
}

static int make_runs(struct result *result, struct fail *f) {
    if (make_first(result, f) != 0)
        return -1;
    if (result->first.refused && result->first.refusal.code == FAIL_FILE_CAPABILITIES &&
        result->first.program.inspected && make_first_again(result, f) != 0)
        return -1;
    if (result->first.refused) {
        *f = result->first.refusal;
        return -1;
    }
    result->first_works = trial_works(&result->subject, &result->first);
    /* One that fails now and then may do so now. */
    bool again = result->options.verify && !result->first_works && !result->interrupted &&
                 result->subject.test == NULL && !result->first.timed_out &&
                 !result->subject.input_taken;
    if (again) {
        if (result->bound == 0)
            tell_bound(result);
        if (make_first(result, f) != 0)
            return -1;
        result->first_works = trial_works(&result->subject, &result->first);
    }
    return 0;
}

static void note_first(struct result *result) {
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        result->facts[cap] = (struct fact){.substitute = -1};
        result->facts[cap].asked_first = result->usage.asked[cap].counted.checks > 0;
    }
    result->keep =
        result->traced ? usage_caps(&result->usage) & result->everything : result->everything;
}

int runs_first(struct result *result, struct fail *f) {
    struct attempt none = {.watched = false};

    result->traced = !result->options.no_trace;
    if (result->traced && kallsyms_load(&result->kallsyms) != 0)
        return error_set(f, "watch", ENOMEM, "raise the memory limit", "/proc/kallsyms");
    if (result->traced) {
        const struct watch_events events = {.failures = result->options.verify};
        result->watch = watch_open(&events, f);
        if (result->watch == NULL)
            return -1;
    }
    int status = result->traced ? 0 : make_none(result, &none, f);
    if (status == 0 && !result->interrupted && !result->subject.input_taken)
        status = make_runs(result, f);
    if (status == 0 && result->interrupted && result->runs == 0)
        status = error_set(f, "run", 0, "start it again",
                           "it was interrupted before the program was started");
    if (status == 0) {
        char ignored[STANDING_STAYS];
        note_first(result);
        result->none_works = !result->traced && trial_works(&result->subject, &none.outcome) &&
                             !privilege_more(&result->privilege, &none.privilege,
                                             &result->subject.identity.groups, ignored);
    }
    attempt_free(&none);
    bool passed = result->subject.test == NULL || result->first.test_passed || !result->first_made;
    result->state = passed ? STATE_OBSERVED : STATE_NOT_CONFIRMED;
    if (!passed)
        result->reasons |=
            1U << (result->interrupted ? REASON_INTERRUPTED : REASON_TEST_NEVER_SUCCEEDED);
    return status;
}

/* ---- trials ---- */

/* The context of a search, and its error. */
struct trials {
    struct result *result;
    struct fail *fail;
    bool failed;
};

/* Records what a run that worked shows about the capabilities that it lacked. */
static void note_refusals(struct result *result, const struct attempt *attempt, uint64_t set) {
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        const struct refusals *refusals = &attempt->usage.asked[cap].refusals;
        struct fact *fact = &result->facts[cap];
        if ((attempt->usage.refused & ~set & CAP_MASK(cap)) == 0)
            continue;
        fact->refused = true;
        fact->outcome_known = attempt->calls && (refusals->failed > 0 || refusals->unanswered == 0);
        fact->succeeded = refusals->failed == 0;
        fact->error = refusals->error;
        fact->call = refusals->call;
        memcpy(fact->process, refusals->process, sizeof fact->process);
    }
}

/* Records what remains although it was given up with everything, for each possible capability. */
static void note_privilege(struct result *result, const struct attempt *attempt, uint64_t set,
                           const char *stays) {
    uint64_t refused = attempt->usage.refused & ~set;
    uint64_t missing = refused != 0 ? refused : result->everything & ~set;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if ((missing & CAP_MASK(cap)) != 0)
            (void)snprintf(result->facts[cap].stays, sizeof result->facts[cap].stays, "%s", stays);
}

static void judge_attempt(struct result *result, const struct attempt *attempt, uint64_t set,
                          struct trial_report *report) {
    char stays[STANDING_STAYS] = "";
    bool works = trial_works(&result->subject, &attempt->outcome);

    report->asked = usage_caps(&attempt->usage);
    /* A refusal by capwrap itself does not depend on the run. */
    report->refused =
        (attempt->outcome.refused ? result->everything : attempt->usage.refused) & ~set;
    report->own_sets = attempt->privilege.own_sets_refused;
    report->more_privileged = works && result->first_works &&
                              privilege_more(&result->privilege, &attempt->privilege,
                                             &result->subject.identity.groups, stays);
    report->answer = works && !report->more_privileged ? ANSWER_WORKS : ANSWER_FAILS;
    if (report->more_privileged)
        note_privilege(result, attempt, set, stays);
    if (report->answer == ANSWER_WORKS) {
        note_refusals(result, attempt, set);
        result->unknown_end = attempt->privilege.unknown;
        result->left = attempt->outcome.left;
    }
    tell(result, ": with ", set,
         report->more_privileged ? " it works, and ends more privileged"
         : works                 ? " it works"
                                 : " it does not work");
}

static struct trial_report try(void *context, uint64_t set) {
    struct trials *trials = context;
    struct result *result = trials->result;
    struct trial_report report = {.answer = ANSWER_STOP};
    struct attempt attempt;
    const struct attempt_plan plan = {
        .keep = set, .limit = trial_limit(result), .watch = result->watch, .failures = true};

    if (make(result, &plan, &attempt, trials->fail) != 0)
        trials->failed = true;
    else if (attempt.outcome.passes_without)
        result->reasons |= 1U << REASON_TEST_ALONE;
    else if (!attempt.outcome.interrupted)
        judge_attempt(result, &attempt, set, &report);
    attempt_free(&attempt);
    return report;
}

/* ---- the search ---- */

/* What the program itself has put into its sets; nearly everything is not a declaration. */
static uint64_t declared(const struct result *result) {
    enum { DECLARED_MOST = 16 };
    uint64_t set = result->privilege.declared & result->everything;

    return __builtin_popcountll(set) <= DECLARED_MOST ? set : 0;
}

static void add_reason(struct result *result, enum reason reason) {
    result->reasons |= 1U << reason;
}

static void note_found(struct result *result, const struct found *found) {
    static const enum reason reasons[] = {
        [VERDICT_STOPPED] = REASONS,
        [VERDICT_RUNS] = REASON_RUNS,
        [VERDICT_NOT_REPEATABLE] = REASON_NOT_REPEATABLE,
        [VERDICT_DONE_ONCE] = REASON_DONE_ONCE,
        [VERDICT_UNSTEADY] = REASON_UNSTEADY,
        [VERDICT_UNEXPLAINED] = REASON_UNEXPLAINED,
        [VERDICT_FAILED] = REASONS, /* reported already */
    };

    result->flaky = found->flaky;
    result->unexplained = found->unexplained;
    /* If no set smaller than everything worked, what was asked for is more informative. */
    bool nothing = found->verdict != VERDICT_CONFIRMED && found->keep == result->everything;
    if (!nothing || !result->traced)
        result->keep = found->keep;
    result->search_failed = nothing;
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        result->facts[cap].other_path = (found->other_path & CAP_MASK(cap)) != 0;
        result->facts[cap].privileged = (found->privileged & CAP_MASK(cap)) != 0;
        result->facts[cap].substitute = found->substitute[cap];
    }
    if (found->verdict != VERDICT_CONFIRMED && reasons[found->verdict] != REASONS)
        add_reason(result, reasons[found->verdict]);
}

/* Records why the first run is no basis, or why the last one showed nothing. */
static void note_state(struct result *result) {
    const struct outcome *first = &result->first;
    bool test = result->subject.test != NULL;

    if (result->interrupted)
        add_reason(result, REASON_INTERRUPTED);
    if (result->subject.input_taken)
        add_reason(result, REASON_INPUT);
    if (result->first_made && !result->first_works && !test && !result->interrupted)
        add_reason(result, first->timed_out ? REASON_STILL_RUNNING : REASON_FAILED);
    if (!test && (first->left || result->left))
        add_reason(result, REASON_LEFT);
    if (result->first_works && (result->privilege.unknown || result->unknown_end))
        add_reason(result, REASON_END_STATE);
}

static int test_alone(struct result *result, struct fail *f) {
    bool succeeds;

    if (result->reasons != 0)
        return 0;
    if (trial_test_alone(&result->subject, &succeeds, f) != 0)
        return -1;
    if (succeeds)
        add_reason(result, REASON_TEST_ALONE);
    if (shell_interrupted())
        add_reason(result, REASON_INTERRUPTED);
    return 0;
}

/* A run whose input an earlier run has read is not the same run again. */
static bool is_worth_a_search(const struct result *result) {
    return !result->interrupted && !result->subject.input_taken &&
           (result->first_works || !result->first.timed_out || result->subject.test != NULL);
}

int runs_search(struct result *result, struct fail *f) {
    struct trials trials = {.result = result, .fail = f};
    struct search search = {
        .run = try,
        .context = &trials,
        .repeat = result->options.repeat,
        .most = SEARCH_RUNS - result->runs,
        .everything = result->everything,
        .traced = result->traced ? result->keep : 0,
        .declared = declared(result),
        .has_trace = result->traced,
        .first_failed = !result->first_works,
        .none_failed = !result->traced && !result->none_works,
        .none_worked = result->none_works,
    };

    if (!result->options.verify)
        return 0;
    if (is_worth_a_search(result)) {
        if (result->bound == 0)
            tell_bound(result);
        struct found found = search_run(&search);
        if (trials.failed)
            return -1;
        note_found(result, &found);
    } else {
        result->search_failed = result->subject.input_taken;
    }
    note_state(result);
    if (test_alone(result, f) != 0)
        return -1;
    result->state = result->reasons == 0 ? STATE_CONFIRMED : STATE_NOT_CONFIRMED;
    return 0;
}
