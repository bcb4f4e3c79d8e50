/*
 * What may reach a terminal unchanged, and what is shown as an escape.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "show/json.h"
#include "text/printable.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void controls_are_shown_as_escapes(void **state) {
    static const struct {
        const char *text, *shown, *json;
    } rows[] = {
        {"", "", ""},
        {"plain, ~!", "plain, ~!", "plain, ~!"},
        {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
         "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
         "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"a\x1b[31m", "a\\x1b[31m", "a\\u001b[31m"},
        {"\x01\x1f \x7f\n", "\\x01\\x1f \\x7f\\x0a", "\\u0001\\u001f \\u007f\\u000a"},
        {"\xc2\x80\xc2\x9b\xc2\x9f", "\\u0080\\u009b\\u009f", "\\u0080\\u009b\\u009f"},
        {"\xc2\xa0", "\xc2\xa0", "\xc2\xa0"},
        {"\x9b[31m", "\\x9b[31m", "\\ufffd[31m"}, /* a C1 of an 8-bit terminal */
        {"\x80\xff\xc0\x80", "\\x80\\xff\\xc0\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
        /* NOLINTBEGIN(misc-misleading-bidirectional): these characters are what is tested */
        {"\xe2\x80\xae"
         "exe.txt",
         "\\u202eexe.txt", "\\u202eexe.txt"},
        {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xaf", "\xe2\x80\xa7\\u2028\xe2\x80\xaf",
         "\xe2\x80\xa7\\u2028\xe2\x80\xaf"},
        {"\xe2\x81\xa6\xef\xbb\xbf\xc2\xad\xd8\x9c", "\\u2066\\ufeff\\u00ad\\u061c",
         "\\u2066\\ufeff\\u00ad\\u061c"},
        /* NOLINTEND(misc-misleading-bidirectional) */
        {"\xf3\xa0\x80\x81x", "\\U000e0001x", "\\udb40\\udc01x"}, /* a tag */
        {"\xf3\xa0\x82\x80", "\xf3\xa0\x82\x80", "\xf3\xa0\x82\x80"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd"}, /* a surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
        {"\xe2\x80", "\\xe2\\x80", "\\ufffd\\ufffd"}, /* cut off */
        {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf", "\\ufffd\\ufffd\\ufffd"},
        {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd"},
        {"\\x1b", "\\x1b", "\\\\x1b"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[128], *json, expected[128];
        size_t size;

        (void)snprintf(text, sizeof text, "%s", rows[i].text);
        printable_escape(sizeof text, text);
        assert_string_equal(text, rows[i].shown);
        FILE *out = open_memstream(&json, &size);
        assert_non_null(out);
        json_string(out, rows[i].text);
        assert_int_equal(fclose(out), 0);
        (void)snprintf(expected, sizeof expected, "\"%s\"", rows[i].json);
        assert_string_equal(json, expected);
        free(json);
    }
}

/* Every byte that comes out is one of a text, whatever goes in. */
static void whatever_goes_in_comes_out_printable(void **state) {
    (void)state;
    for (unsigned first = 1; first < 256; first++)
        for (unsigned second = 1; second < 256; second++)
            for (unsigned third = 0x7f; third < 0xc2; third++) {
                char text[32] = {(char)first, (char)second, (char)third, 'x', '\0'};
                uint32_t code;

                printable_escape(sizeof text, text);
                for (const char *c = text; *c != '\0';) {
                    size_t length = printable_sequence(c, &code);
                    assert_true(length > 0);
                    assert_false(printable_is_control(code));
                    c += length;
                }
                assert_int_equal(text[strlen(text) - 1], 'x');
            }
}

static void what_does_not_fit_is_cut_off_between_two_characters(void **state) {
    static const struct {
        size_t size;
        const char *shown;
    } rows[] = {{1, ""}, {2, "a"}, {5, "a"}, {6, "a\\x1b"}, {7, "a\\x1b"}, {8, "a\\x1b\xc3\xbc"}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[16] = "a\x1b\xc3\xbc";

        printable_escape(rows[i].size, text);
        assert_string_equal(text, rows[i].shown);
    }
    char none[] = "x";
    printable_escape(0, none);
    assert_int_equal(none[0], 'x');
}

static void a_text_longer_than_the_most_is_cut_off(void **state) {
    static char text[2 * PRINTABLE_MOST];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    printable_escape(sizeof text, text);
    assert_int_equal(strlen(text), PRINTABLE_MOST - 1);
}

static void the_first_character_that_is_no_part_of_a_name_is_named(void **state) {
#define FOREIGN ": it contains a letter that is not ASCII"
    static const struct {
        const char *text, *oddity;
    } rows[] = {
        {"", ""},
        {"www-data:web", ""},
        {"gr\xc3\xbc\xc3\x9f", ""},
        {"1002\r", ": it contains a carriage return"},
        {"a\tb", ": it contains a control character"},
        /* NOLINTBEGIN(misc-misleading-bidirectional): these characters are what is tested */
        {"a\xe2\x80\xae"
         "b",
         ": it contains a control character"},
        /* NOLINTEND(misc-misleading-bidirectional) */
        {"a b\r", ": it contains a blank"},
        {"a\xc2\xa0"
         "b",
         ": it contains a blank"},
        {"\"a", ": it contains a quote"},
        {"a'", ": it contains a quote"},
        {"\xe2\x80\x98"
         "a",
         ": it contains a quote"},
        {"\xe2\x80\x9f"
         "a",
         ": it contains a quote"},
        {"\xe2\x80\xa0"
         "a",
         ""},
        {"\xff\xfe", ""},
        {"\xff b", ": it contains a blank"},
        {"\xe2\x80\x97", ""},
        {"\xcd\xaf", ""},
        {"r\xcd\xb0", FOREIGN},
        {"r\xd0\xbe\xd0\xbet", FOREIGN},
        {"\xd6\x8f", FOREIGN},
        {"\xd6\x90", ""},
        {"\xef\xbc\x80", ""},
        {"\xef\xbc\x81", FOREIGN},
        {"\xf0\x9d\x90\x80", FOREIGN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *oddity = printable_oddity(rows[i].text);
        assert_string_equal(oddity, rows[i].oddity);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_are_shown_as_escapes),
        cmocka_unit_test(whatever_goes_in_comes_out_printable),
        cmocka_unit_test(what_does_not_fit_is_cut_off_between_two_characters),
        cmocka_unit_test(a_text_longer_than_the_most_is_cut_off),
        cmocka_unit_test(the_first_character_that_is_no_part_of_a_name_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
