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
enum { LAST_KNOWN = EHWPOISON };

static void every_name_is_the_one_of_the_c_library(void **state) {
    (void)state;
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
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_name_is_the_one_of_the_c_library)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
