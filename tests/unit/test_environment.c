/* The environment of the program: the login variables are the user's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "users/environment.h"

static size_t count_of(char **environment, const char *start) {
    size_t count = 0;

    for (char **word = environment; *word != NULL; word++)
        count += strncmp(*word, start, strlen(start)) == 0;
    return count;
}

static bool holds(char **environment, const char *wanted) {
    for (char **word = environment; *word != NULL; word++)
        if (strcmp(*word, wanted) == 0)
            return true;
    return false;
}

/* The last entries were allocated for it, the others are the old ones. */
static void free_environment(char **environment, char *const *old) {
    for (char **word = environment; *word != NULL; word++) {
        bool is_old = false;
        for (char *const *o = old; *o != NULL; o++)
            is_old |= *o == *word;
        if (!is_old)
            pool_release(*word);
    }
    pool_release(environment);
}

static char **make(char *const *environment, const struct account *account, bool secure) {
    return environment_make(
        environment, &(const struct environment_rules){.account = account, .secure = secure});
}

static char *const OLD[] = {(char[]){"PATH=/bin"},
                            (char[]){"HOME=/root"},
                            (char[]){"HOMER=simpson"},
                            (char[]){"USER=root"},
                            (char[]){"LOGNAME=root"},
                            (char[]){"HOME=/also"},
                            (char[]){"HOME"},
                            (char[]){"=HOME=x"},
                            (char[]){"LOGNAME="},
                            (char[]){"home=/x"},
                            NULL};

static void the_login_variables_are_the_users_and_there_once(void **state) {
    const struct account www = {.name = (char[]){"www"}, .home = (char[]){"/var/www"}};
    char **environment = make(OLD, &www, false);

    (void)state;
    assert_non_null(environment);
    assert_true(holds(environment, "HOME=/var/www"));
    assert_true(holds(environment, "USER=www"));
    assert_true(holds(environment, "LOGNAME=www"));
    assert_int_equal(count_of(environment, "HOME="), 1);
    assert_int_equal(count_of(environment, "USER="), 1);
    assert_int_equal(count_of(environment, "LOGNAME="), 1);
    assert_true(holds(environment, "PATH=/bin"));
    assert_true(holds(environment, "HOMER=simpson"));
    assert_true(holds(environment, "=HOME=x"));
    assert_true(holds(environment, "home=/x"));
    free_environment(environment, OLD);
}

static void without_an_entry_home_is_the_root_and_there_is_no_name(void **state) {
    const struct account nobody = {.uid = 4242};
    char **environment = make(OLD, &nobody, false);

    (void)state;
    assert_non_null(environment);
    assert_true(holds(environment, "HOME=/"));
    assert_int_equal(count_of(environment, "HOME="), 1);
    assert_int_equal(count_of(environment, "USER="), 0);
    assert_int_equal(count_of(environment, "LOGNAME="), 0);
    assert_true(holds(environment, "PATH=/bin"));
    free_environment(environment, OLD);
}

static void an_empty_environment_gets_the_login_variables_alone(void **state) {
    const struct account www = {.name = (char[]){"www"}, .home = (char[]){"/"}};
    char *const nothing[] = {NULL};
    char **environment = make(nothing, &www, false);

    (void)state;
    assert_non_null(environment);
    assert_int_equal(count_of(environment, ""), 3);
    free_environment(environment, nothing);
}

static char *const MIXED[] = {(char[]){"LD_PRELOAD=/x.so"}, (char[]){"LD_PRELOADED=stays"},
                              (char[]){"HOME=/root"},       (char[]){"TMPDIR="},
                              (char[]){"LD_PRELOAD=/y.so"}, (char[]){"LD_=stays"},
                              (char[]){"GCONV_PATH"},       (char[]){"=LD_AUDIT=x"},
                              (char[]){"MALLOC_TRACE=/x"},  NULL};

static void what_changes_how_programs_load_is_removed_for_a_secure_start(void **state) {
    const struct account www = {.name = (char[]){"www"}, .home = (char[]){"/var/www"}};
    char **environment = make(MIXED, NULL, true);

    (void)state;
    assert_non_null(environment);
    assert_int_equal(count_of(environment, ""), 4);
    assert_true(holds(environment, "LD_PRELOADED=stays"));
    assert_true(holds(environment, "LD_=stays"));
    assert_true(holds(environment, "HOME=/root")); /* without an account they stay */
    assert_true(holds(environment, "=LD_AUDIT=x"));
    free_environment(environment, MIXED);

    environment = make(MIXED, &www, true);
    assert_int_equal(count_of(environment, ""), 6);
    assert_true(holds(environment, "HOME=/var/www"));
    free_environment(environment, MIXED);

    environment = make(MIXED, NULL, false);
    for (size_t i = 0; i + 1 < sizeof MIXED / sizeof MIXED[0]; i++)
        assert_ptr_equal(environment[i], MIXED[i]);
    free_environment(environment, MIXED);
}

/* ---- --reset-env ---- */

static char *const CALLERS[] = {(char[]){"PATH=/opt/bin"},
                                (char[]){"TERM=xterm"},
                                (char[]){"LD_PRELOAD=/x.so"},
                                (char[]){"HOME=/root"},
                                (char[]){"TOKEN=one"},
                                (char[]){"TERM=second"},
                                (char[]){"TOKEN=two"},
                                (char[]){"TOKENS=no"},
                                (char[]){"SHELL=/bin/zsh"},
                                (char[]){"USER=root"},
                                (char[]){"LOGNAME=root"},
                                (char[]){"EMPTY="},
                                (char[]){"BARE"},
                                NULL};

static const struct account WWW = {.name = (char[]){"www"},
                                   .home = (char[]){"/var/www"},
                                   .shell = (char[]){"/bin/false"},
                                   .uid = 33};

static void renews(const struct environment_rules *rules, char *const *from,
                   const char *const *expected) {
    char **environment = environment_make(from, rules);
    size_t count = 0;

    assert_non_null(environment);
    for (; expected[count] != NULL; count++) {
        if (!holds(environment, expected[count]))
            print_error("  %s is missing\n", expected[count]);
        assert_true(holds(environment, expected[count]));
    }
    assert_int_equal(count_of(environment, ""), count);
    free_environment(environment, from);
}

#define WORDS(...)                                                                                 \
    (const char *const[]) { __VA_ARGS__, NULL }

static void a_new_environment_is_the_users_with_a_path_and_the_terminal(void **state) {
    const struct environment_rules rules = {.account = &WWW, .reset = true};

    (void)state;
    renews(&rules, CALLERS,
           WORDS("HOME=/var/www", "USER=www", "LOGNAME=www", "SHELL=/bin/false",
                 "PATH=/usr/bin:/bin", "TERM=xterm"));
    renews(&rules, (char *const[]){NULL},
           WORDS("HOME=/var/www", "USER=www", "LOGNAME=www", "SHELL=/bin/false",
                 "PATH=/usr/bin:/bin"));
}

static void a_new_environment_without_an_entry_has_no_names(void **state) {
    const struct account nobody = {.uid = 4242};
    const struct environment_rules rules = {.account = &nobody, .reset = true};

    (void)state;
    renews(&rules, CALLERS, WORDS("HOME=/", "PATH=/usr/bin:/bin", "TERM=xterm"));
}

static void a_new_environment_without_an_account_leaves_the_login_variables(void **state) {
    const struct environment_rules rules = {.reset = true};

    (void)state;
    renews(&rules, CALLERS,
           WORDS("HOME=/root", "USER=root", "LOGNAME=root", "PATH=/usr/bin:/bin", "TERM=xterm"));
    renews(&rules, (char *const[]){NULL}, WORDS("PATH=/usr/bin:/bin"));
}

static void what_is_passed_goes_first_and_comes_once(void **state) {
    struct environment_rules rules = {
        .account = &WWW, .reset = true, .passed = "TOKEN,PATH,NOSUCH,HOME,TOKEN,EMPTY,BARE,TERM"};

    (void)state;
    renews(&rules, CALLERS,
           WORDS("TOKEN=one", "PATH=/opt/bin", "HOME=/root", "EMPTY=", "USER=www", "LOGNAME=www",
                 "SHELL=/bin/false", "TERM=xterm"));
    rules.passed = "TOK,OKEN";
    renews(&rules, CALLERS,
           WORDS("HOME=/var/www", "USER=www", "LOGNAME=www", "SHELL=/bin/false",
                 "PATH=/usr/bin:/bin", "TERM=xterm"));
}

static void what_is_unsafe_is_passed_except_for_a_secure_start(void **state) {
    struct environment_rules rules = {.reset = true, .passed = "LD_PRELOAD,TOKEN"};
    char *const *from = CALLERS + 1;

    (void)state;
    renews(&rules, from,
           WORDS("LD_PRELOAD=/x.so", "TOKEN=one", "HOME=/root", "USER=root", "LOGNAME=root",
                 "PATH=/usr/bin:/bin", "TERM=xterm"));
    rules.secure = true;
    renews(&rules, from,
           WORDS("TOKEN=one", "HOME=/root", "USER=root", "LOGNAME=root", "PATH=/usr/bin:/bin",
                 "TERM=xterm"));
}

static void a_value_is_that_of_the_first_copy(void **state) {
    (void)state;
    assert_string_equal(environment_value(CALLERS, "TOKEN"), "one");
    assert_string_equal(environment_value(CALLERS, "EMPTY"), "");
    assert_null(environment_value(CALLERS, "BARE"));
    assert_null(environment_value(CALLERS, "TOKE"));
    assert_null(environment_value(CALLERS, "NOSUCH"));
}

static void what_is_removed_is_listed(void **state) {
    char *const safe[] = {(char[]){"PATH=/bin"}, (char[]){"LD=x"}, NULL};
    char names[64], few[20];

    (void)state;
    environment_list_unsafe(MIXED, sizeof names, names);
    assert_string_equal(names, "LD_PRELOAD,TMPDIR,LD_PRELOAD,GCONV_PATH,MALLOC_TRACE");
    environment_list_unsafe(safe, sizeof names, names);
    assert_string_equal(names, "");
    environment_list_unsafe(MIXED, sizeof few, few); /* cut off, and ended */
    assert_true(strlen(few) < sizeof few);
    assert_int_equal(strncmp(few, "LD_PRELOAD,TMPDIR", 17), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_login_variables_are_the_users_and_there_once),
        cmocka_unit_test(without_an_entry_home_is_the_root_and_there_is_no_name),
        cmocka_unit_test(an_empty_environment_gets_the_login_variables_alone),
        cmocka_unit_test(what_changes_how_programs_load_is_removed_for_a_secure_start),
        cmocka_unit_test(a_new_environment_is_the_users_with_a_path_and_the_terminal),
        cmocka_unit_test(a_new_environment_without_an_entry_has_no_names),
        cmocka_unit_test(a_new_environment_without_an_account_leaves_the_login_variables),
        cmocka_unit_test(what_is_passed_goes_first_and_comes_once),
        cmocka_unit_test(what_is_unsafe_is_passed_except_for_a_secure_start),
        cmocka_unit_test(a_value_is_that_of_the_first_copy),
        cmocka_unit_test(what_is_removed_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
