/* A failure as a value. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/fail.h"
#include "show/json.h"

static void a_failure_is_filled_whole(void **state) {
    struct fail f;

    (void)state;
    memset(&f, 0xa5, sizeof f);
    assert_int_equal(fail_set(&f, "uid", FAIL_UNMAPPED_ID, -EINVAL, "setresuid to %d", 33), -1);
    assert_string_equal(f.step, "uid");
    assert_int_equal(f.code, FAIL_UNMAPPED_ID);
    assert_int_equal(f.error, EINVAL);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_true(f.caps == 0);
    assert_null(f.subject);
    assert_string_equal(f.text, "setresuid to 33");
}

static void an_errno_may_come_with_either_sign(void **state) {
    struct fail f;

    (void)state;
    (void)fail_set(&f, "uid", FAIL_SYSTEM_CALL, EPERM, "x");
    assert_int_equal(f.error, EPERM);
    (void)fail_set(&f, "uid", FAIL_SYSTEM_CALL, -EPERM, "x");
    assert_int_equal(f.error, EPERM);
    (void)fail_set(&f, "uid", FAIL_SYSTEM_CALL, 0, "x");
    assert_int_equal(f.error, 0);
}

static void a_text_that_is_too_long_is_cut_off(void **state) {
    char text[600];
    struct fail f;

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)fail_set(&f, "user", FAIL_USAGE, 0, "%s", text);
    assert_int_equal(strlen(f.text), sizeof f.text - 1);
}

/* Half of a line to paste is worse than none. */
static void an_advice_that_is_too_long_is_none(void **state) {
    struct fail f;
    char text[sizeof f.advice + 1];

    (void)state;
    for (size_t length = sizeof f.advice - 1; length <= sizeof f.advice; length++) {
        memset(text, 'x', length);
        text[length] = '\0';
        memset(f.advice, 'y', sizeof f.advice);
        fail_advise(&f, "%s", text);
        assert_string_equal(f.advice, length < sizeof f.advice ? text : "");
    }
}

static void a_failure_about_capabilities_names_them(void **state) {
    struct fail f;

    (void)state;
    memset(&f, 0xa5, sizeof f);
    assert_int_equal(fail_caps(&f, "keep", FAIL_CAP_UNKNOWN, UINT64_C(1) << 63, "100% gone"), -1);
    assert_true(f.caps == UINT64_C(1) << 63);
    assert_string_equal(f.text, "100% gone"); /* a text, not a format */
    assert_int_equal(f.error, 0);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
}

static void every_code_has_a_word_of_its_own(void **state) {
    (void)state;
    for (int code = 0; code < FAIL_CODES; code++) {
        const char *word = json_code((enum fail_code)code);
        assert_non_null(word);
        assert_true(strlen(word) > 0);
        assert_true(strspn(word, "abcdefghijklmnopqrstuvwxyz-") == strlen(word));
        for (int other = 0; other < code; other++)
            assert_string_not_equal(word, json_code((enum fail_code)other));
    }
    assert_string_equal(json_code(FAIL_NEED_SETPCAP), "need-setpcap");
    assert_string_equal(json_code(FAIL_CODES), "none");
}

static void the_exit_statuses_are_those_of_env_and_chroot(void **state) {
    (void)state;
    assert_int_equal(EXIT_REFUSED, 125);
    assert_int_equal(EXIT_NOT_EXECUTABLE, 126);
    assert_int_equal(EXIT_NOT_FOUND, 127);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_filled_whole),
        cmocka_unit_test(an_errno_may_come_with_either_sign),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_off),
        cmocka_unit_test(an_advice_that_is_too_long_is_none),
        cmocka_unit_test(a_failure_about_capabilities_names_them),
        cmocka_unit_test(every_code_has_a_word_of_its_own),
        cmocka_unit_test(the_exit_statuses_are_those_of_env_and_chroot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
