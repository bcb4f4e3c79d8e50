/*
 * What /proc/PID/status contains, with the lines that are needed and those that are not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/observe.h"
#include "show/state_parse.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const LINES[] = {
    "Name:\tweb server\\n",
    "Umask:\t0022",
    "Tgid:\t7",
    "Pid:\t8",
    "Uid:\t1\t2\t3\t4",
    "Gid:\t5\t6\t7\t8",
    "Groups:\t9 10 ",
    "CapInh:\t0000000000000001",
    "CapPrm:\t0000000000000002",
    "CapEff:\t0000000000000004",
    "CapBnd:\t0000000000000008",
    "CapAmb:\t0000000000000010",
    "NoNewPrivs:\t1",
    "NSpid:\t8\t3",
    "State:\tS (sleeping)",
    "Seccomp:\t2",
};

/* Parses LINES, one of them (or none) replaced by another text, which may be several lines or NULL.
 */
static int parse(size_t which, const char *other, struct process_state *state, char text[1024]) {
    size_t used = 0;

    for (size_t i = 0; i < COUNT(LINES); i++) {
        const char *line = i == which ? other : LINES[i];
        if (line != NULL)
            used += (size_t)snprintf(text + used, 1024 - used, "%s\n", line);
    }
    *state = (struct process_state){.cred.cap_count = 41};
    int error = state_parse(text, used, state);
    observe_free(&state->cred);
    return error;
}

static size_t line_of(const char *key) {
    size_t i = 0;

    while (strncmp(LINES[i], key, strlen(key)) != 0)
        i++;
    return i;
}

static void the_numbers_and_the_name_of_a_thread_are_told(void **state) {
    struct process_state parsed;
    char text[1024];

    (void)state;
    assert_int_equal(parse(SIZE_MAX, NULL, &parsed, text), 0);
    assert_string_equal(parsed.name, "web server\\n");
    assert_int_equal(parsed.process, 7);
    assert_int_equal(parsed.pid, 8);
    assert_int_equal(parsed.pid_levels, 2);
    assert_true(parsed.cred.uid.fs == 4 && parsed.cred.gid.saved == 7);
    assert_true(parsed.cred.bounding == 8 && parsed.cred.no_new_privs);
    assert_int_equal(parse(line_of("Name:"), "Name:\t", &parsed, text), 0);
    assert_string_equal(parsed.name, "");
    assert_int_equal(parse(line_of("Name:"), "Name:\t\ta:b", &parsed, text), 0);
    assert_string_equal(parsed.name, "\ta:b");
}

static void whether_a_thread_has_ended_and_its_seccomp_mode_are_told(void **state) {
    static const char *const bad[] = {"Seccomp:\t3",
                                      "Seccomp:\t",
                                      "Seccomp:\t-1",
                                      "Seccomp:\t2 2",
                                      "Seccomp:\t2\nSeccomp:\t2",
                                      "State:\t",
                                      "State:",
                                      "State:\tS\nState:\tS"};
    struct process_state parsed;
    char text[1024];

    (void)state;
    assert_int_equal(parse(SIZE_MAX, NULL, &parsed, text), 0);
    assert_true(!parsed.ended && parsed.seccomp_known && parsed.seccomp == 2);
    assert_int_equal(parse(line_of("State"), "State:\tZ (zombie)", &parsed, text), 0);
    assert_true(parsed.ended);
    assert_int_equal(parse(line_of("State"), "State: X (dead)", &parsed, text), 0);
    assert_true(parsed.ended);
    assert_int_equal(parse(line_of("State"), "State:\tD (disk sleep) Z", &parsed, text), 0);
    assert_false(parsed.ended);
    assert_int_equal(parse(line_of("State"), NULL, &parsed, text), 0);
    assert_false(parsed.ended);
    assert_int_equal(parse(line_of("Seccomp"), "Seccomp:\t0", &parsed, text), 0);
    assert_true(parsed.seccomp_known && parsed.seccomp == 0);
    assert_int_equal(parse(line_of("Seccomp"), NULL, &parsed, text), 0);
    assert_true(!parsed.seccomp_known && parsed.seccomp == 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        char key[8] = {0};
        memcpy(key, bad[i], strcspn(bad[i], ":"));
        assert_int_equal(parse(line_of(key), bad[i], &parsed, text), -EPROTO);
    }
}

static void what_a_state_is_made_of_is_told_once(void **state) {
    static const char *const keys[] = {"Name",   "Tgid",   "Pid",    "Uid",
                                       "Gid",    "Groups", "CapInh", "CapPrm",
                                       "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"};
    struct process_state parsed;
    char text[1024], twice[128];

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        const size_t line = line_of(keys[i]);
        assert_int_equal(parse(line, NULL, &parsed, text), -EPROTO);
        (void)snprintf(twice, sizeof twice, "%s\n%s", LINES[line], LINES[line]);
        assert_int_equal(parse(line, twice, &parsed, text), -EPROTO);
    }
    assert_int_equal(parse(line_of("NSpid"), NULL, &parsed, text), 0);
    assert_int_equal(parsed.pid_levels, 0);
}

static void numbers_that_no_kernel_writes_are_refused(void **state) {
    static const char *const lines[] = {"Tgid:\t",     "Tgid:\t7\t7",      "Tgid:\t-7",
                                        "Pid:\tx",     "Pid:\t07",         "NSpid:\t",
                                        "NSpid:\t8 x", "Pid:\t4294967296", "NSpid:\t-1"};
    char text[1024], many[256];
    int length = snprintf(many, sizeof many, "NSpid:");
    struct process_state parsed;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        char key[8] = {0};
        memcpy(key, lines[i], strcspn(lines[i], ":"));
        assert_int_equal(parse(line_of(key), lines[i], &parsed, text), -EPROTO);
    }
    for (unsigned i = 0; i < 33; i++)
        length += snprintf(many + length, sizeof many - (size_t)length, "\t1");
    assert_int_equal(parse(line_of("NSpid"), many, &parsed, text), 0);
    assert_int_equal(parsed.pid_levels, 33);
    (void)snprintf(many + length, sizeof many - (size_t)length, "\t1");
    assert_int_equal(parse(line_of("NSpid"), many, &parsed, text), -EPROTO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_and_the_name_of_a_thread_are_told),
        cmocka_unit_test(whether_a_thread_has_ended_and_its_seccomp_mode_are_told),
        cmocka_unit_test(what_a_state_is_made_of_is_told_once),
        cmocka_unit_test(numbers_that_no_kernel_writes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
