/*
 * --assert: the state that a request would give, and in which parts a thread differs from it.
 */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake/kernel.h"
#include "inspect/expect.h"

#define BIND       CAP_MASK(CAP_NET_BIND_SERVICE)
#define RAW        CAP_MASK(CAP_NET_RAW)
#define PART(part) (1u << (part))

enum { WWW = 33, OTHER = 44 };

static gid_t WWW_GROUPS[] = {WWW, OTHER};
static gid_t CALLER_GROUPS[] = {7};
static gid_t UNMAPPED_GROUPS[] = {WWW, FAKE_OVERFLOW_GID};

static const struct request TO_WWW = {.change_identity = true,
                                      .uid = WWW,
                                      .gid = WWW,
                                      .change_groups = true,
                                      .groups = {2, WWW_GROUPS},
                                      .keep = RAW,
                                      .no_new_privs = true};

static const struct cred CALLER = {.uid = {1000, 1000, 1001, 1001},
                                   .gid = {1002, 1002, 1003, 1003},
                                   .groups = {1, CALLER_GROUPS},
                                   .permitted = BIND | RAW,
                                   .cap_count = FAKE_CAPS};

static int setup(void **state) {
    (void)state;
    fake_reset();
    return 0;
}

static struct expectation expects(const struct request *request) {
    struct expectation expectation;
    struct fail f;

    assert_int_equal(expect_make(request, &CALLER, &expectation, &f), 0);
    return expectation;
}

static void refuses(const struct request *request, enum fail_code code) {
    struct expectation expectation;
    struct fail f = {0};

    assert_int_equal(expect_make(request, &CALLER, &expectation, &f), -1);
    assert_int_equal(f.code, code);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_string_equal(f.step, "assert");
}

/* A thread in the state that TO_WWW gives. */
static struct thread as_asked(void) {
    return (struct thread){.number = 1,
                           .cred = {.uid = {WWW, WWW, WWW, WWW},
                                    .gid = {WWW, WWW, WWW, WWW},
                                    .groups = {2, WWW_GROUPS},
                                    .permitted = RAW,
                                    .effective = RAW,
                                    .inheritable = RAW,
                                    .bounding = RAW,
                                    .ambient = RAW,
                                    .no_new_privs = true,
                                    .cap_count = FAKE_CAPS},
                           .seccomp_known = true};
}

/* ---- what is expected ---- */

static void what_is_kept_is_expected_in_all_five_sets(void **state) {
    struct expectation expectation = expects(&TO_WWW);

    (void)state;
    for (unsigned part = PART_PERMITTED; part <= PART_AMBIENT; part++)
        assert_true(expect_set(&expectation.cred, (enum part)part) == RAW);
    assert_true(expectation.cred.no_new_privs);
    assert_false(expectation.filter || expectation.strict);
    assert_int_equal(expectation.cred.uid.fs, WWW);
    assert_int_equal(expectation.cred.gid.saved, WWW);
    assert_int_equal(expectation.cred.groups.count, 2);
    assert_int_equal(expectation.cred.cap_count, FAKE_CAPS);
}

/* execve(2) makes the saved and the filesystem id the effective one. */
static void what_the_request_leaves_is_the_callers(void **state) {
    const struct request request = {.keep_all = true};
    struct expectation expectation = expects(&request);
    const struct ids uid = ids_all(1000), gid = ids_all(1002);

    (void)state;
    assert_true(ids_equal(&expectation.cred.uid, &uid));
    assert_true(ids_equal(&expectation.cred.gid, &gid));
    assert_int_equal(expectation.cred.groups.count, 1);
    assert_int_equal(expectation.cred.groups.list[0], 7);
    assert_true(expectation.cred.permitted == (BIND | RAW));
    assert_false(expectation.cred.no_new_privs);
}

static void a_capability_that_the_kernel_has_not_is_refused(void **state) {
    struct request request = {.keep = CAP_MASK(FAKE_CAPS)};

    (void)state;
    refuses(&request, FAIL_CAP_UNKNOWN);
    request.keep = CAP_MASK(FAKE_CAPS - 1);
    (void)expects(&request);
}

/* The process may have it from the one that started it; the caller's own shows nothing about it. */
static void a_filter_is_asked_for_with_no_new_privs_of_the_process(void **state) {
    struct request request = {.disable_userns = true};
    struct expectation expectation = expects(&request);

    (void)state;
    assert_true(expectation.filter && expectation.cred.no_new_privs);
    request.no_new_privs = true;
    expectation = expects(&request);
    assert_true(expectation.filter && expectation.cred.no_new_privs);
}

static void an_id_that_may_be_an_unmapped_one_is_refused(void **state) {
    const struct groups unmapped = {2, UNMAPPED_GROUPS};
    struct request request = TO_WWW;

    (void)state;
    fake.uid_map = fake.gid_map = (struct fake_map){0, 65536};
    (void)expects(&request);
    request.uid = FAKE_OVERFLOW_UID;
    refuses(&request, FAIL_UNMAPPED_ID);
    request = TO_WWW;
    request.gid = FAKE_OVERFLOW_GID;
    refuses(&request, FAIL_UNMAPPED_ID);
    request = TO_WWW;
    request.groups = unmapped;
    refuses(&request, FAIL_UNMAPPED_ID);
    request = TO_WWW;
    fake.no_proc = true; /* it is unknown what an unmapped id reads as */
    refuses(&request, FAIL_UNMAPPED_ID);
}

static void where_every_id_is_mapped_none_is_ambiguous(void **state) {
    struct request request = TO_WWW;

    (void)state;
    request.uid = FAKE_OVERFLOW_UID;
    request.gid = FAKE_OVERFLOW_GID;
    (void)expects(&request);
}

/* ---- what is there ---- */

static unsigned differs(const struct request *request, const struct thread *thread) {
    const struct expectation expectation = expects(request);

    return expect_compare(&expectation, thread).differs;
}

static void the_state_that_was_asked_for_differs_in_nothing(void **state) {
    const struct thread thread = as_asked();

    (void)state;
    assert_int_equal(differs(&TO_WWW, &thread), 0);
}

static void each_part_differs_alone(void **state) {
    static gid_t other[] = {WWW, OTHER + 1};
    struct thread good = as_asked(), bad;

    (void)state;
#define DIFFERS(field, value, part)                                                                \
    do {                                                                                           \
        bad = good;                                                                                \
        bad.field = (value);                                                                       \
        assert_int_equal(differs(&TO_WWW, &bad), PART(part));                                      \
    } while (0)
    DIFFERS(cred.uid.real, 0, PART_UID);
    DIFFERS(cred.uid.effective, 0, PART_UID);
    DIFFERS(cred.uid.saved, 0, PART_UID);
    DIFFERS(cred.uid.fs, 0, PART_UID);
    DIFFERS(cred.gid.real, 0, PART_GID);
    DIFFERS(cred.gid.effective, 0, PART_GID);
    DIFFERS(cred.gid.saved, 0, PART_GID);
    DIFFERS(cred.gid.fs, 0, PART_GID);
    DIFFERS(cred.groups.count, 1, PART_GROUPS);
    DIFFERS(cred.groups.list, other, PART_GROUPS);
    DIFFERS(cred.permitted, 0, PART_PERMITTED);
    DIFFERS(cred.permitted, RAW | BIND, PART_PERMITTED);
    DIFFERS(cred.effective, 0, PART_EFFECTIVE);
    DIFFERS(cred.inheritable, RAW | BIND, PART_INHERITABLE);
    DIFFERS(cred.bounding, 0, PART_BOUNDING);
    DIFFERS(cred.ambient, 0, PART_AMBIENT);
    DIFFERS(cred.no_new_privs, false, PART_NO_NEW_PRIVS);
#undef DIFFERS
}

static void no_new_privs_that_was_not_asked_for_is_no_difference(void **state) {
    struct request request = TO_WWW;
    const struct thread thread = as_asked();

    (void)state;
    request.no_new_privs = false;
    assert_int_equal(differs(&request, &thread), 0);
}

static void a_wider_bounding_set_is_a_note_under_no_new_privs(void **state) {
    struct expectation expectation = expects(&TO_WWW);
    struct thread thread = as_asked();

    (void)state;
    assert_false(expect_compare(&expectation, &thread).bounding_left);
    thread.cred.bounding = RAW | BIND;
    struct comparison comparison = expect_compare(&expectation, &thread);
    assert_true(comparison.bounding_left && comparison.differs == 0);

    expectation.strict = true;
    comparison = expect_compare(&expectation, &thread);
    assert_true(comparison.bounding_left && comparison.differs == PART(PART_BOUNDING));

    expectation.strict = false;
    thread.cred.bounding = BIND; /* wider and narrower */
    comparison = expect_compare(&expectation, &thread);
    assert_true(!comparison.bounding_left && comparison.differs == PART(PART_BOUNDING));

    thread.cred.bounding = RAW | BIND;
    thread.cred.no_new_privs = expectation.cred.no_new_privs = false;
    comparison = expect_compare(&expectation, &thread);
    assert_true(!comparison.bounding_left && comparison.differs == PART(PART_BOUNDING));
}

static void a_filter_is_asked_for_by_disable_userns_alone(void **state) {
    struct request request = TO_WWW;
    struct thread thread = as_asked();

    (void)state;
    thread.seccomp = 2;
    assert_int_equal(differs(&request, &thread), 0);
    request.disable_userns = true;
    assert_int_equal(differs(&request, &thread), 0);
    thread.seccomp = 1;
    assert_int_equal(differs(&request, &thread), PART(PART_SECCOMP));
    thread.seccomp = 0;
    assert_int_equal(differs(&request, &thread), PART(PART_SECCOMP));
}

static void what_is_wanted_is_expected_where_the_main_thread_permits_it(void **state) {
    struct request request = TO_WWW;
    struct expectation expectation;
    struct thread thread = as_asked();

    (void)state;
    request.want = BIND | RAW; /* what is in both lists is kept */
    expectation = expects(&request);
    expect_want(&request, &thread.cred, &expectation);
    assert_true(expectation.left_out == BIND && expectation.cred.ambient == RAW);

    struct cred main_thread = thread.cred;
    main_thread.permitted = BIND;
    expectation = expects(&request);
    expect_want(&request, &main_thread, &expectation);
    assert_true(expectation.left_out == 0 && expectation.cred.permitted == (BIND | RAW));
    assert_true(expectation.cred.bounding == (BIND | RAW));
}

static void every_part_has_a_name_of_its_own(void **state) {
    (void)state;
    for (unsigned part = 0; part < PARTS; part++) {
        assert_true(strlen(expect_part((enum part)part)) > 0);
        for (unsigned other = 0; other < part; other++)
            assert_string_not_equal(expect_part((enum part)part), expect_part((enum part)other));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_kept_is_expected_in_all_five_sets, setup),
        cmocka_unit_test_setup(what_the_request_leaves_is_the_callers, setup),
        cmocka_unit_test_setup(a_capability_that_the_kernel_has_not_is_refused, setup),
        cmocka_unit_test_setup(a_filter_is_asked_for_with_no_new_privs_of_the_process, setup),
        cmocka_unit_test_setup(an_id_that_may_be_an_unmapped_one_is_refused, setup),
        cmocka_unit_test_setup(where_every_id_is_mapped_none_is_ambiguous, setup),
        cmocka_unit_test_setup(the_state_that_was_asked_for_differs_in_nothing, setup),
        cmocka_unit_test_setup(each_part_differs_alone, setup),
        cmocka_unit_test_setup(no_new_privs_that_was_not_asked_for_is_no_difference, setup),
        cmocka_unit_test_setup(a_wider_bounding_set_is_a_note_under_no_new_privs, setup),
        cmocka_unit_test_setup(a_filter_is_asked_for_by_disable_userns_alone, setup),
        cmocka_unit_test_setup(what_is_wanted_is_expected_where_the_main_thread_permits_it, setup),
        cmocka_unit_test_setup(every_part_has_a_name_of_its_own, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
