/*
 * Every call to the kernel fails in turn, and every one lies in turn: the program starts in the
 * requested state or not at all.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/observe.h"
#include "core/verify.h"
#include "fake/pipeline.h"
#include "fake/scenarios.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- which row makes which call ---- */

/* The calls of an undisturbed run, each with the step that an error in it must name. */
struct trace {
    size_t count;
    struct fake_call calls[FAKE_CALLS];
    const char *steps[FAKE_CALLS];
};

static void label(struct trace *trace, const char *step) {
    for (; trace->count < fake.call_count; trace->count++) {
        trace->calls[trace->count] = fake.calls[trace->count];
        trace->steps[trace->count] = step;
    }
}

/* The pipeline in single steps, labelled as it goes. */
static void trace_scenario(const struct scenario *scenario, struct trace *trace) {
    char *no_words[] = {NULL};
    struct run o;
    size_t count;
    const struct step *steps = transition_steps(&count);

    trace->count = 0;
    scenario->set_up();
    run_until(&scenario->request, STAGE_START, &o);
    label(trace, "start");
    for (size_t i = 0; i < trace->count; i++)
        if (strcmp(trace->calls[i].name, "sys_stdio_owner") == 0)
            trace->steps[i] = "stdio";
    assert_int_equal(pipeline_advance(&o.p, STAGE_PREFLIGHT, &o.f), 0);
    assert_int_equal(fake.call_count, trace->count); /* pure: neither of them called the kernel */

    (void)sys_get_parent(); /* as transition_run does */
    label(trace, "parent-death");
    struct transition t = {.plan = &o.p.plan, .program = &o.p.program, .fail = &o.f};
    for (size_t i = 0; i < count; i++) {
        if (steps[i].wanted(&o.p.plan) != NOT_WANTED)
            assert_int_equal(steps[i].run(&t), 0);
        label(trace, steps[i].name);
    }
    if (o.p.plan.parent_death_signal != 0)
        (void)sys_get_parent();
    label(trace, "parent-death");
    o.p.next = STAGE_VERIFY;
    assert_int_equal(pipeline_advance(&o.p, STAGE_VERIFY, &o.f), 0);
    label(trace, "verify");
    assert_int_equal(pipeline_advance(&o.p, STAGE_CHECK, &o.f), 0);
    (void)program_exec(&o.p.program, no_words, no_words, &o.f);
    label(trace, "exec"); /* what execve would answer is refused as if it had */
    run_free(&o);
}

/* The trace is what the real pipeline does. */
static void check_trace(const struct scenario *scenario, const struct trace *trace) {
    struct run run;
    const char *unmet;

    assert_int_equal(scenario_play(scenario, REAL, &run, &unmet), AS_ASKED);
    assert_int_equal(fake.call_count, trace->count);
    for (size_t i = 0; i < trace->count; i++)
        assert_string_equal(fake.calls[i].name, trace->calls[i].name);
    run_free(&run);
}

static bool is(const struct fake_call *call, const char *name) {
    return strcmp(call->name, name) == 0;
}

static bool keeps_nothing_for_good(const struct scenario *scenario) {
    return scenario->request.keep == 0 && !scenario->request.keep_all &&
           scenario->request.no_new_privs;
}

/* ---- failing ---- */

/* A failure that changes nothing for the program, so that it may start nevertheless. */
static const char *harmless_failure(const struct scenario *scenario, const struct trace *trace,
                                    size_t index, int error) {
    const struct fake_call *call = &trace->calls[index];
    const char *step = trace->steps[index];
    bool finds_it = is(call, "sys_may_execute") ||
                    (index > 0 && is(call - 1, "sys_may_execute") && call[-1].a == 0);

    if (is(call, "sys_try_uids") || is(call, "sys_try_gids"))
        return "the probe for the old ids is meant to fail";
    if (is(call, "sys_try_setpcap"))
        return "the probe for SETPCAP is meant to fail";
    if (is(call, "sys_filter_is_refused") || is(call, "sys_try_unset_keepcaps"))
        return "a second reader that cannot tell leaves it to the first";
    if (is(call, "sys_get_parent") && fake.parent_death_signal == 0)
        return "without a parent-death signal the parent does not matter";
    if ((is(call, "sys_bounding_has") || is(call, "sys_ambient_has")) && error == EINVAL &&
        call->a >= FAKE_CAPS)
        return "EINVAL is the right answer for a capability that is not there";
    if (strcmp(step, "program") == 0 && keeps_nothing_for_good(scenario) && !finds_it)
        return "with nothing kept and no_new_privs the program may stay unseen";
    if (is(call, "sys_userns_refused") && strcmp(step, "start") == 0)
        return "then the note does not say that they were refused before";
    if (is(call, "sys_may_reopen"))
        return "what cannot be told of a stream is no note";
    if (is(call, "sys_may_execute") && call->a != 0)
        return "what cannot be told of the working directory is no note";
    if (is(call, "sys_may_execute") && strcmp(step, "exec") == 0)
        return "what cannot be told of a file that was found is left to execve";
    if (is(call, "sys_execve_check") && error == EINVAL)
        return "EINVAL is the answer of a kernel that cannot be asked before";
    if (is(call, "sys_all_ids_mapped") || is(call, "sys_overflow_id"))
        return "then ids are taken as unmapped, and set";
    if (is(call, "sys_ids_are_mapped") || is(call, "sys_setgroups_denied"))
        return "then the steps themselves find out";
    return NULL;
}

/* The errno that the refusal must carry. A kernel without capability 3 but with a fourth is seen
 * through by its other answers, and getppid(2) has no error to tell. */
static int told(const struct fake_call *call, int error) {
    if (is(call, "sys_get_parent"))
        return 0;
    bool by_number = is(call, "sys_bounding_has") || is(call, "sys_ambient_has");
    return by_number && error == EINVAL ? EPROTO : error;
}

struct tally {
    unsigned stopped, harmless;
};

static void report(const char *what, size_t call, const struct trace *trace, const struct run *run,
                   const char *unmet) {
    print_error("  %s: call %zu, %s(%llu) of %s\n", what, call, trace->calls[call].name,
                (unsigned long long)trace->calls[call].a, trace->steps[call]);
    scenario_print(run, unmet);
}

/* The refusal names the step, the errno and an exit status, and nothing has run. */
static bool well_refused(const struct run *run, const struct trace *trace, size_t call, int error) {
    int exit_code = strcmp(trace->steps[call], "exec") == 0 ? EXIT_NOT_EXECUTABLE : EXIT_REFUSED;

    return strcmp(run->f.step, trace->steps[call]) == 0 &&
           run->f.error == told(&trace->calls[call], error) && run->f.code != FAIL_NONE &&
           run->f.exit_code == exit_code && !fake.exec_reached;
}

static void fail_call(const struct scenario *scenario, const struct trace *trace, size_t call,
                      int error, struct tally *tally) {
    struct run run;
    const char *unmet;

    scenario->set_up();
    const char *excuse = harmless_failure(scenario, trace, call, error);
    struct fake_fault *fault = fake_arm(FAKE_FAILS, NULL, (unsigned)call + 1, error);
    enum verdict verdict = scenario_play_on(scenario, REAL, &run, &unmet);

    bool right = excuse != NULL ? verdict == AS_ASKED
                                : verdict == STOPPED && well_refused(&run, trace, call, error);
    if (!right) {
        print_error("  %s\n", scenario->name);
        report("failing", call, trace, &run, unmet);
    }
    assert_true(right);
    assert_int_equal(fault->fired, 1);
    tally->stopped += verdict == STOPPED;
    tally->harmless += verdict == AS_ASKED;
    run_free(&run);
}

static void every_call_that_fails_is_named_and_nothing_runs(void **state) {
    static const int errors[] = {EPERM, EINVAL, ENOMEM};
    struct trace *trace = calloc(1, sizeof *trace);
    struct tally tally = {0};

    (void)state;
    assert_non_null(trace);
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        if (SCENARIOS[i].refused_at != NULL)
            continue;
        trace_scenario(&SCENARIOS[i], trace);
        check_trace(&SCENARIOS[i], trace);
        for (size_t call = 0; call < trace->count; call++)
            for (size_t e = 0; e < COUNT(errors); e++)
                fail_call(&SCENARIOS[i], trace, call, errors[e], &tally);
    }
    print_message("  %u failures stopped it, %u were harmless\n", tally.stopped, tally.harmless);
    free(trace);
}

/* ---- lying ---- */

/* Lies that go unnoticed, and why that is right. */
struct excuse {
    const char *name, *step;
    const char *wrongly; /* what is then not as expected; NULL: everything is */
    const char *reason;
    unsigned used;
};

struct lies {
    enum fake_fault_kind kind;
    bool (*takes)(const struct fake_call *call);
    bool (*no_harm)(const struct fake_call *call, const char *step); /* no lie, after all */
    struct excuse *excuses;
    size_t excuse_count;
    unsigned noticed, excused, true_ones;
};

static struct excuse *excuse_for(const struct lies *lies, const struct fake_call *call,
                                 const char *step) {
    for (size_t i = 0; i < lies->excuse_count; i++)
        if (is(call, lies->excuses[i].name) && strcmp(lies->excuses[i].step, step) == 0)
            return &lies->excuses[i];
    return NULL;
}

static bool excuses(const struct excuse *excuse, enum verdict verdict, const char *unmet) {
    if (excuse == NULL || verdict == STOPPED)
        return false;
    if (excuse->wrongly == NULL || unmet == NULL)
        return excuse->wrongly == unmet;
    return strcmp(excuse->wrongly, unmet) == 0;
}

static void lie_in_call(struct lies *lies, const struct scenario *scenario,
                        const struct trace *trace, size_t call) {
    const struct fake_call *it = &trace->calls[call];
    struct run run;
    const char *unmet;

    scenario->set_up();
    struct fake_fault *fault = fake_arm(lies->kind, NULL, (unsigned)call + 1, 0);
    enum verdict verdict = scenario_play_on(scenario, REAL, &run, &unmet);
    struct excuse *excuse = excuse_for(lies, it, trace->steps[call]);
    bool is_true = verdict == AS_ASKED && lies->no_harm(it, trace->steps[call]);
    bool excused = excuses(excuse, verdict, unmet);

    if (verdict != STOPPED && !is_true && !excused)
        report(scenario->name, call, trace, &run, unmet);
    assert_true(verdict == STOPPED || is_true || excused);
    assert_int_equal(fault->fired, 1);
    lies->noticed += verdict == STOPPED;
    lies->true_ones += is_true;
    if (excused && !is_true) {
        excuse->used++;
        lies->excused++;
    }
    run_free(&run);
}

static void lie_in_every_call(struct lies *lies) {
    struct trace *trace = calloc(1, sizeof *trace);

    assert_non_null(trace);
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        if (SCENARIOS[i].refused_at != NULL)
            continue;
        trace_scenario(&SCENARIOS[i], trace);
        for (size_t call = 0; call < trace->count; call++)
            if (lies->takes(&trace->calls[call]))
                lie_in_call(lies, &SCENARIOS[i], trace, call);
    }
    free(trace);
    print_message("  %u lies were noticed, %u happened to be true, %u have an excuse:\n",
                  lies->noticed, lies->true_ones, lies->excused);
    for (size_t i = 0; i < lies->excuse_count; i++) {
        const struct excuse *excuse = &lies->excuses[i];
        print_message("    %u times %s of %s: %s\n", excuse->used, excuse->name, excuse->step,
                      excuse->reason);
        assert_true(excuse->used > 0);
    }
    assert_true(lies->noticed > 0);
}

static bool is_writer(const struct fake_call *call) { return call->writes; }

/* What a writer claims is true when it had nothing to do. */
static bool nothing_to_do(const struct fake_call *call, const char *step) {
    (void)step;
    if (is(call, "sys_bounding_drop"))
        return true; /* it was not in the set: the start was not read so far */
    if (is(call, "sys_ambient_lower"))
        return true; /* capset lowered it with the inheritable set */
    if (is(call, "sys_confirm_uid") || is(call, "sys_confirm_gid"))
        return true; /* the id is one's own: it changes nothing */
    if (is(call, "sys_set_parent_death_signal"))
        return fake.keyring == 1; /* no change of identity, so it was never cleared */
    return false;
}

static void every_writer_that_lies_is_noticed(void **state) {
    struct excuse list[] = {
        {"sys_set_caps", "effective", NULL,
         "where all that is permitted is effective, only I changes, and working-caps sets it again",
         0},
        {"sys_set_caps", "working-caps", NULL,
         "where the effective set survives uid, final-caps gives up what this did not", 0},
        {"sys_set_keepcaps", "un-keep-caps", NULL,
         "where securebits are set, they are set without keep-caps", 0},
        {"sys_new_session_keyring", "keyring", "the session keyring",
         "it reads back what it did itself, by serial number, so it cannot be lied to", 0},
        {"sys_close_above_stderr", "fds", "the descriptors above 2",
         "it plants a descriptor and looks whether that is gone, so it cannot be lied to", 0},
    };
    struct lies lies = {.kind = FAKE_LIES,
                        .takes = is_writer,
                        .no_harm = nothing_to_do,
                        .excuses = list,
                        .excuse_count = COUNT(list)};

    (void)state;
    lie_in_every_call(&lies);
}

static bool is_reader(const struct fake_call *call) { return !is_writer(call); }

/* Nothing is lied about when the answer is right; and a wrong idea of the start that leads to what
 * was asked for has done no harm. */
static bool answer_is_right(const struct fake_call *call, const char *step) {
    if (strcmp(step, "start") == 0)
        return true;
    if (is(call, "sys_get_groups") && strcmp(step, "groups") == 0)
        return true; /* that the list is empty, after it was emptied */
    if (is(call, "sys_may_execute") || is(call, "sys_execve_check"))
        return true; /* the check is made on a program that can be executed */
    if (is(call, "sys_may_reopen"))
        return true; /* the check is made on a stream that can be opened */
    if (is(call, "sys_bounding_has"))
        return call->a < FAKE_CAPS && (fake.bounding & CAP_MASK(call->a)) == 0;
    if (is(call, "sys_ambient_has"))
        return call->a < FAKE_CAPS && (fake.ambient & CAP_MASK(call->a)) == 0;
    if (is(call, "sys_get_securebits"))
        return fake.securebits == 0;
    if (is(call, "sys_read_umask"))
        return fake.umask == 0;
    if (is(call, "sys_get_keepcaps"))
        return (fake.securebits & SECBIT_KEEP_CAPS) == 0;
    if (is(call, "sys_get_no_new_privs"))
        return !fake.no_new_privs;
    if (is(call, "sys_get_parent"))
        return fake.parent_death_signal == 0;
    return false;
}

static bool all_zero(const struct fake_ids *ids) {
    return (ids->real | ids->effective | ids->saved | ids->fs) == 0;
}

static bool zeros_are_right(const struct fake_call *call, const char *step) {
    if (strcmp(step, "start") == 0)
        return true;
    if (is(call, "sys_get_uids"))
        return all_zero(&fake.uid);
    if (is(call, "sys_get_gids"))
        return all_zero(&fake.gid);
    if (is(call, "sys_get_caps"))
        return (fake.permitted | fake.effective | fake.inheritable) == 0;
    if (is(call, "sys_get_parent_death_signal"))
        return fake.parent_death_signal == 0;
    return answer_is_right(call, step);
}

static void every_reader_that_does_not_answer_is_noticed(void **state) {
    struct excuse list[] = {
        {"sys_stdio_owner", "stdio", "the owner of a standard stream",
         "what is said to be no pipe of ours is left as it is", 0},
        {"sys_filter_is_refused", "verify", NULL,
         "a second reader: where it lies alone the first one tells the truth", 0},
        {"sys_read_head", "program", NULL,
         "what is seen of the program before execve is a diagnosis: the proof does not rest on it",
         0},
        {"sys_read_file_caps", "program", NULL,
         "with nothing kept and no_new_privs it cannot matter", 0},
    };
    struct lies lies = {.kind = FAKE_LIES,
                        .takes = is_reader,
                        .no_harm = answer_is_right,
                        .excuses = list,
                        .excuse_count = COUNT(list)};

    (void)state;
    lie_in_every_call(&lies);
}

static void every_reader_that_answers_zeros_is_noticed(void **state) {
    struct excuse list[] = {
        {"sys_filter_is_refused", "verify", NULL,
         "a second reader: where it lies alone the first one tells the truth", 0},
        {"sys_get_parent_death_signal", "start", "the parent-death signal",
         "a signal that is said not to be set is not set again", 0},
        {"sys_stdio_owner", "stdio", "the owner of a standard stream",
         "what is said to be no pipe of ours is left as it is", 0},
        {"sys_read_head", "program", NULL,
         "what is seen of the program before execve is a diagnosis: the proof does not rest on it",
         0},
        {"sys_read_file_caps", "program", NULL,
         "with nothing kept and no_new_privs it cannot matter", 0},
    };
    struct lies lies = {.kind = FAKE_LIES_ZERO,
                        .takes = is_reader,
                        .no_harm = zeros_are_right,
                        .excuses = list,
                        .excuse_count = COUNT(list)};

    (void)state;
    lie_in_every_call(&lies);
}

/* ---- answers from another state ---- */

/* What a reader can return instead of the truth: the state at the start, the goal's, and one near
 * the truth. */
enum { FEW_GROUPS = 16 };

struct other {
    struct fake process;
    fake_id groups[FEW_GROUPS];
};

#define PROCESS_BEGIN offsetof(struct fake, uid)
#define PROCESS_SIZE  (offsetof(struct fake, call_count) - PROCESS_BEGIN)

static void remember(struct other *other) {
    memcpy((char *)&other->process + PROCESS_BEGIN, (char *)&fake + PROCESS_BEGIN, PROCESS_SIZE);
    memcpy(other->groups, fake.groups, sizeof other->groups);
}

static void recall(const struct other *other) {
    memcpy((char *)&fake + PROCESS_BEGIN, (const char *)&other->process + PROCESS_BEGIN,
           PROCESS_SIZE);
    memcpy(fake.groups, other->groups, sizeof other->groups);
}

static void go_beside(void) {
    fake.uid.saved ^= 1;
    fake.gid.saved ^= 1;
    fake.groups[0] ^= 1;
    fake.permitted = fake.permitted << 1 & FAKE_ALL_CAPS;
    fake.effective = fake.effective << 1 & FAKE_ALL_CAPS;
    fake.inheritable = fake.inheritable << 1 & FAKE_ALL_CAPS;
    fake.bounding = fake.bounding << 1 & FAKE_ALL_CAPS;
    fake.ambient = fake.ambient << 1 & FAKE_ALL_CAPS;
    fake.securebits ^= SECBIT_NOROOT;
    fake.no_new_privs = !fake.no_new_privs;
    fake.parent_death_signal ^= 1;
    for (unsigned fd = 0; fd < 3; fd++)
        fake.streams[fd].owner ^= 1;
}

/* The one call that is answered from another state, or with a wrong value if that is NULL. */
static struct {
    const struct other *instead;
    size_t call;
    bool is_elsewhere;
    struct other truth;
} disguise;

static void answer_from_elsewhere(const char *name) {
    (void)name;
    if (disguise.is_elsewhere)
        recall(&disguise.truth);
    disguise.is_elsewhere = fake.call_count == disguise.call + 1;
    if (!disguise.is_elsewhere)
        return;
    remember(&disguise.truth);
    if (disguise.instead != NULL)
        recall(disguise.instead);
    else
        go_beside();
}

/* Lies that change nothing in the requested state, or that no proof can notice, and why. */
static const struct excuse ELSEWHERE[] = {
    {"sys_get_parent_death_signal", "start", "the parent-death signal",
     "a signal that is said to be another one is set again as that", 0},
    {"sys_stdio_owner", "stdio", "the owner of a standard stream",
     "what is said to be the user's already is left as it is", 0},
    {"sys_get_caps", "start", "permitted",
     "--keep all is all that is said to be permitted: the program holds less than it could", 0},
};

static void disguise_call(const struct scenario *scenario, const struct trace *trace, size_t call,
                          const struct other *instead, struct excuse *list, struct tally *tally) {
    struct run run;
    const char *unmet;

    scenario->set_up();
    disguise.instead = instead;
    disguise.call = call;
    disguise.is_elsewhere = false;
    fake.before = answer_from_elsewhere;
    enum verdict verdict = scenario_play_on(scenario, REAL, &run, &unmet);
    if (verdict == WRONG || verdict == UNREFUSED) {
        bool excused = false;
        for (size_t i = 0; i < COUNT(ELSEWHERE); i++) {
            bool is_it = is(&trace->calls[call], list[i].name) &&
                         strcmp(trace->steps[call], list[i].step) == 0 && unmet != NULL &&
                         strcmp(unmet, list[i].wrongly) == 0;
            excused |= is_it;
            list[i].used += is_it;
        }
        if (!excused)
            report(scenario->name, call, trace, &run, unmet);
        assert_true(excused);
    }
    tally->stopped += verdict == STOPPED;
    tally->harmless += verdict == AS_ASKED;
    run_free(&run);
}

static void a_reader_that_answers_from_another_state_is_noticed(void **state) {
    static struct other start, goal;
    struct trace *trace = calloc(1, sizeof *trace);
    struct excuse list[COUNT(ELSEWHERE)];
    struct tally tally = {0};

    (void)state;
    assert_non_null(trace);
    memcpy(list, ELSEWHERE, sizeof list);
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        const struct other *const instead[] = {&start, &goal, NULL};
        if (SCENARIOS[i].refused_at != NULL)
            continue;
        SCENARIOS[i].set_up();
        remember(&start);
        trace_scenario(&SCENARIOS[i], trace);
        remember(&goal);
        for (size_t call = 0; call < trace->count; call++)
            for (size_t n = 0; n < COUNT(instead); n++)
                if (is_reader(&trace->calls[call]) && !is(&trace->calls[call], "sys_execve"))
                    disguise_call(&SCENARIOS[i], trace, call, instead[n], list, &tally);
    }
    print_message("  %u lies were noticed, %u did no harm\n", tally.stopped, tally.harmless);
    for (size_t i = 0; i < COUNT(list); i++) {
        print_message("    %u times %s of %s: %s\n", list[i].used, list[i].name, list[i].step,
                      list[i].reason);
        assert_true(list[i].used > 0);
    }
    free(trace);
}

/* ---- endless answers ---- */

static void a_kernel_that_has_every_capability_ends_no_loop(void **state) {
    const bool answers[] = {false, true};

    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct cred cred;
        struct fail f = {0};

        fake_reset();
        fake.caps_never_end = !answers[i];
        fake.caps_always_set = answers[i];
        assert_int_equal(observe_cred("verify", CAP_BITS, &cred, &f), -1);
        assert_int_equal(f.code, FAIL_SYSTEM_CALL);
        assert_string_equal(f.step, "verify");
        observe_free(&cred);
    }
}

static void a_kernel_that_begins_to_answer_for_ever_is_refused_by_verify(void **state) {
    struct run run;
    const char *unmet;

    (void)state;
    assert_int_equal(scenario_play(&SCENARIOS[0], REAL, &run, &unmet), AS_ASKED);
    fake.caps_never_end = true;
    assert_int_equal(verify_goal(&run.p.plan, &run.f), -1);
    assert_string_equal(run.f.step, "verify");
    run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_that_fails_is_named_and_nothing_runs),
        cmocka_unit_test(every_writer_that_lies_is_noticed),
        cmocka_unit_test(every_reader_that_does_not_answer_is_noticed),
        cmocka_unit_test(every_reader_that_answers_zeros_is_noticed),
        cmocka_unit_test(a_reader_that_answers_from_another_state_is_noticed),
        cmocka_unit_test(a_kernel_that_has_every_capability_ends_no_loop),
        cmocka_unit_test(a_kernel_that_begins_to_answer_for_ever_is_refused_by_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
