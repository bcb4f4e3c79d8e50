/*
 * The state of a process is read from the kernel completely or not at all.
 */
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/observe.h"
#include "core/pipeline.h"
#include "fake/between.h"
#include "fake/pipeline.h"
#include "fake/scenarios.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* In place of the C library's: memory that runs out when a test says so. */
static bool out_of_memory;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are reserved */
void *calloc(size_t count, size_t size) {
    void *memory = out_of_memory ? NULL : reallocarray(NULL, count, size);

    return memory == NULL ? NULL : memset(memory, 0, count * size);
}

static void observe(struct cred *cred) {
    struct fail f = {0};
    int status = observe_cred("start", CAP_BITS, cred, &f);

    if (status != 0)
        print_error("%s: %s\n", f.step, f.text);
    assert_int_equal(status, 0);
}

static void is_failure(const struct fail *f, const char *step, enum fail_code code, int error) {
    assert_string_equal(f->step, step);
    assert_int_equal(f->code, code);
    assert_int_equal(f->error, error);
    assert_int_equal(f->exit_code, EXIT_REFUSED);
    assert_true(strlen(f->text) > 0 &&
                f->text[strlen(f->text) - 1] != ' '); /* it names something */
}

static void refused(const char *step, enum fail_code code, int error) {
    struct cred cred;
    struct fail f = {0};

    assert_int_equal(observe_cred(step, CAP_BITS, &cred, &f), -1);
    is_failure(&f, step, code, error);
    observe_free(&cred);
}

static void every_field_is_the_kernels(void **state) {
    struct cred cred, truth;

    (void)state;
    fake_reset();
    fake.uid = (struct fake_ids){1, 2, 3, 4};
    fake.gid = (struct fake_ids){5, 6, 7, 8};
    fake_set_groups(3, (const gid_t[]){30, 10, 20});
    fake.permitted = 0x11;
    fake.effective = 0x10;
    fake.inheritable = 0x13;
    fake.bounding = CAP_MASK(40) | CAP_MASK(31) | CAP_MASK(32) | 1;
    fake.ambient = 0x11;
    fake.securebits = SECBIT_KEEP_CAPS | SECBIT_NOROOT | 0x100;
    fake.no_new_privs = true;
    observe(&cred);
    fake_truth(&truth);
    assert_null(cred_difference(&cred, &truth));
    assert_int_equal(cred.uid.fs, 4);
    assert_int_equal(cred.gid.saved, 7);
    assert_true(cred.bounding == (CAP_MASK(40) | CAP_MASK(31) | CAP_MASK(32) | 1));
    assert_int_equal(cred.cap_count, FAKE_CAPS);
    free(truth.groups.list);
    observe_free(&cred);
}

static void groups_come_in_ascending_order_and_once(void **state) {
    struct cred cred;

    (void)state;
    fake_reset();
    fake_set_groups(5, (const gid_t[]){4294967294, 7, 0, 7, 65534});
    observe(&cred);
    const gid_t sorted[] = {0, 7, 65534, 4294967294};
    assert_int_equal(cred.groups.count, COUNT(sorted));
    assert_memory_equal(cred.groups.list, sorted, sizeof sorted);
    observe_free(&cred);
}

static void a_process_may_have_no_groups_or_65536(void **state) {
    struct cred cred;

    (void)state;
    fake_reset();
    fake.group_count = 0;
    observe(&cred);
    assert_int_equal(cred.groups.count, 0);
    assert_null(cred.groups.list);
    observe_free(&cred);

    fake.group_count = FAKE_GROUPS;
    for (size_t i = 0; i < FAKE_GROUPS; i++)
        fake.groups[i] = FAKE_GROUPS - i;
    observe(&cred);
    assert_int_equal(cred.groups.count, FAKE_GROUPS);
    assert_int_equal(cred.groups.list[0], 1);
    assert_int_equal(cred.groups.list[FAKE_GROUPS - 1], FAKE_GROUPS);
    observe_free(&cred);
}

static void one_group_fewer(const char *name) {
    if (strcmp(name, "sys_get_groups") == 0 && fake_called(name) == 2)
        fake.group_count--;
}

static void groups_that_change_between_two_calls_are_refused(void **state) {
    (void)state;
    fake_reset();
    fake_set_groups(2, (const gid_t[]){1, 2});
    fake.before = one_group_fewer;
    refused("start", FAIL_SYSTEM_CALL, EIO);
    fake_reset();
    (void)fake_arm(FAKE_LIES, "sys_get_groups", 2, 0);
    refused("start", FAIL_SYSTEM_CALL, EIO);
    fake_reset();
    (void)fake_arm(FAKE_FAILS, "sys_get_groups", 2, EINVAL);
    refused("start", FAIL_SYSTEM_CALL, EINVAL);
}

static void groups_that_there_is_no_memory_for_are_refused(void **state) {
    struct cred cred;
    struct fail f;

    (void)state;
    fake_reset();
    fake.group_count = FAKE_GROUPS; /* more than a buffer of memory.h holds */
    out_of_memory = true;
    int status = observe_cred("start", CAP_BITS, &cred, &f);
    out_of_memory = false;
    assert_int_equal(status, -1);
    assert_int_equal(f.code, FAIL_MEMORY);
    assert_int_equal(f.error, ENOMEM);
    assert_non_null(strstr(f.text, "65536 supplementary groups"));
}

static void an_answer_that_fails_is_named(void **state) {
    static const char *const readers[] = {
        "sys_get_uids",       "sys_get_gids",     "sys_get_groups",
        "sys_get_caps",       "sys_bounding_has", "sys_ambient_has",
        "sys_get_securebits", "sys_get_keepcaps", "sys_get_no_new_privs"};

    (void)state;
    for (size_t i = 0; i < COUNT(readers); i++) {
        fake_reset();
        (void)fake_arm(FAKE_FAILS, readers[i], 1, EPERM);
        refused("start", FAIL_SYSTEM_CALL, EPERM);
    }
}

static void the_kernel_says_how_many_capabilities_it_has(void **state) {
    const unsigned counts[] = {1, 37, 38, 41, 42, 63, 64};

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct cred cred;

        fake_reset();
        fake.cap_count = counts[i];
        fake.bounding = counts[i] == 64 ? UINT64_MAX : CAP_MASK(counts[i]) - 1;
        observe(&cred);
        assert_int_equal(cred.cap_count, counts[i]);
        assert_true(cred.bounding == fake.bounding);
        assert_int_equal(fake_called("sys_bounding_has"), 64 + 1); /* 64 is none for all of them */
        observe_free(&cred);
    }
}

static void what_follows_the_last_capability_is_asked_for_once(void **state) {
    struct cred cred;
    struct fail f;

    (void)state;
    fake_reset();
    assert_int_equal(observe_cred("verify", FAKE_CAPS, &cred, &f), 0);
    assert_int_equal(cred.cap_count, FAKE_CAPS);
    assert_int_equal(fake_called("sys_bounding_has"), FAKE_CAPS + 1);
    assert_int_equal(fake_called("sys_ambient_has"), FAKE_CAPS + 1);
    observe_free(&cred);
    fake_reset(); /* one more than there were */
    assert_int_equal(observe_cred("verify", FAKE_CAPS - 1, &cred, &f), 0);
    assert_int_equal(cred.cap_count, FAKE_CAPS);
    observe_free(&cred);
}

static void a_kernel_without_ambient_capabilities_is_too_old(void **state) {
    (void)state;
    fake_reset();
    fake.no_ambient = true;
    refused("start", FAIL_OLD_KERNEL, EINVAL);
}

static void a_kernel_without_any_capability_is_refused(void **state) {
    (void)state;
    fake_reset();
    fake.cap_count = 0;
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
}

static void an_answer_that_no_kernel_gives_is_refused(void **state) {
    static const char *const flags[] = {"sys_bounding_has", "sys_ambient_has",
                                        "sys_get_no_new_privs"};

    (void)state;
    fake_reset();
    fake.caps_never_end = true;
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    fake_reset();
    fake.caps_always_set = true;
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    fake_reset(); /* a hole: 3 is unknown and 4 is not */
    (void)fake_arm(FAKE_FAILS, "sys_bounding_has", 4, EINVAL);
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    fake_reset();
    (void)fake_arm(FAKE_FAILS, "sys_ambient_has", 4, EINVAL);
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    fake_reset(); /* the two sets end at different numbers */
    (void)fake_arm(FAKE_FAILS, "sys_ambient_has", FAKE_CAPS, EINVAL);
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    for (size_t i = 0; i < COUNT(flags); i++) { /* 2, where only 0 and 1 are */
        fake_reset();
        fake.lie = 2;
        (void)fake_arm(FAKE_LIES, flags[i], 1, 0);
        refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    }
    fake_reset(); /* what is reported twice is reported differently */
    fake.securebits = SECBIT_KEEP_CAPS;
    (void)fake_arm(FAKE_LIES, "sys_get_keepcaps", 1, 0);
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
    fake_reset();
    fake.securebits = SECBIT_KEEP_CAPS;
    (void)fake_arm(FAKE_LIES, "sys_get_securebits", 1, 0);
    refused("verify", FAIL_SYSTEM_CALL, EPROTO);
}

/* ---- the start ---- */

/* Both halves, as core/pipeline asks for them. */
static int observe_all(const struct request *request, struct start *start, struct fail *f) {
    struct pipeline p = {.request = *request};

    memset(&p.start, 1, sizeof p.start); /* a field that is not set is noticed, also a bool */
    int status = pipeline_advance(&p, STAGE_START, f);
    *start = p.start;
    return status;
}

static void start_of(const struct request *request, struct start *start) {
    struct fail f = {0};

    assert_int_equal(observe_all(request, start, &f), 0);
}

static void the_caller_is_read_with_few_questions(void **state) {
    const unsigned counts[] = {1, 2, 31, 32, 33, 37, 41, 63, 64};

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        const uint64_t known = counts[i] == 64 ? UINT64_MAX : CAP_MASK(counts[i]) - 1;
        struct fail f = {0};
        struct cred cred;

        fake_reset();
        fake.cap_count = counts[i];
        fake.permitted = fake.effective = known;
        fake.inheritable = fake.ambient = known & (CAP_MASK(0) | CAP_MASK(40));
        fake.bounding = 0;
        assert_int_equal(observe_caller(&cred, &f), 0);
        assert_int_equal(cred.cap_count, counts[i]);
        assert_true(cred.ambient == fake.ambient && cred.permitted == known);
        assert_true(cred.bounding == known); /* until a request says what matters */
        assert_between(fake_called("sys_bounding_has"), 7, 8);
        assert_int_equal(fake_called("sys_ambient_has"), 2 + __builtin_popcountll(fake.ambient));
        observe_free(&cred);
    }
}

static void refuses_caller(enum fail_code code, int error, const char *what) {
    struct fail f = {0};
    struct cred cred;

    assert_int_equal(observe_caller(&cred, &f), -1);
    is_failure(&f, "start", code, error);
    assert_non_null(strstr(f.text, what));
    observe_free(&cred);
}

static void a_caller_of_a_kernel_that_answers_wrongly_is_refused(void **state) {
    static const char *const calls[] = {"sys_bounding_has", "sys_ambient_has"};

    (void)state;
    for (unsigned answer = 0; answer <= 1; answer++) { /* always */
        fake_reset();
        fake.caps_never_end = answer == 0;
        fake.caps_always_set = answer == 1;
        refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "bounding");
        assert_int_equal(fake_called("sys_bounding_has"), 1);
    }
    for (size_t i = 0; i < COUNT(calls); i++)
        for (unsigned nth = 1; nth <= 3; nth++) {
            fake_reset();
            fake.inheritable = fake.ambient = BIND;
            (void)fake_arm(FAKE_FAILS, calls[i], nth, EPERM);
            refuses_caller(FAIL_SYSTEM_CALL, EPERM, i == 0 ? "bounding" : "ambient");
            fake_reset();
            fake.inheritable = fake.ambient = BIND;
            fake.lie = 2;
            (void)fake_arm(FAKE_LIES, calls[i], nth, 0);
            refuses_caller(FAIL_SYSTEM_CALL, EPROTO, i == 0 ? "bounding" : "ambient");
        }
    fake_reset();
    fake.cap_count = 0;
    refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "bounding");
    fake_reset(); /* one more than fits */
    fake.cap_count = CAP_BITS + 1;
    refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "bounding");
}

static void an_ambient_set_that_does_not_fit_the_bounding_set_is_refused(void **state) {
    (void)state;
    fake_reset();
    fake.no_ambient = true;
    refuses_caller(FAIL_OLD_KERNEL, EINVAL, "ambient");
    for (unsigned nth = 1; nth <= 2; nth++) { /* another error is not the one of an old kernel */
        fake_reset();
        fake.no_ambient = true;
        (void)fake_arm(FAKE_FAILS, "sys_ambient_has", nth, EPERM);
        refuses_caller(FAIL_SYSTEM_CALL, EPERM, "ambient");
    }
    fake_reset(); /* a set that has 0 is no missing one */
    fake.cap_count = 1;
    (void)fake_arm(FAKE_FAILS, "sys_ambient_has", 1, EINVAL);
    refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "ambient");
    fake_reset(); /* the two sets end at different numbers */
    (void)fake_arm(FAKE_FAILS, "sys_ambient_has", 1, EINVAL);
    refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "ambient");
    fake_reset();
    (void)fake_arm(FAKE_LIES, "sys_ambient_has", 2, 0);
    refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "ambient");
    fake_reset(); /* a hole */
    fake.inheritable = fake.ambient = BIND;
    (void)fake_arm(FAKE_FAILS, "sys_ambient_has", 3, EINVAL);
    refuses_caller(FAIL_SYSTEM_CALL, EPROTO, "ambient");
}

/* The part of the bounding set that matters depends on the request and on the caller. */
static void the_bounding_set_is_read_where_it_matters(void **state) {
    const struct {
        const char *claim;
        uint64_t permitted;
        struct request request;
        bool report;
        uint64_t asked; /* whether each is in the set; the others are assumed to be */
    } rows[] = {
        {"nothing is kept", FAKE_ALL_CAPS, {0}, false, 0},
        {"one is kept", FAKE_ALL_CAPS, {.keep = BIND}, false, BIND},
        {"an unknown one is wanted", FAKE_ALL_CAPS, {.want = BIND | CAP_MASK(63)}, false, BIND},
        {"all are kept", PCAP | BIND, {.keep_all = true}, false, PCAP | BIND},
        {"SETPCAP is missing", BIND, {.keep = BIND}, false, FAKE_ALL_CAPS},
        {"what is kept is not permitted", PCAP, {.keep = BIND}, false, FAKE_ALL_CAPS},
        {"there is a report", FAKE_ALL_CAPS, {.keep = BIND}, true, FAKE_ALL_CAPS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pipeline p = {.request = rows[i].request, .report = rows[i].report};
        struct fail f = {0};

        print_message("  %s\n", rows[i].claim);
        fake_reset();
        fake.permitted = fake.effective = rows[i].permitted;
        fake.bounding = RAW; /* and so on: neither all nor nothing */
        assert_int_equal(pipeline_advance(&p, STAGE_START, &f), 0);
        assert_true((p.start.cred.bounding & rows[i].asked) == (RAW & rows[i].asked));
        assert_true((p.start.cred.bounding & ~rows[i].asked) == (FAKE_ALL_CAPS & ~rows[i].asked));
        pipeline_free(&p);
    }
}

static void a_bounding_set_that_is_not_told_is_refused(void **state) {
    const struct request request = {.keep = BIND | RAW};

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        const int errors[] = {EPERM, EINVAL};
        for (size_t i = 0; i < COUNT(errors); i++) {
            struct start start;
            struct fail f = {0};

            fake_reset();
            /* after those that count the capabilities: 64, and six that halve */
            (void)fake_arm(FAKE_FAILS, "sys_bounding_has", 7 + nth, errors[i]);
            assert_int_equal(observe_all(&request, &start, &f), -1);
            assert_int_equal(f.error, errors[i] == EINVAL ? EPROTO : EPERM);
            assert_non_null(strstr(f.text, "bounding set"));
            observe_free(&start.cred);
        }
    }
}

static void sets_that_the_start_does_not_get_are_named(void **state) {
    struct cred cred;
    struct fail f = {0};

    (void)state;
    fake_reset();
    (void)fake_arm(FAKE_FAILS, "sys_get_caps", 1, EPERM);
    assert_int_equal(observe_caller(&cred, &f), -1);
    assert_int_equal(f.error, EPERM);
    assert_non_null(strstr(f.text, "capability sets"));
    observe_free(&cred);
}

/* If one of the ids is the caller's and another only reads so, the check would change it. */
static void own_ids_are_tried_only_where_all_of_them_read_as_asked(void **state) {
    const struct request request = {
        .change_identity = true, .uid = FAKE_OVERFLOW_UID, .gid = FAKE_OVERFLOW_GID};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct start start;

        fake_reset();
        fake_be(FAKE_OVERFLOW_UID, FAKE_OVERFLOW_GID);
        fake.permitted = fake.effective = 0;
        fake.uid_map = fake.gid_map = (struct fake_map){1, 70000};
        if (i == 1)
            fake.uid.saved = 1000;
        if (i == 2)
            fake.gid.saved = 1000;
        start_of(&request, &start);
        assert_int_equal(fake_called("sys_try_uids"), i == 1 ? 0 : 1);
        assert_int_equal(fake_called("sys_try_gids"), i == 2 ? 0 : 1);
        observe_free(&start.cred);
    }
}

/* The plan is the same, whichever part is left unread. */
static void a_start_that_is_read_in_part_leads_to_the_same_goal(void **state) {
    (void)state;
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        struct pipeline part = {.request = SCENARIOS[i].request};
        struct pipeline whole = {.request = SCENARIOS[i].request, .report = true};
        struct fail f = {0};

        SCENARIOS[i].set_up();
        int status = pipeline_advance(&part, STAGE_PREFLIGHT, &f);
        assert_int_equal(pipeline_advance(&whole, STAGE_PREFLIGHT, &f), status);
        assert_int_equal(part.next, whole.next);
        assert_null(cred_difference(&part.plan.goal, &whole.plan.goal));
        assert_int_equal(part.plan.bounding_left, whole.plan.bounding_left);
        assert_true(part.plan.working == whole.plan.working);
        assert_true(part.plan.ambient_missing == whole.plan.ambient_missing);
        pipeline_free(&part);
        pipeline_free(&whole);
    }
}

static void the_parent_death_signal_is_part_of_the_start(void **state) {
    const struct request nothing = {0};
    struct start start;

    (void)state;
    fake_reset();
    start_of(&nothing, &start);
    assert_int_equal(start.parent_death_signal, 0);
    observe_free(&start.cred);
    fake.parent_death_signal = 9;
    start_of(&nothing, &start);
    assert_int_equal(start.parent_death_signal, 9);
    observe_free(&start.cred);
}

static void a_signal_that_is_not_told_is_refused(void **state) {
    const struct request nothing = {0};
    struct start start;
    struct fail f = {0};

    (void)state;
    fake_reset();
    (void)fake_arm(FAKE_LIES, "sys_get_parent_death_signal", 1, 0);
    assert_int_equal(observe_all(&nothing, &start, &f), -1);
    is_failure(&f, "start", FAIL_SYSTEM_CALL, EPROTO);
    assert_non_null(strstr(f.text, "parent-death signal"));
    observe_free(&start.cred);
}

static void streams_that_have_to_change_hands_are_found(void **state) {
    const struct request ours = {.chown_stdio = true},
                         theirs = {.chown_stdio = true, .change_identity = true, .uid = WWW},
                         nobodys = {.change_identity = true, .uid = WWW};
    struct start start;

    (void)state;
    fake_reset();
    fake.streams[0] = (struct fake_stream){true, 0};
    fake.streams[1] = (struct fake_stream){true, WWW};
    fake.streams[2] = (struct fake_stream){false, 0};
    start_of(&ours, &start);
    assert_int_equal(start.stdio, 2);
    observe_free(&start.cred);
    start_of(&theirs, &start);
    assert_int_equal(start.stdio, 1);
    observe_free(&start.cred);
    start_of(&nobodys, &start);
    assert_int_equal(start.stdio, 0);
    observe_free(&start.cred);
    fake.streams[1].owner = fake.streams[2].owner = 7;
    fake.streams[2].handed_over = true;
    start_of(&theirs, &start);
    assert_int_equal(start.stdio, 7);
    observe_free(&start.cred);
}

static void a_stream_that_cannot_be_looked_at_is_refused(void **state) {
    const struct request request = {.chown_stdio = true};
    struct start start;
    struct fail f = {0};

    (void)state;
    fake_reset();
    (void)fake_arm(FAKE_FAILS, "sys_stdio_owner", 2, EIO);
    assert_int_equal(observe_all(&request, &start, &f), -1);
    assert_string_equal(f.step, "stdio");
    assert_int_equal(f.code, FAIL_SYSTEM_CALL);
    assert_int_equal(f.error, EIO);
    assert_non_null(strchr(f.text, '1'));
    observe_free(&start.cred);
}

/* Whether the ids are mapped matters only if some are requested: /proc is not read
 * otherwise. */
static void the_mapping_is_read_only_where_it_matters(void **state) {
    gid_t same[] = {0}, other[] = {1};
    const struct {
        struct request request;
        bool matters;
    } rows[] = {
        {{.change_groups = false, .groups = {1, same}}, false},
        {{.change_groups = true, .groups = {1, other}}, true},
        {{.change_groups = true, .groups = {1, same}}, true},
        {{.change_identity = false, .uid = 0}, false},
        {{.change_identity = true, .uid = 1}, true},
        {{.change_identity = true, .uid = 0}, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct start start;

        fake_reset();
        start_of(&rows[i].request, &start);
        assert_int_equal(fake_called("sys_all_ids_mapped") > 0, rows[i].matters);
        assert_int_equal(start.all_ids_mapped, rows[i].matters);
        assert_int_equal(fake_called("sys_overflow_id"), 0); /* every id is what it reads as */
        assert_int_equal(fake_called("sys_ids_are_mapped"), 0);
        observe_free(&start.cred);

        fake_reset();
        fake.uid_map.count = 100;
        start_of(&rows[i].request, &start);
        assert_int_equal(start.overflow_uid, rows[i].matters ? FAKE_OVERFLOW_UID : 0);
        assert_int_equal(start.overflow_gid, rows[i].matters ? FAKE_OVERFLOW_GID : 0);
        assert_false(start.overflow_unknown);
        observe_free(&start.cred);
    }
}

static void the_initial_user_namespace_is_not_asked_whether_it_denies_setgroups(void **state) {
    const struct request request = {.change_groups = true};
    struct start start;

    (void)state;
    fake_reset();
    start_of(&request, &start);
    assert_true(start.all_ids_mapped);
    assert_false(start.setgroups_denied);
    assert_int_equal(fake_called("sys_setgroups_denied"), 0);
    observe_free(&start.cred);

    fake_reset();
    fake.setgroups_denied = true; /* so it is another one, which maps every id too */
    start_of(&request, &start);
    assert_true(start.all_ids_mapped);
    assert_true(start.setgroups_denied);
    observe_free(&start.cred);

    fake_reset();
    fake.uid_map.count = 100;
    start_of(&request, &start);
    assert_false(start.all_ids_mapped);
    assert_int_equal(fake_called("sys_setgroups_denied"), 1);
    observe_free(&start.cred);
}

static void a_mapping_that_is_not_whole_or_not_told_is_no_mapping(void **state) {
    const struct request request = {.change_identity = true, .uid = 0};
    struct start start;

    (void)state;
    fake_reset();
    fake.gid_map.count = 65536;
    start_of(&request, &start);
    assert_false(start.all_ids_mapped);
    observe_free(&start.cred);
    fake_reset();
    (void)fake_arm(FAKE_FAILS, "sys_all_ids_mapped", 1, EPERM);
    start_of(&request, &start);
    assert_false(start.all_ids_mapped);
    observe_free(&start.cred);
}

static void an_overflow_id_that_is_not_told_is_unknown(void **state) {
    const struct request request = {.change_identity = true, .uid = 0};
    struct start start;

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        fake_reset();
        fake.gid_map.count = 65536;
        (void)fake_arm(FAKE_FAILS, "sys_overflow_id", nth, ENOENT);
        start_of(&request, &start);
        assert_true(start.overflow_unknown);
        observe_free(&start.cred);
    }
}

/* Each requested id, alone. */
static void an_id_that_is_not_mapped_is_known_before(void **state) {
    static gid_t list[] = {5, 2000};
    struct request request = {.change_identity = true, .uid = 5, .gid = 5};
    struct start start;

    (void)state;
    fake_reset();
    fake.uid_map = fake.gid_map = (struct fake_map){0, 1000};
    start_of(&request, &start);
    assert_false(start.uid_unmapped || start.gid_unmapped || start.groups_unmapped);
    observe_free(&start.cred);
    request.uid = 1000;
    start_of(&request, &start);
    assert_true(start.uid_unmapped && !start.gid_unmapped && !start.groups_unmapped);
    observe_free(&start.cred);
    request.uid = 5;
    request.gid = 1000;
    start_of(&request, &start);
    assert_true(!start.uid_unmapped && start.gid_unmapped && !start.groups_unmapped);
    observe_free(&start.cred);
    request.change_identity = false;
    request.change_groups = true;
    request.groups = (struct groups){2, list};
    fake.setgroups_denied = true;
    start_of(&request, &start);
    assert_true(!start.uid_unmapped && !start.gid_unmapped && start.groups_unmapped);
    assert_true(start.setgroups_denied);
    observe_free(&start.cred);
    list[1] = 6; /* these are; that uid 1 is not does not matter */
    fake.uid_map = (struct fake_map){5, 1000};
    start_of(&request, &start);
    assert_false(start.groups_unmapped);
    observe_free(&start.cred);
    (void)fake_arm(FAKE_FAILS, "sys_ids_are_mapped", 0, EMFILE); /* then the steps find out */
    start_of(&request, &start);
    assert_false(start.uid_unmapped || start.gid_unmapped || start.groups_unmapped);
    observe_free(&start.cred);
}

/* The kernel confirms an id that reads as the caller's if the caller may not set it. */
static void an_id_that_may_be_unmapped_is_confirmed_or_not(void **state) {
    const struct request request = {
        .change_identity = true, .uid = FAKE_OVERFLOW_UID, .gid = FAKE_OVERFLOW_GID};
    struct start start;

    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        const fake_id root = FAKE_UNMAPPED(0);

        fake_reset();
        fake.uid_map = fake.gid_map = (struct fake_map){1, 70000};
        fake_be(FAKE_OVERFLOW_UID, FAKE_OVERFLOW_GID);
        if (round > 0) /* he is not */
            fake.uid = fake.gid = (struct fake_ids){root, root, root, root};
        if (round < 2) /* with the capabilities, the call would make it true */
            fake.permitted = fake.effective = 0;
        start_of(&request, &start);
        assert_int_equal(start.uid_is_own, round == 0);
        assert_int_equal(start.gid_is_own, round == 0);
        assert_int_equal(fake_called("sys_try_uids"), round < 2);
        assert_int_equal(fake_called("sys_try_gids"), round < 2);
        observe_free(&start.cred);
    }
}

/* The call that confirms an id is made for one that may be unmapped, if the caller may not set it.
 */
static void an_id_is_confirmed_only_where_it_matters(void **state) {
    static const struct {
        uint64_t permitted;
        bool ambiguous;
        unsigned uids, gids; /* calls */
    } rows[] = {
        {0, true, 1, 1},      {PCAP, true, 1, 1}, {CAP_MASK(CAP_SETUID), true, 0, 1},
        {SETGID, true, 1, 0}, {0, false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const uid_t uid = rows[i].ambiguous ? FAKE_OVERFLOW_UID : 1000;
        const gid_t gid = rows[i].ambiguous ? FAKE_OVERFLOW_GID : 1000;
        const struct request request = {.change_identity = true, .uid = uid, .gid = gid};
        struct start start;

        fake_reset();
        fake.uid_map = fake.gid_map = (struct fake_map){1, 70000};
        fake_be(uid, gid);
        fake.permitted = fake.effective = rows[i].permitted;
        start_of(&request, &start);
        assert_int_equal(fake_called("sys_try_uids"), rows[i].uids);
        assert_int_equal(fake_called("sys_try_gids"), rows[i].gids);
        observe_free(&start.cred);
    }
}

/* A stream is given to its own owner only by a caller who could give it to another user. */
static void a_stream_is_tried_only_with_cap_chown(void **state) {
    static const uint64_t effective[] = {0, CAP_MASK(CAP_DAC_OVERRIDE), CAP_MASK(CAP_CHOWN)};
    const struct request request = {
        .chown_stdio = true, .change_identity = true, .uid = 1000, .gid = 1000};

    (void)state;
    for (size_t i = 0; i < COUNT(effective); i++) {
        const fake_id root = FAKE_UNMAPPED(0);
        struct start start;

        fake_reset();
        fake_be(1000, 1000);
        fake.permitted = FAKE_ALL_CAPS;
        fake.effective = effective[i];
        fake.uid_map = fake.gid_map = (struct fake_map){1, 70000};
        fake.streams[1] = fake.streams[2] = (struct fake_stream){true, root};
        start_of(&request, &start);
        assert_int_equal(fake_called("sys_chown_fd"), effective[i] == CAP_MASK(CAP_CHOWN) ? 2 : 0);
        assert_int_equal(start.stdio_unmapped, effective[i] == CAP_MASK(CAP_CHOWN) ? 6 : 0);
        observe_free(&start.cred);
    }
}

static void what_is_refused_of_user_namespaces_is_read_where_it_matters(void **state) {
    struct request request = {0};
    struct start start;

    (void)state;
    fake_reset();
    fake.userns_refused = USERNS_CLONE3;
    start_of(&request, &start);
    assert_int_equal(start.userns_refused, 0);
    observe_free(&start.cred);
    request.disable_userns = true;
    start_of(&request, &start);
    assert_int_equal(start.userns_refused, USERNS_CLONE3);
    assert_true(start.userns_known);
    observe_free(&start.cred);
}

static void a_stream_whose_owner_may_be_unmapped_is_noticed(void **state) {
    const fake_id root = FAKE_UNMAPPED(0);
    const struct {
        fake_id owner;
        uid_t goal;
        bool inherited, all_mapped, unclear;
    } rows[] = {
        {1000, FAKE_OVERFLOW_UID, false, false, false},
        {root, FAKE_OVERFLOW_UID, false, false, true},
        {FAKE_OVERFLOW_UID, FAKE_OVERFLOW_UID, false, false, true},
        {FAKE_OVERFLOW_UID, FAKE_OVERFLOW_UID, false, true, false},
        {root, 1000, false, false, true},
        {FAKE_OVERFLOW_UID, 1000, false, false, false},
        {1000, FAKE_OVERFLOW_UID, true, false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request = {.chown_stdio = true,
                                  .change_identity = !rows[i].inherited,
                                  .uid = rows[i].goal,
                                  .gid = 1000};
        struct start start;

        fake_reset();
        fake_be(1000, 1000);
        if (rows[i].inherited)
            fake.uid = (struct fake_ids){root, root, root, root};
        if (!rows[i].all_mapped)
            fake.uid_map = fake.gid_map = (struct fake_map){1, 70000};
        fake.streams[1] = (struct fake_stream){true, rows[i].owner};
        start_of(&request, &start);
        if (start.stdio_unmapped != (rows[i].unclear ? 2u : 0u))
            print_error("row %zu\n", i);
        assert_int_equal(start.stdio_unmapped, rows[i].unclear ? 2 : 0);
        observe_free(&start.cred);
    }
}

static void one_group_too_many(const char *name) {
    if (strcmp(name, "sys_get_groups") == 0)
        fake.group_count = GROUPS_MOST + 1;
}

static void more_groups_than_there_can_be_are_refused(void **state) {
    struct cred cred;
    struct fail f;

    (void)state;
    fake_reset();
    fake.before = one_group_too_many;
    assert_int_equal(observe_cred("start", CAP_BITS, &cred, &f), -1);
    is_failure(&f, "start", FAIL_SYSTEM_CALL, EPROTO);
    assert_int_equal(fake_called("sys_get_groups"), 1); /* no memory is asked for */
    observe_free(&cred);

    fake_reset();
    fake.group_count = GROUPS_MOST;
    for (size_t i = 0; i < GROUPS_MOST; i++)
        fake.groups[i] = i;
    observe(&cred);
    assert_int_equal(cred.groups.count, GROUPS_MOST);
    observe_free(&cred);
}

/* The lowest of the capabilities that are in the bounding set and not kept is what matters. */
static void a_setpcap_that_is_hidden_is_found_out(void **state) {
    const struct {
        uint64_t permitted, bounding, keep;
        bool keep_all, asked;
    } rows[] = {
        {CAP_MASK(CAP_SETPCAP), FAKE_ALL_CAPS, 0, false, false},
        {0, FAKE_ALL_CAPS, 0, false, true},
        {0, 0, 0, false, false},
        {1, 1, 1, false, false},
        {1, 1, 0, true, false},
        {1, FAKE_ALL_CAPS, 0, true, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {.keep = rows[i].keep, .keep_all = rows[i].keep_all};
        struct start start;
        struct fail f;

        fake_reset();
        fake.permitted = fake.effective = rows[i].permitted;
        fake.bounding = rows[i].bounding;
        assert_int_equal(observe_all(&request, &start, &f), 0);
        assert_int_equal(fake_called("sys_try_setpcap"), rows[i].asked);
        assert_true(fake.permitted == rows[i].permitted); /* what fails changes nothing */
        observe_free(&start.cred);
    }
    const struct request nothing = {0};
    struct start start;
    struct fail f;
    fake_reset();
    fake.permitted = fake.effective = 0;
    (void)fake_arm(FAKE_LIES, "sys_try_setpcap", 1, 0); /* as it is where capget has lied */
    assert_int_equal(observe_all(&nothing, &start, &f), -1);
    is_failure(&f, "start", FAIL_NOT_AS_PLANNED, 0);
    assert_non_null(strstr(f.text, "CAP_SETPCAP"));
    observe_free(&start.cred);
}

static void what_is_released_is_empty(void **state) {
    struct cred cred;

    (void)state;
    fake_reset();
    fake_set_groups(2, (const gid_t[]){1, 2});
    observe(&cred);
    observe_free(&cred);
    assert_int_equal(cred.groups.count, 0);
    assert_null(cred.groups.list);
    observe_free(&cred); /* and may be released again */
}

static void sorting_brings_ids_into_ascending_order_and_once(void **state) {
    gid_t list[] = {4294967294, 0, 2147483648, 7, 7};
    const gid_t sorted[] = {0, 7, 2147483648, 4294967294};
    struct groups groups = {COUNT(list), list}, none = {0};

    (void)state;
    observe_sort(&groups);
    assert_int_equal(groups.count, COUNT(sorted));
    assert_memory_equal(list, sorted, sizeof sorted);
    observe_sort(&none);
    assert_int_equal(none.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_the_kernels),
        cmocka_unit_test(groups_come_in_ascending_order_and_once),
        cmocka_unit_test(a_process_may_have_no_groups_or_65536),
        cmocka_unit_test(groups_that_change_between_two_calls_are_refused),
        cmocka_unit_test(groups_that_there_is_no_memory_for_are_refused),
        cmocka_unit_test(an_answer_that_fails_is_named),
        cmocka_unit_test(the_kernel_says_how_many_capabilities_it_has),
        cmocka_unit_test(what_follows_the_last_capability_is_asked_for_once),
        cmocka_unit_test(a_kernel_without_ambient_capabilities_is_too_old),
        cmocka_unit_test(a_kernel_without_any_capability_is_refused),
        cmocka_unit_test(an_answer_that_no_kernel_gives_is_refused),
        cmocka_unit_test(the_caller_is_read_with_few_questions),
        cmocka_unit_test(a_caller_of_a_kernel_that_answers_wrongly_is_refused),
        cmocka_unit_test(an_ambient_set_that_does_not_fit_the_bounding_set_is_refused),
        cmocka_unit_test(the_bounding_set_is_read_where_it_matters),
        cmocka_unit_test(a_bounding_set_that_is_not_told_is_refused),
        cmocka_unit_test(own_ids_are_tried_only_where_all_of_them_read_as_asked),
        cmocka_unit_test(sets_that_the_start_does_not_get_are_named),
        cmocka_unit_test(a_start_that_is_read_in_part_leads_to_the_same_goal),
        cmocka_unit_test(the_parent_death_signal_is_part_of_the_start),
        cmocka_unit_test(a_signal_that_is_not_told_is_refused),
        cmocka_unit_test(streams_that_have_to_change_hands_are_found),
        cmocka_unit_test(a_stream_that_cannot_be_looked_at_is_refused),
        cmocka_unit_test(the_mapping_is_read_only_where_it_matters),
        cmocka_unit_test(the_initial_user_namespace_is_not_asked_whether_it_denies_setgroups),
        cmocka_unit_test(a_mapping_that_is_not_whole_or_not_told_is_no_mapping),
        cmocka_unit_test(more_groups_than_there_can_be_are_refused),
        cmocka_unit_test(a_setpcap_that_is_hidden_is_found_out),
        cmocka_unit_test(an_overflow_id_that_is_not_told_is_unknown),
        cmocka_unit_test(an_id_that_is_not_mapped_is_known_before),
        cmocka_unit_test(an_id_that_may_be_unmapped_is_confirmed_or_not),
        cmocka_unit_test(an_id_is_confirmed_only_where_it_matters),
        cmocka_unit_test(a_stream_is_tried_only_with_cap_chown),
        cmocka_unit_test(what_is_refused_of_user_namespaces_is_read_where_it_matters),
        cmocka_unit_test(a_stream_whose_owner_may_be_unmapped_is_noticed),
        cmocka_unit_test(what_is_released_is_empty),
        cmocka_unit_test(sorting_brings_ids_into_ascending_order_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
