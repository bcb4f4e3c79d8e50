/* The names of errno(3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "show/errno_name.h"

static void every_name_is_the_one_of_the_c_library(void **state) {
    (void)state;
    for (int error = -1; error < 300; error++) {
        const char *expected = error == 0 ? NULL : strerrorname_np(error);
        const char *name = errno_name(error);
        print_message("%d: %s\n", error, expected == NULL ? "none" : expected);
        assert_int_equal(name == NULL, expected == NULL);
        if (name != NULL)
            assert_string_equal(name, expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_name_is_the_one_of_the_c_library)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
