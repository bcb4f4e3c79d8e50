/* What the reports say of a capability that was left out, and where their lines end. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/report/text.h"
#include "learn/report/wrap.h"

static void says(struct left_out left_out, const char *words) {
    char text[LEFT_OUT_TEXT];

    learn_left_out(&left_out, text);
    assert_string_equal(text, words);
}

static void what_became_of_the_call_is_said(void **state) {
    (void)state;
    says((struct left_out){.calls = LEFT_OUT_NOT_KNOWN}, "");
    says((struct left_out){.calls = LEFT_OUT_SUCCEEDED}, "the call succeeded without it");
    says((struct left_out){.calls = LEFT_OUT_FAILED, .error = EPERM},
         "the call failed (EPERM) and the program went on");
    says((struct left_out){.calls = LEFT_OUT_FAILED, .error = EACCES},
         "the call failed (EACCES) and the program went on");
    says((struct left_out){.calls = LEFT_OUT_FAILED}, "the call failed and the program went on");
}

static void wraps(const char *mark, const char *text, const char *lines) {
    char *written = NULL;
    size_t size;
    FILE *out = open_memstream(&written, &size);

    assert_non_null(out);
    wrap(out, 4, mark, 4, text);
    (void)fclose(out);
    assert_string_equal(written, lines);
    free(written);
}

#define WORD_OF_40 "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"
#define WORD_OF_35 "aaaaaaaaaabbbbbbbbbbccccccccccddddd"

static void lines_end_at_80_columns(void **state) {
    (void)state;
    wraps("", WORD_OF_40 " " WORD_OF_35, WORD_OF_40 " " WORD_OF_35 "\n");
    wraps("", WORD_OF_40 " " WORD_OF_35 "e", WORD_OF_40 "\n    " WORD_OF_35 "e\n");
    wraps("", "", "\n");
}

/* A test that the user gave may have several lines. */
static void nothing_gets_out_of_a_comment(void **state) {
    (void)state;
    wraps("#", "one\ntwo", "one?two\n");
    wraps("#", WORD_OF_40 " " WORD_OF_40, WORD_OF_40 "\n#   " WORD_OF_40 "\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_became_of_the_call_is_said),
        cmocka_unit_test(lines_end_at_80_columns),
        cmocka_unit_test(nothing_gets_out_of_a_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
