/* The strict parsers accept one spelling of a value and refuse all others. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/number.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const uint64_t ANY = UINT64_MAX;

/* ---- digits ---- */

static void a_word_of_ascii_digits_is_a_number(void **state) {
    (void)state;
    static const char *const yes[] = {"0", "7", "00", "010", "99999999999999999999999999"};
    static const char *const no[] = {"",
                                     " ",
                                     "a",
                                     "1a",
                                     "a1",
                                     "-1",
                                     "+1",
                                     "0x",
                                     " 1",
                                     "1 ",
                                     "1\n",
                                     "1.0",
                                     "\xd9\xa1" /* arabic one */,
                                     "\xef\xbc\x91" /* wide one */};

    for (size_t i = 0; i < COUNT(yes); i++)
        assert_true(number_is_digits(yes[i]));
    for (size_t i = 0; i < COUNT(no); i++)
        assert_false(number_is_digits(no[i]));
}

/* ---- decimal ---- */

static void decimal_is_read_exactly(void **state) {
    (void)state;
    static const struct {
        const char *word;
        uint64_t max, value;
    } rows[] = {
        {"0", 0, 0},
        {"1", 1, 1},
        {"9", 10, 9},
        {"10", 10, 10},
        {"65534", 4294967294, 65534},
        {"4294967294", 4294967294, 4294967294},
        {"4294967295", 4294967295, 4294967295},
        {"9999999999999999999", UINT64_MAX, UINT64_C(9999999999999999999)},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t value = ANY;
        assert_int_equal(number_parse(rows[i].word, rows[i].max, &value), 0);
        assert_true(value == rows[i].value);
    }
}

static void decimal_above_the_limit_is_out_of_range(void **state) {
    (void)state;
    static const struct {
        const char *word;
        uint64_t max;
    } rows[] = {
        {"1", 0},
        {"11", 10},
        {"4294967295", 4294967294}, /* (uid_t)-1: "unchanged" */
        {"4294967296", 4294967294}, /* wraps to root */
        {"4294967297", 4294967294},
        {"8589934592", 4294967294},
        {"18446744073709551615", 4294967294},
        {"18446744073709551616", 4294967294}, /* 2^64 wraps to root as well */
        {"36893488147419103232", 4294967294},
        {"100000000000000000000000000000000000000000", 4294967294},
        {"18446744073709551616", UINT64_MAX}, /* what strtoull would make of it passes no limit */
        {"99999999999999999999", UINT64_MAX},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t value = ANY;
        assert_int_equal(number_parse(rows[i].word, rows[i].max, &value), -ERANGE);
    }
}

static void what_is_not_plain_decimal_is_refused(void **state) {
    (void)state;
    static const char *const words[] = {
        "",         " ",        "+",
        "-",        "-1",       "+5",
        " 5",       "5 ",       "\t5",
        "5\n",      "010",      "00",
        "01",       "0x10",     "0X1",
        "1e3",      "1.0",      "1,0",
        "1_000",    "0b1",      "five",
        "0o7",      "1k",       "--1",
        "5:5",      "\xd9\xa1", "\xef\xbc\x91",
        "\xa0\x35", "nan",      "0000000000000000001",
    };

    for (size_t i = 0; i < COUNT(words); i++) {
        uint64_t value = ANY;
        assert_int_equal(number_parse(words[i], UINT64_MAX, &value), -EINVAL);
        assert_true(value == ANY);
    }
}

/* ---- hexadecimal ---- */

static void hexadecimal_is_read_exactly(void **state) {
    (void)state;
    static const struct {
        const char *word;
        uint64_t value;
    } rows[] = {
        {"0", 0},
        {"400", 0x400},
        {"0000000000000400", 0x400},
        {"000001ffffffffff", UINT64_C(0x1ffffffffff)},
        {"deadBEEF", 0xdeadbeef},
        {"ffffffffffffffff", UINT64_MAX},
        {"FFFFFFFFFFFFFFFF", UINT64_MAX},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t value = 1;
        assert_int_equal(number_parse_hex(rows[i].word, &value), 0);
        assert_true(value == rows[i].value);
    }
}

static void what_is_not_a_mask_is_refused(void **state) {
    (void)state;
    static const char *const words[] = {
        "",
        "0x",
        "0X",
        "x400",
        "0x400", /* --decode takes the prefix off */
        "0x0x4",
        "-1",
        "+1",
        " 400",
        "400 ",
        "400\n",
        "0x 4",
        "g",
        "40g",
        "0h4",
        "4_0",
        "#4",
        "$4",

        "4.",
        "\xef\xbc\x91",
        "00000000000000400" /* 17 digits */,
        "0x10000000000000000",
        "1ffffffffffffffff",
    };

    for (size_t i = 0; i < COUNT(words); i++) {
        uint64_t value = ANY;
        assert_int_equal(number_parse_hex(words[i], &value), -EINVAL);
        assert_true(value == ANY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_of_ascii_digits_is_a_number),
        cmocka_unit_test(decimal_is_read_exactly),
        cmocka_unit_test(decimal_above_the_limit_is_out_of_range),
        cmocka_unit_test(what_is_not_plain_decimal_is_refused),
        cmocka_unit_test(hexadecimal_is_read_exactly),
        cmocka_unit_test(what_is_not_a_mask_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
