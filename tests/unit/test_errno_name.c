/* The names of errno(3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "show/errno_name.h"

/* A later C library and a later kernel have names of their own, which a table does not know. */
#ifdef EFTYPE
enum { LAST_KNOWN = EFTYPE };
#else
enum { LAST_KNOWN = EHWPOISON };
#endif

/* By another list than the table: the C library's, where it has one. */
static void every_name_is_the_one_of_the_c_library(void **state) {
    (void)state;
#ifdef __GLIBC__
    for (int error = -1; error < 300; error++) {
        const char *expected = error == 0 ? NULL : strerrorname_np(error);
        const char *name = errno_name(error);
        print_message("%d: %s\n", error, expected == NULL ? "none" : expected);
        if (name != NULL) {
            assert_non_null(expected);
            assert_string_equal(name, expected);
        } else if (error <= LAST_KNOWN) {
            assert_null(expected);
        }
    }
#endif
}

static void an_error_has_its_name_and_another_number_has_none(void **state) {
    (void)state;
    assert_string_equal(errno_name(EPERM), "EPERM");
    assert_string_equal(errno_name(EHWPOISON), "EHWPOISON");
    for (int error = LAST_KNOWN + 1; error < 300; error++)
        assert_null(errno_name(error));
    assert_null(errno_name(0));
    assert_null(errno_name(-1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_the_one_of_the_c_library),
        cmocka_unit_test(an_error_has_its_name_and_another_number_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
