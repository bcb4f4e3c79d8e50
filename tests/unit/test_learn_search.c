/* The search finds the smallest set under which a program works, for programs of all kinds. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "learn/search.h"

#define ALL     ((CAP_MASK(CAP_LAST_CAP) << 1) - 1)
#define C(name) CAP_MASK(CAP_##name)

/* A program that does not exist: it works with all of `needs`, or with one of each of two ways. */
struct program {
    uint64_t needs, or_needs;
    uint64_t fails_with; /* it does not work when it holds any of these */
    unsigned stop_at;    /* the run in which somebody interrupts; 0: none */
    unsigned flaky;      /* every so many runs it fails all the same; 0: none */
    unsigned fails_from; /* from this run on nothing works any more; 0: never */
    unsigned runs;
    uint64_t last;
};

static enum answer run(void *context, uint64_t set) {
    struct program *program = context;
    bool works =
        (program->needs & ~set) == 0 || (program->or_needs != 0 && (program->or_needs & ~set) == 0);

    program->runs++;
    program->last = set;
    if (program->stop_at == program->runs)
        return ANSWER_STOP;
    if ((set & program->fails_with) != 0 ||
        (program->flaky != 0 && program->runs % program->flaky == 0) ||
        (program->fails_from != 0 && program->runs >= program->fails_from))
        works = false;
    return works ? ANSWER_WORKS : ANSWER_FAILS;
}

static struct found watched(struct program *program, uint64_t traced) {
    struct search search = {.works = run,
                            .context = program,
                            .repeat = 1,
                            .everything = ALL,
                            .traced = traced,
                            .has_trace = true};
    return search_run(&search);
}

static struct found by_trial(struct program *program) {
    struct search search = {
        .works = run, .context = program, .repeat = 1, .everything = ALL, .has_trace = false};
    return search_run(&search);
}

static void exactly(struct found found, uint64_t keep) {
    assert_true(found.confirmed);
    assert_int_equal(found.keep, keep);
}

/* ---- watched ---- */

static void what_needs_nothing_takes_one_run(void **state) {
    (void)state;
    struct program program = {0};

    exactly(watched(&program, C(SYS_PTRACE) | C(KILL)), 0);
    assert_int_equal(program.runs, 1);
}

static void a_trace_that_is_exact_takes_one_run_more(void **state) {
    (void)state;
    struct program program = {.needs = C(NET_RAW)};

    exactly(watched(&program, C(NET_RAW)), C(NET_RAW));
    assert_int_equal(program.runs, 2);
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
static enum answer run_pair(void *context, uint64_t set) {
    bool stuck = (set & C(KILL)) != 0 && (set & C(SETUID)) == 0;

    (void)context;
    return (set & C(CHOWN)) != 0 && !stuck ? ANSWER_WORKS : ANSWER_FAILS;
}

static void a_second_pass_drops_what_the_first_could_not(void **state) {
    (void)state;
    /* SETUID is tried before KILL, and can go only after it. */
    struct search search = {.works = run_pair,
                            .repeat = 1,
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
        assert_in_range(program.runs, 1, 10);
    }
}

static void none_takes_one_run(void **state) {
    (void)state;
    struct program program = {0};

    exactly(by_trial(&program), 0);
    assert_int_equal(program.runs, 1);
}

static void three_are_found_in_about_twenty_runs(void **state) {
    (void)state;
    struct program program = {.needs = C(NET_BIND_SERVICE) | C(SETUID) | C(SYS_PTRACE)};

    exactly(by_trial(&program), C(NET_BIND_SERVICE) | C(SETUID) | C(SYS_PTRACE));
    assert_in_range(program.runs, 10, 24);
}

static void all_are_found_when_all_are_needed(void **state) {
    (void)state;
    struct program program = {.needs = ALL};

    exactly(by_trial(&program), ALL);
}

static void only_what_there_is_is_tried(void **state) {
    (void)state;
    struct program program = {.needs = C(KILL)};
    struct search search = {.works = run,
                            .context = &program,
                            .repeat = 1,
                            .everything = C(KILL) | C(CHOWN) | C(SETUID)};

    exactly(search_run(&search), C(KILL));
    assert_int_equal(program.last & ~(C(KILL) | C(CHOWN) | C(SETUID)), 0);
}

/* ---- what goes wrong ---- */

static void a_flaky_program_is_tried_again(void **state) {
    (void)state;
    for (unsigned flaky = 2; flaky < 12; flaky++) {
        struct program program = {.needs = C(NET_RAW) | C(KILL), .flaky = flaky};
        struct search search = {.works = run,
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

    assert_false(found.confirmed);
    assert_int_equal(found.keep, C(KILL) | C(CHOWN)); /* of the third run */
    assert_int_equal(program.runs, 4);
}

static void an_interruption_at_once_leaves_everything(void **state) {
    (void)state;
    struct program program = {.stop_at = 1};
    struct found found = by_trial(&program);

    assert_false(found.confirmed);
    assert_int_equal(found.keep, ALL);
    assert_int_equal(program.runs, 1);
}

static void what_never_works_again_is_not_confirmed(void **state) {
    (void)state;
    struct program program = {.fails_from = 1};

    assert_false(watched(&program, C(KILL)).confirmed);
    program = (struct program){.fails_from = 1};
    assert_false(by_trial(&program).confirmed);
    assert_int_equal(by_trial(&program).keep, ALL);
}

static void the_last_run_is_one_of_the_answer(void **state) {
    (void)state;
    /* The set of the answer worked, and the runs after that, with less, did not. */
    struct program program = {.needs = C(KILL) | C(CHOWN)};

    exactly(watched(&program, C(KILL) | C(CHOWN)), C(KILL) | C(CHOWN));
    assert_int_equal(program.last, C(KILL) | C(CHOWN));
    assert_int_equal(program.runs, 5);
    program = (struct program){.needs = C(KILL) | C(CHOWN), .fails_from = 5};
    assert_false(watched(&program, C(KILL) | C(CHOWN)).confirmed);
}

static void no_set_is_tried_twice_but_to_confirm(void **state) {
    (void)state;
    struct program program = {.needs = C(KILL)};

    exactly(watched(&program, C(KILL) | C(CHOWN)), C(KILL));
    assert_int_equal(program.runs, 3); /* none, both, without chown */
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
        cmocka_unit_test(a_trace_that_is_exact_takes_one_run_more),
        cmocka_unit_test(what_was_asked_for_and_is_not_needed_goes),
        cmocka_unit_test(of_two_ways_the_less_dangerous_is_found),
        cmocka_unit_test(what_the_trace_missed_is_found_all_the_same),
        cmocka_unit_test(what_stands_in_the_way_is_not_kept),
        cmocka_unit_test(a_second_pass_drops_what_the_first_could_not),
        cmocka_unit_test(each_single_capability_is_found_in_few_runs),
        cmocka_unit_test(none_takes_one_run),
        cmocka_unit_test(three_are_found_in_about_twenty_runs),
        cmocka_unit_test(all_are_found_when_all_are_needed),
        cmocka_unit_test(only_what_there_is_is_tried),
        cmocka_unit_test(a_flaky_program_is_tried_again),
        cmocka_unit_test(an_interruption_leaves_the_least_that_worked),
        cmocka_unit_test(an_interruption_at_once_leaves_everything),
        cmocka_unit_test(what_never_works_again_is_not_confirmed),
        cmocka_unit_test(the_last_run_is_one_of_the_answer),
        cmocka_unit_test(no_set_is_tried_twice_but_to_confirm),
        cmocka_unit_test(every_capability_has_one_place_in_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
