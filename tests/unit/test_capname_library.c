/* What another libcap-ng answers: one that knows fewer capabilities than the kernel, one that makes
 * names up for them, one that knows more and longer names. This file's two functions stand in for
 * the library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cap-ng.h>
#include <cmocka.h>

#include "core/cred.h"
#include "text/capname.h"

static const char *answer;
static int number;
static char asked[2 * CAPNAME_SIZE];

const char *capng_capability_to_name(unsigned cap) {
    (void)cap;
    return answer;
}

int capng_name_to_capability(const char *name) {
    strncpy(asked, name, sizeof asked - 1);
    return number;
}

static void assert_printed(const char *library, const char *text) {
    char printed[CAPNAME_SIZE + 1];

    memset(printed, 'x', sizeof printed);
    answer = library;
    capname_print(41, printed);
    assert_string_equal(printed, text);
    assert_int_equal(printed[CAPNAME_SIZE], 'x');
}

static void what_the_library_has_no_name_for_is_a_number(void **state) {
    (void)state;
    assert_printed(NULL, "41");
    assert_printed("cap_41", "41");
    assert_printed("cap_", "41");
}

static void a_later_name_is_written_in_capitals(void **state) {
    (void)state;
    assert_printed("net_raw2", "NET_RAW2");
    assert_printed("cap", "CAP");
    assert_printed("capture", "CAPTURE");
}

static void a_name_that_is_too_long_is_cut_at_the_end_of_the_buffer(void **state) {
    (void)state;
    assert_printed("a_name_that_has_31_characters_x", "A_NAME_THAT_HAS_31_CHARACTERS_X");
    assert_printed("a_name_that_has_32_characters_xy", "A_NAME_THAT_HAS_32_CHARACTERS_X");
}

static void a_later_capability_is_read_as_long_as_a_set_can_hold_it(void **state) {
    (void)state;
    number = 41;
    assert_int_equal(capname_parse("cap_later", 9), 41);
    assert_string_equal(asked, "later");
    number = CAP_BITS - 1;
    assert_int_equal(capname_parse("later", 5), CAP_BITS - 1);
    number = CAP_BITS;
    assert_true(capname_parse("later", 5) < 0);
}

static void a_name_has_one_to_31_characters(void **state) {
    (void)state;
    number = 41;
    assert_true(capname_parse("", 0) < 0);
    assert_int_equal(capname_parse("a_name_that_has_31_characters_x", 31), 41);
    assert_true(capname_parse("a_name_that_has_32_characters_xy", 32) < 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_library_has_no_name_for_is_a_number),
        cmocka_unit_test(a_later_name_is_written_in_capitals),
        cmocka_unit_test(a_name_that_is_too_long_is_cut_at_the_end_of_the_buffer),
        cmocka_unit_test(a_later_capability_is_read_as_long_as_a_set_can_hold_it),
        cmocka_unit_test(a_name_has_one_to_31_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
