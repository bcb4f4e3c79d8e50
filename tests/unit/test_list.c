/* A list is split at its commas, and every element is seen, also an empty one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/list.h"

static void cut_into(const char *text, const char *const *words) {
    struct list list = {.rest = text};

    for (; *words != NULL; words++) {
        assert_true(list_next(&list));
        assert_int_equal(list.length, strlen(*words));
        assert_memory_equal(list.word, *words, list.length);
    }
    assert_false(list_next(&list));
    assert_false(list_next(&list)); /* and the end stays the end */
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void words_stand_between_commas(void **state) {
    (void)state;
    cut_into("a", WORDS("a"));
    cut_into("a,bc,d", WORDS("a", "bc", "d"));
    cut_into(" a ,b", WORDS(" a ", "b"));
}

static void an_empty_word_is_a_word(void **state) {
    (void)state;
    cut_into("", WORDS(""));
    cut_into(",", WORDS("", ""));
    cut_into("a,,b", WORDS("a", "", "b"));
    cut_into("a,", WORDS("a", ""));
    cut_into(",a", WORDS("", "a"));
}

static void a_list_has_its_whole_words(void **state) {
    (void)state;
    assert_true(list_has("a,bc,d", "a", 1));
    assert_true(list_has("a,bc,d", "bcx", 2));
    assert_true(list_has("a,bc,d", "d", 1));
    assert_false(list_has("a,bc,d", "b", 1));
    assert_false(list_has("a,bc,d", "bc,d", 4));
    assert_false(list_has("a,bc,d", "bd", 2));
    assert_false(list_has("a,bc,d", "", 0));
    assert_false(list_has(NULL, "a", 1));
}

static void no_list_has_no_words(void **state) {
    struct list list = {0};

    (void)state;
    assert_false(list_next(&list));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stand_between_commas),
        cmocka_unit_test(an_empty_word_is_a_word),
        cmocka_unit_test(a_list_has_its_whole_words),
        cmocka_unit_test(no_list_has_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
