/* Every failure has a remedy: one imperative, for every code and every place. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "show/hint.h"
#include "show/json.h"

static const int ERRORS[] = {0,      EPERM,   EACCES, ENOENT, ENOEXEC, ELOOP, EISDIR,
                             ENOMEM, ETXTBSY, E2BIG,  EAGAIN, EINVAL,  EIO};

static unsigned count(const char *text, const char *word) {
    unsigned found = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        found++;
    return found;
}

static void check(enum fail_code code, const char *step, int error, const struct place *place) {
    struct fail f = {.step = step,
                     .code = code,
                     .error = error,
                     .caps = CAP_MASK(10),
                     .subject = "/srv/program"};
    char text[8192];

    hint_for(&f, place, sizeof text, text);
    if (strlen(text) < 10 || strstr(text, "(null)") != NULL || strchr(text, '\n') != NULL ||
        count(text, ", or ") > 1 || text[strlen(text) - 1] == '.')
        fail_msg("%s, %s, errno %d: \"%s\"", json_code(code), step, error, text);
}

static void every_code_has_one_imperative_everywhere(void **state) {
    static const char *const steps[] = {"bounding", "securebits", "program", "exec"};

    (void)state;
    for (unsigned kind = SHELL; kind < PLACES; kind++)
        for (unsigned file_capability_mode = 0; file_capability_mode < 2; file_capability_mode++)
            for (unsigned code = FAIL_NONE + 1; code < FAIL_CODES; code++)
                for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
                    for (size_t e = 0; e < sizeof ERRORS / sizeof ERRORS[0]; e++)
                        check(code, steps[s], ERRORS[e],
                              &(struct place){kind, file_capability_mode == 1 ? CAP_MASK(10) : 0});
}

static void a_hint_of_its_own_comes_first(void **state) {
    struct fail f = {.step = "user", .code = FAIL_UNKNOWN_USER, .hint = "do this"};
    const struct place shell = {0};
    char text[64];

    (void)state;
    hint_for(&f, &shell, sizeof text, text);
    assert_string_equal(text, "do this");
}

/* Where it runs is guessed from the surroundings. */
static void the_place_is_found(void **state) {
    (void)state;
    assert_int_equal(setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1), 0);
    assert_int_equal(place_find().kind, KUBERNETES);
    assert_int_equal(unsetenv("KUBERNETES_SERVICE_HOST"), 0);
    assert_int_not_equal(place_find().kind, KUBERNETES);
}

static void a_hint_that_does_not_fit_is_cut_off(void **state) {
    struct fail f = {.step = "user", .code = FAIL_UNKNOWN_USER};
    const struct place shell = {0};
    char text[8] = {0};

    (void)state;
    hint_for(&f, &shell, sizeof text, text);
    assert_int_equal(strlen(text), sizeof text - 1);
}

static void every_code_has_a_word_of_its_own(void **state) {
    (void)state;
    for (unsigned a = 0; a < FAIL_CODES; a++)
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(json_code(a), json_code(b));
    assert_string_equal(json_code(FAIL_CODES), "none");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_one_imperative_everywhere),
        cmocka_unit_test(a_hint_of_its_own_comes_first),
        cmocka_unit_test(the_place_is_found),
        cmocka_unit_test(a_hint_that_does_not_fit_is_cut_off),
        cmocka_unit_test(every_code_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
