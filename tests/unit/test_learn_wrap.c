/* Lines of the reports end at 80 columns, and comments stay comments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "learn/report/wrap.h"

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
    wraps("#", "one\ntwo", "one\\x0atwo\n");
    wraps("#", WORD_OF_40 " " WORD_OF_40, WORD_OF_40 "\n#   " WORD_OF_40 "\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_at_80_columns),
        cmocka_unit_test(nothing_gets_out_of_a_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
