/* A mistyped word is similar to one name, or to none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/nearest.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *nearest(const char *word, const char *const names[], size_t count) {
    static struct nearest search;

    search = (struct nearest){.word = word, .length = strlen(word)};
    for (size_t i = 0; i < count; i++)
        nearest_offer(&search, names[i]);
    return nearest_found(&search);
}

static void check(const char *word, const char *expected) {
    static const char *const names[] = {"user",         "groups",    "keep",    "no-new-privs",
                                        "no-login-env", "SYS_RAWIO", "NET_RAW", "abcdef"};
    const char *found = nearest(word, names, COUNT(names));

    if (expected == NULL ? found != NULL : found == NULL || strcmp(found, expected) != 0)
        fail_msg("%s: %s", word, found == NULL ? "nothing" : found);
}

static void one_or_two_typing_errors_are_near(void **state) {
    (void)state;
    check("group", "groups");
    check("gruops", "groups");
    check("grouops", "groups");
    check("Groups", "groups");
    check("net-raw", "NET_RAW");
    check("mes-raw", "NET_RAW");
    check("kep", "keep");
    check("eser", "user");
    check("xbcdey", "abcdef");
    check("bacdfe", "abcdef");
    check("bacdfey", NULL);
    check("cdexx", NULL); /* what comes before counts */
    check("xxcdey", NULL);
    check("kxep", "keep");
    check("kxxp", NULL); /* two of four */
    check("no-login-xnv", "no-login-env");
    check("no-login-xyv", "no-login-env");
    check("no-login-xyz", NULL); /* three, of however many */
    check("bxcdez", NULL);       /* half of a swap is not a swap */
    check("xacdez", NULL);
    check("usxx", NULL);
}

static void a_part_of_one_name_is_near_to_it(void **state) {
    (void)state;
    check("no-new", "no-new-privs");
    check("login", "no-login-env");
    check("no-", NULL); /* of two */
    check("raw", NULL); /* of two */
    check("gs", NULL);  /* too short a part */
    check("io", NULL);
    check("rawio", "SYS_RAWIO");
    check("new", "no-new-privs");
    check("wio", NULL); /* inside a word */
    check("raws", NULL);
}

static void nothing_is_near_to_what_is_empty_or_long(void **state) {
    static const char long_name[] = "a-name-of-two-and-thirty-letters";
    static const char *const names[] = {long_name, "a-name-of-one-and-thirty-letter"};

    (void)state;
    check("", NULL);
    assert_null(nearest(long_name, names, 1));
    assert_null(nearest("a-name-of-two-and-thirty-letter", names, 1));
    assert_string_equal(nearest("a-name-of-one-and-thirty-lettes", names, 2), names[1]);
    assert_null(nearest("a-name-of-one-and-thirty-letters", names, 2));
    assert_string_equal(nearest("a", (const char *const[]){"a"}, 1), "a");
}

static void only_length_bytes_of_the_word_are_read(void **state) {
    struct nearest search = {.word = "keepsake", .length = 4};

    (void)state;
    nearest_offer(&search, "keep");
    assert_string_equal(nearest_found(&search), "keep");
}

static void the_nearer_name_wins_in_either_order(void **state) {
    static const char *const near_first[] = {"strict", "strictly"}, *const far_first[] = {
                                                                        "strictly", "strict"};
    static const char *const equal[] = {"stricta", "strictb"};
    static const char *const nearer_last[] = {"stricta", "strictb", "strict"};

    (void)state;
    assert_string_equal(nearest("strict", near_first, 2), "strict");
    assert_string_equal(nearest("strict", far_first, 2), "strict");
    assert_null(nearest("strict", equal, 2));
    assert_string_equal(nearest("strict", nearer_last, 3), "strict");
    assert_null(nearest("abcdef", (const char *const[]){"abcdex", "abcdey", "abcdxy"}, 3));
    assert_null(
        nearest("abc", (const char *const[]){"abc-def", "abd"}, 2)); /* a part is one error */
    assert_null(nearest("a", (const char *const[]){"a", "a"}, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_or_two_typing_errors_are_near),
        cmocka_unit_test(a_part_of_one_name_is_near_to_it),
        cmocka_unit_test(nothing_is_near_to_what_is_empty_or_long),
        cmocka_unit_test(only_length_bytes_of_the_word_are_read),
        cmocka_unit_test(the_nearer_name_wins_in_either_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
