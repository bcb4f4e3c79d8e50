/* What is written for a label, and what is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/label.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void the_request_is_what_the_module_reads(void **state) {
    char text[LABEL_TEXT];

    (void)state;
    assert_int_equal(label_request(MODULE_APPARMOR, "web", text), 8);
    assert_memory_equal(text, "exec web", 8);
    assert_int_equal(label_request(MODULE_SELINUX, "u:r:t:s0", text), 8);
    assert_memory_equal(text, "u:r:t:s0", 8);
}

static void a_label_that_is_empty_or_too_long_is_none(void **state) {
    char text[LABEL_TEXT], label[LABEL_MOST + 2];

    (void)state;
    for (enum module module = 0; module < MODULES; module++) {
        assert_int_equal(label_request(module, "", text), 0);
        memset(label, 'a', sizeof label);
        label[LABEL_MOST + 1] = '\0';
        assert_int_equal(label_request(module, label, text), 0);
        label[LABEL_MOST] = '\0';
        size_t before = module == MODULE_APPARMOR ? 5 : 0;
        assert_int_equal(label_request(module, label, text), LABEL_MOST + before);
        assert_memory_equal(text + before, label, LABEL_MOST);
    }
}

/* The answer as a C string, and whether each module takes it for the label "web". */
static const struct {
    const char *answer;
    bool apparmor, selinux;
} ANSWERS[] = {
    {"", false, false},
    {"we", false, false},
    {"web", true, true},
    {"web\n", true, true},
    {"web\n\n", true, true},
    {"web2", false, false},
    {" web", false, false},
    {"Web", false, false},
    {"web (enforce)", true, false},
    {"web (enforce)\n", true, false},
    {"web (complain)", true, false},
    {"web ()", false, false},
    {"web (a)", true, false},
    {"web ((enforce)", false, false},
    {"web (enforce", false, false},
    {"web (a", false, false},
    {"web  (enforce)", false, false},
    {"web-(enforce)", false, false},
    {"web [enforce)", false, false},
    {"web (enforce) (enforce)", false, false},
    {"web//&other (enforce)", false, false},
    {"web (enforce) ", false, false},
};

static void only_that_label_is_taken_for_it(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        const char *answer = ANSWERS[i].answer;
        print_message("  '%s'\n", answer);
        for (size_t nul = 0; nul < 2; nul++) { /* with its NUL, as SELinux answers */
            size_t length = strlen(answer) + nul;
            assert_int_equal(label_matches(MODULE_APPARMOR, "web", answer, length),
                             ANSWERS[i].apparmor);
            assert_int_equal(label_matches(MODULE_SELINUX, "web", answer, length),
                             ANSWERS[i].selinux);
        }
        assert_false(label_matches(MODULE_APPARMOR, "", answer, strlen(answer)));
    }
    assert_true(label_matches(MODULE_APPARMOR, "a (b)", "a (b) (kill)", 12));
    /* Bytes after the answer are not part of it. */
    assert_true(label_matches(MODULE_APPARMOR, "web", "web (enforce)(", 13));
    assert_true(label_matches(MODULE_SELINUX, "web", "web2", 3));
    assert_false(label_matches(MODULE_SELINUX, "", "", 1));
    assert_false(label_matches(MODULE_SELINUX, "web", "web", 2));
}

/* An unreadable page follows it. */
static void nothing_behind_a_short_answer_is_read(void **state) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    pages[page - 2] = 'w';
    pages[page - 1] = 'e';
    for (enum module module = 0; module < MODULES; module++) {
        assert_false(label_matches(module, "web", pages + page - 2, 2));
        assert_true(label_matches(module, "we", pages + page - 2, 2));
    }
    assert_int_equal(munmap(pages, 2 * page), 0);
}

static void each_module_has_its_name(void **state) {
    (void)state;
    assert_string_equal(label_module(MODULE_APPARMOR), "AppArmor");
    assert_string_equal(label_module(MODULE_SELINUX), "SELinux");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_what_the_module_reads),
        cmocka_unit_test(a_label_that_is_empty_or_too_long_is_none),
        cmocka_unit_test(only_that_label_is_taken_for_it),
        cmocka_unit_test(nothing_behind_a_short_answer_is_read),
        cmocka_unit_test(each_module_has_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
