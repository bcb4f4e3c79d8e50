/* The strict readers accept one spelling of a value or refuse. */
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "core/cred.h"
#include "core/text.h"
#include "show/names.h"

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
        assert_true(text_is_digits(yes[i]));
    for (size_t i = 0; i < COUNT(no); i++)
        assert_false(text_is_digits(no[i]));
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
        assert_int_equal(text_number(rows[i].word, rows[i].max, &value), 0);
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
        assert_int_equal(text_number(rows[i].word, rows[i].max, &value), -ERANGE);
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
        assert_int_equal(text_number(words[i], UINT64_MAX, &value), -EINVAL);
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
        {"0x400", 0x400},
        {"0X400", 0x400},
        {"0000000000000400", 0x400},
        {"0x000001ffffffffff", UINT64_C(0x1ffffffffff)},
        {"deadBEEF", 0xdeadbeef},
        {"ffffffffffffffff", UINT64_MAX},
        {"0xFFFFFFFFFFFFFFFF", UINT64_MAX},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t value = 1;
        assert_int_equal(names_read_set(rows[i].word, &value), 0);
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
        assert_int_equal(names_read_set(words[i], &value), -EINVAL);
        assert_true(value == ANY);
    }
}

/* ---- capabilities ---- */

static void a_capability_has_a_name_in_any_case_or_a_number(void **state) {
    (void)state;
    static const struct {
        const char *word;
        int cap;
    } rows[] = {
        {"CHOWN", CAP_CHOWN},
        {"chown", CAP_CHOWN},
        {"Chown", CAP_CHOWN},
        {"cap_chown", CAP_CHOWN},
        {"CAP_CHOWN", CAP_CHOWN},
        {"Cap_Chown", CAP_CHOWN},
        {"NET_BIND_SERVICE", CAP_NET_BIND_SERVICE},
        {"cap_net_bind_service", CAP_NET_BIND_SERVICE},
        {"checkpoint_restore", CAP_CHECKPOINT_RESTORE},
        {"0", 0},
        {"10", 10},
        {"40", 40},
        {"41", 41}, /* newer than the library */
        {"63", 63},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(text_cap(rows[i].word, strlen(rows[i].word)), rows[i].cap);
}

static void what_is_not_one_capability_is_refused(void **state) {
    (void)state;
    static const char *const words[] = {
        "",
        " ",
        "cap_",
        "cap",
        "cap_cap_chown",
        "capxchown",
        "chow",
        "chownn",
        " chown",
        "chown ",
        "chown\n",
        "chown,kill",
        "chown=ep",
        "+chown",
        "-chown",
        "all",
        "none",
        "net-raw",
        "netraw",
        "64",
        "65",
        "255",
        "4294967296",
        "010",
        "-1",
        "+1",
        "0x1",
        "1 ",
        "cap_10",
        "10chown",
        "CAP_41",
        "cap_41",
        "cap_63",
        "18446744073709551616",
        "cap_net_bind_service_and_then_some_more", /* longer than any name */
        "cap_net_bind_service_and_a_bit_",         /* as long as fits, and one more, and two */
        "cap_net_bind_service_and_a_bit_x",
        "cap_net_bind_service_and_a_bit_xx",
    };

    for (size_t i = 0; i < COUNT(words); i++) {
        int cap = text_cap(words[i], strlen(words[i]));
        if (cap != -EINVAL)
            print_error("\"%s\" is read as %d\n", words[i], cap);
        assert_int_equal(cap, -EINVAL);
    }
}

static void only_length_bytes_of_a_list_are_read(void **state) {
    (void)state;
    assert_int_equal(text_cap("chown,kill", 5), CAP_CHOWN);
    assert_int_equal(text_cap("10,11", 2), 10);
    assert_int_equal(text_cap("10,11", 1), 1);
    assert_int_equal(text_cap("chown", 0), -EINVAL);
    assert_int_equal(text_cap("chown\0kill", 10), -EINVAL); /* a NUL inside */
}

static void a_written_name_is_read_back_as_the_same_capability(void **state) {
    (void)state;
    for (unsigned cap = 0; cap < 64; cap++) {
        char name[NAMES_ONE];
        memset(name, 'x', sizeof name);
        names_of(cap, name);
        assert_non_null(memchr(name, '\0', sizeof name));
        assert_int_equal(text_cap(name, strlen(name)), (int)cap);
        assert_int_not_equal(strncasecmp(name, "cap_", 4), 0);
    }
}

static void names_are_written_in_capitals_and_unknown_ones_as_numbers(void **state) {
    char name[NAMES_ONE];

    (void)state;
    names_of(CAP_NET_BIND_SERVICE, name);
    assert_string_equal(name, "NET_BIND_SERVICE");
    names_of(CAP_CHOWN, name);
    assert_string_equal(name, "CHOWN");
    names_of(63, name);
    assert_string_equal(name, "63");
}

static void a_set_is_written_as_names_in_ascending_order(void **state) {
    static const struct {
        uint64_t set;
        const char *text;
    } rows[] = {
        {0, ""},
        {1, "--keep=CHOWN"},
        {CAP_MASK(CAP_NET_RAW) | CAP_MASK(CAP_NET_BIND_SERVICE),
         "--keep=NET_BIND_SERVICE, --keep=NET_RAW"},
        {CAP_MASK(63) | 1, "--keep=CHOWN, --keep=63"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[NAMES_SIZE] = "poison";
        names_join(rows[i].set, "--keep=", ", ", text);
        assert_string_equal(text, rows[i].text);
    }
}

static void the_largest_set_has_room_and_what_has_none_is_left_out(void **state) {
    static char prefix[NAMES_SIZE];
    char text[NAMES_SIZE];

    (void)state;
    names_join(UINT64_MAX, "", ", ", text);
    assert_non_null(strstr(text, "CHOWN, DAC_OVERRIDE, "));
    assert_non_null(strstr(text, ", 63"));
    memset(prefix, 'x', sizeof prefix - 1);
    prefix[NAMES_SIZE - sizeof "CHOWN"] = '\0'; /* fits exactly, once */
    names_join(1, prefix, ", ", text);
    assert_int_equal(strlen(text), NAMES_SIZE - 1);
    names_join(7, prefix, ", ", text);
    assert_int_equal(strlen(text), NAMES_SIZE - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_of_ascii_digits_is_a_number),
        cmocka_unit_test(decimal_is_read_exactly),
        cmocka_unit_test(decimal_above_the_limit_is_out_of_range),
        cmocka_unit_test(what_is_not_plain_decimal_is_refused),
        cmocka_unit_test(hexadecimal_is_read_exactly),
        cmocka_unit_test(what_is_not_a_mask_is_refused),
        cmocka_unit_test(a_capability_has_a_name_in_any_case_or_a_number),
        cmocka_unit_test(what_is_not_one_capability_is_refused),
        cmocka_unit_test(only_length_bytes_of_a_list_are_read),
        cmocka_unit_test(a_written_name_is_read_back_as_the_same_capability),
        cmocka_unit_test(names_are_written_in_capitals_and_unknown_ones_as_numbers),
        cmocka_unit_test(a_set_is_written_as_names_in_ascending_order),
        cmocka_unit_test(the_largest_set_has_room_and_what_has_none_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
