/* From the options to a request: every option sets the field of its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "capwrap/request.h"

struct answer {
    struct request request;
    struct identity identity;
    struct fail f;
    int status;
};

static void ask(const struct options *options, struct answer *answer) {
    const struct cred caller = {.uid = ids_all(1001), .gid = ids_all(1002)};

    memset(answer, 0xa5, sizeof *answer); /* a field that is not set is noticed */
    answer->status =
        request_make(options, &caller, &answer->request, &answer->identity, &answer->f);
    if (answer->status == 0)
        resolve_free(&answer->identity);
}

static void an_option_that_is_not_given_asks_for_nothing(void **state) {
    const struct request nothing = {0};
    const struct options options = {0};
    struct answer answer;

    (void)state;
    ask(&options, &answer);
    assert_int_equal(answer.status, 0);
    assert_memory_equal(&answer.request, &nothing, sizeof nothing);
}

#define BECOMES(option, value)                                                                     \
    do {                                                                                           \
        const struct options options = {.request.option = (value)};                                \
        ask(&options, &answer);                                                                    \
        assert_int_equal(answer.status, 0);                                                        \
        assert_true(answer.request.option == (value));                                             \
        answer.request.option = 0; /* and no other field */                                        \
        assert_memory_equal(&answer.request, &nothing, sizeof nothing);                            \
    } while (0)

static void each_option_becomes_the_field_of_its_name(void **state) {
    const struct request nothing = {0};
    struct answer answer;

    (void)state;
    BECOMES(keep, UINT64_C(0x400));
    BECOMES(keep_all, true);
    BECOMES(no_new_privs, true);
    BECOMES(lock_securebits, true);
    BECOMES(chown_stdio, true);
    BECOMES(close_fds, true);
    BECOMES(strict, true);
    BECOMES(dry_run, true);
}

static void user_and_groups_become_the_identity(void **state) {
    const struct options options = {.who = {.user = "33:34", .groups = "7,9", .ids_only = true}};
    struct answer answer;

    (void)state;
    ask(&options, &answer);
    assert_int_equal(answer.status, 0);
    assert_true(answer.request.change_identity && answer.request.change_groups);
    assert_int_equal(answer.request.uid, 33);
    assert_int_equal(answer.request.gid, 34);
    assert_int_equal(answer.request.groups.count, 3); /* the primary one is added */
}

static void close_fds_would_close_the_sockets_of_a_supervisor(void **state) {
    const struct options closing = {.request.close_fds = true}, open = {.request.close_fds = false};
    struct answer answer;
    char pid[16];

    (void)state;
    (void)snprintf(pid, sizeof pid, "%d", getpid());
    assert_int_equal(setenv("LISTEN_PID", pid, 1), 0);
    ask(&closing, &answer);
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, FAIL_LISTEN_FDS);
    assert_string_equal(answer.f.step, "fds");
    ask(&open, &answer);
    assert_int_equal(answer.status, 0);
    static const char *const others[] = {"1", "", "x"}; /* another process, and no process */
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(setenv("LISTEN_PID", others[i], 1), 0);
        ask(&closing, &answer);
        assert_int_equal(answer.status, 0);
    }
    (void)snprintf(pid, sizeof pid, "%dx", getpid());
    assert_int_equal(setenv("LISTEN_PID", pid, 1), 0);
    ask(&closing, &answer);
    assert_int_equal(answer.status, 0);
    assert_int_equal(unsetenv("LISTEN_PID"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_that_is_not_given_asks_for_nothing),
        cmocka_unit_test(each_option_becomes_the_field_of_its_name),
        cmocka_unit_test(user_and_groups_become_the_identity),
        cmocka_unit_test(close_fds_would_close_the_sockets_of_a_supervisor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
