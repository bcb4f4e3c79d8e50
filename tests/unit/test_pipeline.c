/*
 * The sequence of core/pipeline: every stage has its place, and no other order is as good.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake/scenarios.h"

static const char *const NAMES[STAGES] = {"observe", "start",  "plan", "preflight",
                                          "change",  "verify", "check"};

/* What lacks a capability is refused before anything changes. */
static bool changes_before_it_refuses(const struct stage *stages) {
    const struct request request = {TO_WWW, .keep = BIND};
    struct run run;

    as_root();
    fake.permitted = fake.effective = PCAP | SETUID | BIND;
    run_play_stages(&request, stages, &run);
    bool right = run.f.code == FAIL_NEED_SETGID && fake.writes == 0;
    run_free(&run);
    return !right;
}

/* A program that the kernel refuses is refused before execve, and not before the proof. */
static bool checks_at_another_place(const struct stage *stages) {
    const struct request request = {TO_WWW, .keep = BIND, .no_new_privs = true};
    bool right = true;

    for (unsigned lies = 0; lies <= 1; lies++) {
        struct run run;

        as_root();
        fake_find_file(SERVER)->denied = true;
        if (lies != 0)
            (void)fake_arm(FAKE_LIES, "sys_set_no_new_privs", 1, 0);
        run_play_stages(&request, stages, &run);
        right = right && fake_called("sys_execve") == 0 &&
                strcmp(run.f.step, lies != 0 ? "verify" : "exec") == 0;
        run_free(&run);
    }
    return !right;
}

/* How many scenarios do not end as they have to. */
static unsigned count_noticed(const struct stage *stages) {
    unsigned noticed = 0;

    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        struct run run;
        const char *unmet;

        SCENARIOS[i].set_up();
        noticed += scenario_play_stages(&SCENARIOS[i], stages, &run, &unmet) != AS_ASKED;
        run_free(&run);
    }
    return noticed + changes_before_it_refuses(stages) + checks_at_another_place(stages);
}

static void the_real_sequence_is_right(void **state) {
    (void)state;
    assert_int_equal(count_noticed(pipeline_stages()), 0);
}

static void two_stages_that_change_places_are_noticed(void **state) {
    struct stage stages[STAGES];

    (void)state;
    for (size_t i = 0; i + 1 < STAGES; i++) {
        memcpy(stages, pipeline_stages(), sizeof stages);
        stages[i] = pipeline_stages()[i + 1];
        stages[i + 1] = pipeline_stages()[i];
        unsigned noticed = count_noticed(stages);
        print_message("  %s before %s: %u scenarios\n", NAMES[i + 1], NAMES[i], noticed);
        assert_true(noticed > 0);
    }
}

static int do_nothing(struct pipeline *p, struct fail *f) {
    (void)p;
    (void)f;
    return 0;
}

static void a_stage_that_is_left_out_is_noticed(void **state) {
    struct stage stages[STAGES];

    (void)state;
    for (size_t i = 0; i < STAGES; i++) {
        if (i == STAGE_VERIFY) /* without a lie it reports nothing: test_faults.c */
            continue;
        memcpy(stages, pipeline_stages(), sizeof stages);
        stages[i].run = do_nothing;
        unsigned noticed = count_noticed(stages);
        print_message("  without %s: %u scenarios\n", NAMES[i], noticed);
        assert_true(noticed > 0);
    }
}

static void it_stops_where_it_is_told_to_and_goes_on_from_there(void **state) {
    const struct request request = {TO_WWW, .keep = BIND};
    struct run run;

    (void)state;
    as_root();
    run_until(&request, STAGE_OBSERVE, &run);
    assert_int_equal(run.p.next, STAGE_START);
    assert_int_equal(pipeline_advance(&run.p, STAGE_OBSERVE, &run.f), 0); /* done already */
    assert_int_equal(run.p.next, STAGE_START);
    assert_int_equal(pipeline_advance(&run.p, STAGE_PREFLIGHT, &run.f), 0);
    assert_int_equal(run.p.next, STAGE_CHANGE);
    assert_int_equal(fake.writes, 0); /* nothing has changed so far */
    assert_int_equal(pipeline_advance(&run.p, STAGE_VERIFY, &run.f), 0);
    assert_int_equal(run.p.next, STAGE_CHECK);
    assert_int_equal(pipeline_advance(&run.p, STAGE_CHECK, &run.f), 0);
    assert_int_equal(run.p.next, STAGES);
    run_free(&run);
}

static void a_stage_that_refuses_is_the_next_one_still(void **state) {
    const struct request request = {TO_WWW, .keep = BIND};
    struct run run;

    (void)state;
    as_user();
    run_until(&request, STAGE_START, &run);
    assert_int_equal(pipeline_advance(&run.p, STAGE_VERIFY, &run.f), -1);
    assert_int_equal(run.p.next, STAGE_PLAN);
    assert_int_equal(run.f.code, FAIL_CAP_BOUNDING_ONLY);
    run_free(&run);
}

/* What steps also lack is reported with a capability that nothing permits, and only with it. */
static void what_is_also_missing_is_told_of_a_capability_that_is_not_permitted(void **state) {
    const struct {
        uint64_t bounding;
        enum fail_code code;
        uint64_t also;
    } rows[] = {
        {BIND, FAIL_CAP_BOUNDING_ONLY, 0},
        {CHOWN, FAIL_CAP_NOT_PERMITTED, SETUID | SETGID | PCAP},
    };
    const struct request request = {TO_WWW, .keep = BIND};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct run run;

        as_user();
        fake.bounding = rows[i].bounding;
        run_until(&request, STAGE_START, &run);
        assert_int_equal(pipeline_advance(&run.p, STAGE_VERIFY, &run.f), -1);
        assert_int_equal(run.f.code, rows[i].code);
        assert_true(run.f.also == rows[i].also);
        run_free(&run);
    }
}

/* For a report the whole start is read; an error names the step that reads the part. */
static void a_start_for_a_report_is_read_as_a_whole(void **state) {
    struct fail f;

    (void)state;
    for (unsigned fails = 0; fails <= 1; fails++) {
        struct pipeline p = {.request = {TO_WWW, .keep = BIND}, .report = true};

        as_root();
        fake.ambient = fake.inheritable = BIND | CHOWN;
        if (fails != 0)
            (void)fake_arm(FAKE_FAILS, "sys_get_caps", 1, EPERM);
        assert_int_equal(pipeline_advance(&p, STAGE_OBSERVE, &f), fails != 0 ? -1 : 0);
        assert_int_equal(p.next, fails != 0 ? STAGE_OBSERVE : STAGE_START);
        if (fails != 0)
            assert_string_equal(f.step, "start");
        else
            assert_true(p.start.whole && p.start.cred.ambient == (BIND | CHOWN));
        pipeline_free(&p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_sequence_is_right),
        cmocka_unit_test(two_stages_that_change_places_are_noticed),
        cmocka_unit_test(a_stage_that_is_left_out_is_noticed),
        cmocka_unit_test(it_stops_where_it_is_told_to_and_goes_on_from_there),
        cmocka_unit_test(a_stage_that_refuses_is_the_next_one_still),
        cmocka_unit_test(what_is_also_missing_is_told_of_a_capability_that_is_not_permitted),
        cmocka_unit_test(a_start_for_a_report_is_read_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
