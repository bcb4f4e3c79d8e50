/* A signal has one name, with or without SIG, and one number. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/signame.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void a_signal_has_a_name_in_any_case_or_a_number(void **state) {
    static const struct {
        const char *word;
        int number;
    } rows[] = {
        {"TERM", SIGTERM},
        {"SIGTERM", SIGTERM},
        {"sigterm", SIGTERM},
        {"Term", SIGTERM},
        {"KILL", SIGKILL},
        {"HUP", SIGHUP},
        {"SIGSYS", SIGSYS},
        {"POLL", SIGIO},
        {"0", 0},
        {"1", 1},
        {"15", 15},
        {"64", 64},
        {"SIGWINCH", SIGWINCH},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(signame_parse(rows[i].word), rows[i].number);
}

static void what_is_no_signal_is_refused(void **state) {
    static const char *const words[] = {"",      "SIG",   "SIGSIGTERM", "TERMX",
                                        " TERM", "TERM ", "065",        "65",
                                        "-1",    "+9",    "0x9",        "9 ",
                                        "015",   "RTMIN", "SIG15",      "15TERM",
                                        "none",  "keep",  "4294967296", "18446744073709551625"};

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        int number = signame_parse(words[i]);
        if (number != -EINVAL)
            print_error("\"%s\" is read as %d\n", words[i], number);
        assert_int_equal(number, -EINVAL);
    }
}

/* By another list than the parser's own: the C library's, where it has one. */
static void every_standard_signal_is_known_by_its_name(void **state) {
    (void)state;
#ifdef __GLIBC__
    for (int number = 1; number < SIGRTMIN; number++) {
        const char *name = sigabbrev_np(number);
        char full[32];

        if (name == NULL ||
            strcmp(name, "STKFLT") == 0) /* x86 alone has it, and nothing sends it */
            continue;
        (void)snprintf(full, sizeof full, "SIG%s", name);
        assert_int_equal(signame_parse(name), number);
        assert_int_equal(signame_parse(full), number);
    }
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_has_a_name_in_any_case_or_a_number),
        cmocka_unit_test(what_is_no_signal_is_refused),
        cmocka_unit_test(every_standard_signal_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
