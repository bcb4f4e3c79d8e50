/* A table of options is searched up to its count, and no further. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/option_table.h"

static const struct option ROWS[] = {
    {.name = "user", .letter = 'u'}, {.name = "strict"}, {.name = "behind", .letter = 'b'}};
static const struct option_table TABLE = {.options = ROWS, .count = 2};

static void an_option_is_found_by_its_whole_name(void **state) {
    (void)state;
    assert_ptr_equal(option_by_name(&TABLE, "user", 4), &ROWS[0]);
    assert_ptr_equal(option_by_name(&TABLE, "strict=1", 6), &ROWS[1]);
    assert_null(option_by_name(&TABLE, "user", 3));
    assert_null(option_by_name(&TABLE, "users", 5));
    assert_null(option_by_name(&TABLE, "behind", 6));
}

static void an_option_is_found_by_its_letter(void **state) {
    (void)state;
    assert_ptr_equal(option_by_letter(&TABLE, 'u'), &ROWS[0]);
    assert_null(option_by_letter(&TABLE, 'U'));
    assert_null(option_by_letter(&TABLE, '\0'));
    assert_null(option_by_letter(&TABLE, 'b'));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_is_found_by_its_whole_name),
        cmocka_unit_test(an_option_is_found_by_its_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
