/* The search finds the smallest set under which a program works, for programs of all kinds. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "fake/between.h"
#include "learn/search.h"

#define ALL     ((CAP_MASK(CAP_LAST_CAP) << 1) - 1)
#define C(name) CAP_MASK(CAP_##name)

/* A program that does not exist: it works with all of `needs`, or with one of each of two ways. */
struct program {
    uint64_t needs, or_needs;
    uint64_t fails_with;         /* it does not work when it holds any of these */
    unsigned stop_at;            /* the run in which the user interrupts; 0: none */
    unsigned flaky;              /* it nevertheless fails every so many runs; 0: never */
    unsigned fails_from;         /* from this run on nothing works any more; 0: never */
    uint64_t asks;               /* also requested, and refused without harm */
    uint64_t asks_once;          /* in the first run only: the work is done then */
    bool silent;                 /* what it asks for cannot be seen */
    uint64_t privileged_without; /* it works, and ends more privileged */
    uint64_t instead_of,
        instead; /* where the first is refused, the second is requested, and is enough */
    unsigned runs;
    uint64_t last;
};

static struct trial_report run(void *context, uint64_t set) {
    struct program *program = context;
    bool works =
        (program->needs & ~set) == 0 || (program->or_needs != 0 && (program->or_needs & ~set) == 0);
    uint64_t asked = program->silent ? 0 : program->needs | program->or_needs | program->asks;
    struct trial_report report = {.answer = ANSWER_STOP};

    program->runs++;
    program->last = set;
    if (program->stop_at == program->runs)
        return report;
    if ((program->instead_of & ~set) != 0) {
        works |=
            (program->needs & ~program->instead_of & ~set) == 0 && (program->instead & ~set) == 0;
        asked |= program->instead;
    }
    if ((set & program->fails_with) != 0 ||
        (program->flaky != 0 && program->runs % program->flaky == 0) ||
        (program->fails_from != 0 && program->runs >= program->fails_from))
        works = false;
    report.asked = asked;
    report.refused = asked & ~set;
    report.more_privileged = works && (program->privileged_without & ~set) != 0;
    report.answer = works && !report.more_privileged ? ANSWER_WORKS : ANSWER_FAILS;
    return report;
}

static struct found watched(struct program *program, uint64_t traced) {
    program->asks |= traced & ~program->asks_once;
    struct search search = {
        .run = run, .context = program, .everything = ALL, .traced = traced, .has_trace = true};
    return search_run(&search);
}

static struct found by_trial(struct program *program) {
    struct search search = {.run = run, .context = program, .everything = ALL, .has_trace = false};
    return search_run(&search);
}

static void exactly(struct found found, uint64_t keep) {
    assert_int_equal(found.verdict, VERDICT_CONFIRMED);
    assert_int_equal(found.keep, keep);
}

/* ---- watched ---- */

static void what_needs_nothing_takes_one_run(void **state) {
    (void)state;
    struct program program = {0};

    exactly(watched(&program, C(SYS_PTRACE) | C(KILL)), 0);
    assert_int_equal(program.runs, 1);
}

static void a_trace_that_is_exact_takes_two_runs_more(void **state) {
    (void)state;
    struct program program = {.needs = C(NET_RAW)};

    exactly(watched(&program, C(NET_RAW)), C(NET_RAW));
    assert_int_equal(program.runs, 3); /* none, none, and that */
    assert_int_equal(program.last, C(NET_RAW));
}

static void what_was_asked_for_and_is_not_needed_goes(void **state) {
    (void)state;
    struct program program = {.needs = C(SETUID) | C(CHOWN)};

    exactly(watched(&program, C(SETUID) | C(CHOWN) | C(SYS_ADMIN) | C(NET_ADMIN)),
            C(SETUID) | C(CHOWN));
}

static void of_two_ways_the_less_dangerous_is_found(void **state) {
    (void)state;
    struct program program = {.needs = C(DAC_READ_SEARCH), .or_needs = C(DAC_OVERRIDE)};

    exactly(watched(&program, C(DAC_READ_SEARCH) | C(DAC_OVERRIDE)), C(DAC_READ_SEARCH));
}

static void what_the_trace_missed_is_found_all_the_same(void **state) {
    (void)state;
    struct program program = {.needs = C(SYS_TIME) | C(KILL)};

    exactly(watched(&program, C(KILL)), C(SYS_TIME) | C(KILL));
    program = (struct program){.needs = C(MKNOD)};
    exactly(watched(&program, 0), C(MKNOD));
}

static void what_stands_in_the_way_is_not_kept(void **state) {
    (void)state;
    struct program program = {.needs = C(KILL), .fails_with = C(SYS_ADMIN)};

    exactly(watched(&program, C(KILL) | C(CHOWN)), C(KILL));
}

/* It needs CHOWN, and holding KILL without SETUID is what it cannot cope with. */
static struct trial_report run_pair(void *context, uint64_t set) {
    bool stuck = (set & C(KILL)) != 0 && (set & C(SETUID)) == 0;
    const uint64_t asked = C(KILL) | C(CHOWN) | C(SETUID);

    (void)context;
    return (struct trial_report){
        .answer = (set & C(CHOWN)) != 0 && !stuck ? ANSWER_WORKS : ANSWER_FAILS,
        .asked = asked,
        .refused = asked & ~set,
    };
}

static void a_second_pass_drops_what_the_first_could_not(void **state) {
    (void)state;
    /* SETUID is tried before KILL, and can go only after it. */
    struct search search = {.run = run_pair,
                            .everything = ALL,
                            .traced = C(KILL) | C(CHOWN) | C(SETUID),
                            .has_trace = true};
    exactly(search_run(&search), C(CHOWN));
}

/* ---- by trial alone ---- */

static void each_single_capability_is_found_in_few_runs(void **state) {
    (void)state;
    for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++) {
        struct program program = {.needs = CAP_MASK(cap)};
        exactly(by_trial(&program), CAP_MASK(cap));
        assert_between(program.runs, 1, 14);
    }
}

static void none_takes_one_run(void **state) {
    (void)state;
    struct program program = {0};

    exactly(by_trial(&program), 0);
    assert_int_equal(program.runs, 1);
}

static void three_are_found_in_about_thirty_runs(void **state) {
    (void)state;
    struct program program = {.needs = C(NET_BIND_SERVICE) | C(SETUID) | C(SYS_PTRACE)};

    exactly(by_trial(&program), C(NET_BIND_SERVICE) | C(SETUID) | C(SYS_PTRACE));
    assert_between(program.runs, 10, 34);
}

static void no_search_makes_more_than_sixty_runs(void **state) {
    (void)state;
    struct program program = {.needs = ALL};
    struct found found = by_trial(&program);

    assert_int_equal(found.verdict, VERDICT_RUNS);
    assert_int_equal(found.keep, ALL);
    assert_int_equal(program.runs, 60);
    program = (struct program){.needs = ALL};
    assert_int_equal(watched(&program, ALL).verdict, VERDICT_RUNS);
    assert_int_equal(program.runs, 60);
}

static void only_what_there_is_is_tried(void **state) {
    (void)state;
    struct program program = {.needs = C(KILL)};
    struct search search = {
        .run = run, .context = &program, .everything = C(KILL) | C(CHOWN) | C(SETUID)};

    exactly(search_run(&search), C(KILL));
    assert_int_equal(program.last & ~(C(KILL) | C(CHOWN) | C(SETUID)), 0);
}

/* ---- failures ---- */

static void a_flaky_program_is_tried_again(void **state) {
    (void)state;
    for (unsigned flaky = 2; flaky < 12; flaky++) {
        struct program program = {.needs = C(NET_RAW) | C(KILL), .asks = C(CHOWN), .flaky = flaky};
        struct search search = {.run = run,
                                .context = &program,
                                .repeat = 3,
                                .everything = ALL,
                                .traced = C(NET_RAW) | C(KILL) | C(CHOWN),
                                .has_trace = true};
        exactly(search_run(&search), C(NET_RAW) | C(KILL));
    }
}

static void an_interruption_leaves_the_least_that_worked(void **state) {
    (void)state;
    struct program program = {.needs = C(KILL), .stop_at = 4};
    struct found found = watched(&program, C(KILL) | C(CHOWN) | C(SETUID));

    assert_int_equal(found.verdict, VERDICT_STOPPED);
    assert_int_equal(found.keep, C(KILL) | C(CHOWN)); /* of the third run */
    assert_int_equal(program.runs, 4);
}

static void an_interruption_at_once_leaves_everything(void **state) {
    (void)state;
    struct program program = {.stop_at = 1};
    struct found found = by_trial(&program);

    assert_int_equal(found.verdict, VERDICT_STOPPED);
    assert_int_equal(found.keep, ALL);
    assert_int_equal(program.runs, 1);
}

static void what_never_works_again_ends_after_few_runs(void **state) {
    (void)state;
    struct program program = {.fails_from = 1};
    struct found found = watched(&program, C(KILL) | C(CHOWN));

    assert_int_equal(found.verdict, VERDICT_NOT_REPEATABLE);
    assert_between(program.runs, 1, 4); /* and one before the search */
    program = (struct program){.fails_from = 1};
    assert_int_equal(watched(&program, 0).verdict, VERDICT_NOT_REPEATABLE);
    assert_between(program.runs, 1, 4);
    program = (struct program){.fails_from = 1};
    found = by_trial(&program);
    assert_int_equal(found.verdict, VERDICT_NOT_REPEATABLE);
    assert_int_equal(found.keep, ALL);
    assert_between(program.runs, 1, 4);
}

static void what_was_done_once_and_is_not_asked_for_again_is_told(void **state) {
    (void)state;
    struct program program = {.asks_once = C(FOWNER)};

    assert_int_equal(watched(&program, C(FOWNER)).verdict, VERDICT_DONE_ONCE);
    assert_between(program.runs, 2, 4);
}

static void without_a_watch_the_run_before_the_first_tells(void **state) {
    (void)state;
    struct program program = {0};
    struct search search = {
        .run = run, .context = &program, .everything = ALL, .none_failed = true};

    assert_int_equal(search_run(&search).verdict, VERDICT_DONE_ONCE);
}

static void the_last_run_is_one_of_the_answer(void **state) {
    (void)state;
    /* The set of the answer worked, and the runs after that, with less, did not. */
    struct program program = {.needs = C(KILL) | C(CHOWN)};

    exactly(watched(&program, C(KILL) | C(CHOWN)), C(KILL) | C(CHOWN));
    assert_int_equal(program.last, C(KILL) | C(CHOWN));
    assert_int_equal(program.runs, 7);
    program = (struct program){.needs = C(KILL) | C(CHOWN), .fails_from = 7};
    assert_int_equal(watched(&program, C(KILL) | C(CHOWN)).verdict, VERDICT_UNSTEADY);
}

static void a_failure_is_believed_when_it_was_seen_twice(void **state) {
    (void)state;
    struct program program = {.needs = C(KILL)};

    exactly(watched(&program, C(KILL) | C(CHOWN)), C(KILL));
    assert_int_equal(program.runs, 5); /* none, both, without chown, none, without chown */
}

static void a_failure_that_nothing_explains_is_tried_three_times_and_not_believed(void **state) {
    (void)state;
    struct program program = {.needs = C(NET_RAW), .silent = true};
    struct found found = watched(&program, 0);

    assert_int_equal(found.verdict, VERDICT_UNEXPLAINED);
    assert_int_equal(found.unexplained, C(NET_RAW));
    assert_int_equal(found.keep, C(NET_RAW));
}

static void what_fails_now_and_then_and_needs_nothing_is_never_said_to_need(void **state) {
    (void)state;
    for (unsigned flaky = 2; flaky < 12; flaky++)
        for (unsigned begun = 0; begun < flaky; begun++) {
            struct program program = {.flaky = flaky, .runs = begun};
            struct found found = watched(&program, 0);
            assert_true(found.verdict != VERDICT_CONFIRMED || found.keep == 0);
        }
}

/* By chance a process is ended before it has given up what it gives up. */
static void who_ends_more_privileged_is_tried_as_often_as_asked_for(void **state) {
    (void)state;

    for (unsigned repeat = 0; repeat <= 4; repeat++) {
        struct program program = {.privileged_without = C(SETUID)};
        struct search search = {.run = run,
                                .context = &program,
                                .everything = ALL,
                                .traced = C(SETUID),
                                .has_trace = true,
                                .repeat = repeat};
        exactly(search_run(&search), C(SETUID));
        assert_int_equal(program.runs, (repeat == 0 ? 1 : repeat) + 1);
    }
}

static void a_run_that_ends_more_privileged_does_not_work(void **state) {
    (void)state;
    struct program program = {.asks = C(SETUID) | C(SETGID),
                              .privileged_without = C(SETUID) | C(SETGID)};
    struct found found = watched(&program, C(SETUID) | C(SETGID));

    exactly(found, C(SETUID) | C(SETGID));
    assert_int_equal(found.privileged, C(SETUID) | C(SETGID));
    program = (struct program){.silent = true, .privileged_without = C(SETUID)};
    exactly(watched(&program, C(SETUID)), C(SETUID));
}

static void a_capability_that_is_asked_for_instead_is_tried(void **state) {
    (void)state;
    struct program program = {
        .needs = C(SYS_ADMIN), .instead_of = C(SYS_ADMIN), .instead = C(SYS_NICE)};
    struct found found = watched(&program, C(SYS_ADMIN));

    exactly(found, C(SYS_NICE));
    assert_int_equal(found.substitute[CAP_SYS_ADMIN], CAP_SYS_NICE);
    assert_int_equal(found.substitute[CAP_KILL], -1);
    /* Never a more dangerous one. */
    program =
        (struct program){.needs = C(SYS_NICE), .instead_of = C(SYS_NICE), .instead = C(SYS_ADMIN)};
    exactly(watched(&program, C(SYS_NICE)), C(SYS_NICE));
}

/* The first run, with everything, did not work. */
static struct found failed(struct program *program) {
    struct search search = {.run = run,
                            .context = program,
                            .everything = ALL,
                            .traced = C(KILL),
                            .has_trace = true,
                            .first_failed = true};

    return search_run(&search);
}

static void what_fails_with_everything_is_tried_with_less_and_not_confirmed(void **state) {
    (void)state;
    struct program program = {.fails_with = C(SYS_BOOT)};
    struct found found = failed(&program);

    assert_int_equal(found.verdict, VERDICT_FAILED);
    assert_int_equal(found.keep, 0);
    program = (struct program){.needs = C(KILL), .fails_with = C(SYS_BOOT)};
    found = failed(&program);
    assert_int_equal(found.verdict, VERDICT_FAILED);
    assert_int_equal(found.keep, C(KILL));
    program = (struct program){.needs = C(KILL), .fails_with = C(KILL)};
    found = failed(&program);
    assert_int_equal(found.verdict, VERDICT_FAILED);
    assert_int_equal(found.keep, ALL);
    assert_int_equal(program.runs, 2);
}

static void what_was_refused_to_it_without_anything_is_tried_too(void **state) {
    (void)state;
    struct program program = {.needs = C(CHOWN), .fails_with = C(SYS_BOOT)};

    assert_int_equal(failed(&program).keep, C(CHOWN));
}

/* ---- the order ---- */

static void every_capability_has_one_place_in_the_order(void **state) {
    (void)state;
    unsigned order[64];
    uint64_t seen = 0;
    size_t count = search_order(UINT64_MAX, order);

    assert_int_equal(count, 64);
    for (size_t i = 0; i < count; i++)
        seen |= CAP_MASK(order[i]);
    assert_int_equal(seen, UINT64_MAX);
    assert_int_equal(search_order(C(SYS_ADMIN) | C(CHOWN) | C(NET_RAW), order), 3);
    assert_int_equal(order[0], CAP_NET_RAW);
    assert_int_equal(order[2], CAP_SYS_ADMIN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_needs_nothing_takes_one_run),
        cmocka_unit_test(a_trace_that_is_exact_takes_two_runs_more),
        cmocka_unit_test(what_was_asked_for_and_is_not_needed_goes),
        cmocka_unit_test(of_two_ways_the_less_dangerous_is_found),
        cmocka_unit_test(what_the_trace_missed_is_found_all_the_same),
        cmocka_unit_test(what_stands_in_the_way_is_not_kept),
        cmocka_unit_test(a_second_pass_drops_what_the_first_could_not),
        cmocka_unit_test(each_single_capability_is_found_in_few_runs),
        cmocka_unit_test(none_takes_one_run),
        cmocka_unit_test(three_are_found_in_about_thirty_runs),
        cmocka_unit_test(no_search_makes_more_than_sixty_runs),
        cmocka_unit_test(only_what_there_is_is_tried),
        cmocka_unit_test(a_flaky_program_is_tried_again),
        cmocka_unit_test(an_interruption_leaves_the_least_that_worked),
        cmocka_unit_test(an_interruption_at_once_leaves_everything),
        cmocka_unit_test(what_never_works_again_ends_after_few_runs),
        cmocka_unit_test(what_was_done_once_and_is_not_asked_for_again_is_told),
        cmocka_unit_test(without_a_watch_the_run_before_the_first_tells),
        cmocka_unit_test(the_last_run_is_one_of_the_answer),
        cmocka_unit_test(a_failure_is_believed_when_it_was_seen_twice),
        cmocka_unit_test(a_failure_that_nothing_explains_is_tried_three_times_and_not_believed),
        cmocka_unit_test(what_fails_now_and_then_and_needs_nothing_is_never_said_to_need),
        cmocka_unit_test(who_ends_more_privileged_is_tried_as_often_as_asked_for),
        cmocka_unit_test(a_run_that_ends_more_privileged_does_not_work),
        cmocka_unit_test(a_capability_that_is_asked_for_instead_is_tried),
        cmocka_unit_test(what_was_refused_to_it_without_anything_is_tried_too),
        cmocka_unit_test(what_fails_with_everything_is_tried_with_less_and_not_confirmed),
        cmocka_unit_test(every_capability_has_one_place_in_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
