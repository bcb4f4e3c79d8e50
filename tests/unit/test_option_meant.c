/* The advice for a word that is not an option, or not a value of one: a table of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/nearest.h"
#include "text/option_meant.h"

static const struct option OPTIONS[] = {
    {.name = "keep", .letter = 'k', .takes = VALUE, .argument = " CAP"},
    {.name = "Groups", .letter = 'G', .takes = VALUE, .argument = " LIST"},
    {.name = "assert", .takes = VALUE, .argument = "=PID"},
    {.name = "quiet", .letter = 'q', .takes = NO_VALUE},
};
/* The last row is after the end of the table. */
static const struct foreign_options FOREIGN[] = {{"a,bc", "hint of a"}, {"d", "hint of d"}};
static const struct option_table TABLE = {
    .options = OPTIONS, .count = 4, .foreign = FOREIGN, .foreign_count = 1};

static struct fail f;

static void is(const char *text, const char *advice, const char *hint) {
    assert_string_equal(f.step, "options");
    assert_string_equal(f.text, text);
    assert_string_equal(f.advice, advice);
    assert_int_equal(f.code, FAIL_USAGE);
    assert_int_equal(f.error, 0);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    if (hint == NULL)
        assert_null(f.hint);
    else
        assert_string_equal(f.hint, hint);
}

static void name(const char *word) {
    assert_int_equal(option_refuse_name(&TABLE, word, strlen(word), &f), -1);
}

static void a_name_of_another_tool_has_its_hint(void **state) {
    (void)state;
    name("bc");
    is("'--bc' is not an option", "", "hint of a");
    name("d");
    is("'--d' is not an option", "", NULL);
    name("kepp");
    is("'--kepp' is not an option", "write --keep", NULL);
}

static void a_letter_that_is_not_ascii_is_told(void **state) {
    (void)state;
    name("ke\u0435p");
    is("'--ke\u0435p' is not an option: it contains a letter that is not ASCII", "", NULL);
    char last[NEAREST_SIZE + 1]; /* as far as a name is looked through, and one further */
    (void)snprintf(last, sizeof last, "%*s\"", NEAREST_SIZE - 2, "-");
    memset(last, 'x', NEAREST_SIZE - 2);
    name(last);
    assert_non_null(strstr(f.text, "' is not an option: it contains a quote"));
    (void)snprintf(last, sizeof last, "%*s\"", NEAREST_SIZE - 1, "-");
    memset(last, 'x', NEAREST_SIZE - 1);
    name(last);
    assert_null(strstr(f.text, "it contains"));
    assert_int_equal(option_refuse_name(&TABLE, "kx=\u0435", 2, &f), -1);
    is("'--kx' is not an option", "", NULL);
}

static void an_option_that_is_denied_is_to_be_left_out(void **state) {
    (void)state;
    name("no-quiet");
    is("'--no-quiet' is not an option", "leave out --quiet", NULL);
    assert_int_equal(option_refuse_name(&TABLE, "no-keep=1", 7, &f), -1);
    is("'--no-keep' is not an option", "leave out --keep", NULL);
    name("no-kee");
    is("'--no-kee' is not an option", "", NULL);
    name("no-");
    is("'--no-' is not an option", "", NULL);
    name("na-quiet");
    is("'--na-quiet' is not an option", "", NULL);
    name("noxquiet");
    is("'--noxquiet' is not an option", "", NULL);
}

static void a_name_with_a_value_behind_another_sign_is_told_apart(void **state) {
    static const char two[] = "write the option and its value as two words, without quotes around "
                              "both",
                      sign[] = "write = or a blank between the option and its value";

    (void)state;
    name("keep X");
    is("'--keep X' is not an option: it contains a blank", "", two);
    name("keep:X");
    is("'--keep:X' is not an option", "", sign);
    name("keep+X");
    is("'--keep+X' is not an option", "", sign);
    name("keep,X");
    is("'--keep,X' is not an option", "", sign);
    name("keep");
    is("'--keep' is not an option", "write --keep", NULL);
    name("kept X");
    is("'--kept X' is not an option: it contains a blank", "", NULL);
    assert_int_equal(option_refuse_name(&TABLE, "keep X", 4, &f), -1);
    is("'--keep' is not an option", "write --keep", NULL);
}

static void a_letter_in_the_other_case_is_told(void **state) {
    (void)state;
    (void)option_refuse_letter(&TABLE, "g", "g", &f);
    is("'-g' is not an option", "write -G for --Groups", NULL);
    (void)option_refuse_letter(&TABLE, "K", "K", &f);
    is("'-K' is not an option", "write -k for --keep", NULL);
    (void)option_refuse_letter(&TABLE, "a", "a", &f);
    is("'-a' is not an option", "", "hint of a");
}

static void what_stands_where_a_value_belongs_is_named(void **state) {
    static const char keep[] = "write --keep CAP (--keep=VALUE for one that begins with -)";

    (void)state;
    assert_int_equal(option_refuse_value(&OPTIONS[0], "=", &f), -1);
    is("--keep (-k) needs a value, and '=' stands alone", keep, NULL);
    assert_int_equal(option_refuse_value(&OPTIONS[0], "--", &f), -1);
    is("--keep (-k) needs a value, and '--' ends the options", keep, NULL);
    assert_int_equal(option_refuse_value(&OPTIONS[0], "-q", &f), -1);
    is("--keep (-k) needs a value, and '-q' is an option", keep, NULL);
    assert_int_equal(option_refuse_value(&OPTIONS[0], "-qx", &f), -1);
    is("--keep (-k) needs a value, and '-qx' begins like an option", keep, NULL);
    assert_int_equal(option_refuse_value(&OPTIONS[2], "--quiet", &f), -1);
    is("--assert needs a value, and '--quiet' is an option", "write --assert=PID", NULL);
    assert_int_equal(option_refuse_value(&OPTIONS[0], "qG", &f), -1);
    is("--keep (-k) needs a value, and 'qG' stands for other options",
       "write --keep CAP (--keep=qG for this value)", NULL);
    assert_int_equal(option_refuse_value(&OPTIONS[0], "q", &f), -1);
    is("--keep (-k) needs a value, and 'q' stands for other options",
       "write --keep CAP (--keep=q for this value)", NULL);
}

static void joined(const struct option *option, const char *value, const char *advice) {
    (void)fail_set(&f, "options", FAIL_USAGE, 0, "wrong");
    option_advise_joined(&TABLE, option, value, &f);
    is("wrong", advice, NULL);
}

static void an_option_in_a_value_is_to_be_a_word_of_its_own(void **state) {
    (void)state;
    joined(&OPTIONS[0], "X --quiet",
           "write --keep X --quiet as separate words, without quotes around all of it");
    joined(&OPTIONS[2], "1 --keep=X",
           "write --assert=1 --keep=X as separate words, without quotes around all of it");
    joined(&OPTIONS[2], "1 --keep X",
           "write --assert=1 --keep X as separate words, without quotes around all of it");
    joined(&OPTIONS[0], "X --",
           "write --keep X -- as separate words, without quotes around all of it");
    joined(&OPTIONS[0], "X --nope", "");
    joined(&OPTIONS[0], "X--quiet", "");
    joined(&OPTIONS[0], "X", "");
}

static void a_value_of_a_flag_that_means_no_takes_it_away(void **state) {
    (void)state;
    assert_int_equal(option_refuse_extra(&OPTIONS[3], "off", &f), -1);
    is("--quiet takes no value", "leave out --quiet", NULL);
    assert_int_equal(option_refuse_extra(&OPTIONS[3], "1", &f), -1);
    is("--quiet takes no value", "write --quiet", NULL);
}

static void without_a_command_the_word_that_holds_it_is_named(void **state) {
    char own[] = "capwrap", quiet[] = "--quiet", all[] = "--keep=X -- id", dashes[] = "a --x",
         keep[] = "-k", value[] = "X", end[] = "--", dash[] = "a-b";

    (void)state;
    assert_int_equal(option_refuse_no_command("own", (char *[]){own, dashes, quiet, NULL}, &f), -1);
    is("no COMMAND was given", "write the program after the options: own [OPTION...] -- COMMAND",
       NULL);
    (void)option_refuse_no_command("own", (char *[]){own, NULL}, &f);
    is("no COMMAND was given", "write the program after the options: own [OPTION...] -- COMMAND",
       NULL);
    (void)option_refuse_no_command("own", (char *[]){own, quiet, keep, value, NULL}, &f);
    is("no COMMAND was given: 'X' is the value of -k",
       "write the program after the options: own [OPTION...] -- COMMAND", NULL);
    (void)option_refuse_no_command("own", (char *[]){own, keep, dash, NULL}, &f);
    is("no COMMAND was given: 'a-b' is the value of -k",
       "write the program after the options: own [OPTION...] -- COMMAND", NULL);
    (void)option_refuse_no_command("own", (char *[]){own, value, NULL}, &f);
    is("no COMMAND was given", "write the program after the options: own [OPTION...] -- COMMAND",
       NULL);
    (void)option_refuse_no_command("own", (char *[]){own, keep, dash, keep, value, end, NULL}, &f);
    is("no COMMAND was given: 'X' is the value of -k",
       "write the program after the options: own [OPTION...] -- COMMAND", NULL);
    (void)option_refuse_no_command("own", (char *[]){own, all, quiet, NULL}, &f);
    is("no COMMAND was given",
       "write --keep=X -- id as separate words, without quotes around all of it", NULL);
}

static void a_command_that_is_an_option_is_told(void **state) {
    (void)state;
    const struct {
        const char *command, *advice;
    } rows[] = {{"keep", "write --keep CAP"},
                {"keep=X", "write --keep=X"},
                {"quiet", "write --quiet"},
                {"assert", "write --assert=PID"},
                {"bc", ""},
                {"kee", ""},
                {"", ""}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)fail_set(&f, "options", FAIL_USAGE, 0, "wrong");
        option_advise_command(&TABLE, rows[i].command, &f);
        is("wrong", rows[i].advice, NULL);
    }
    fail_advise(&f, "an earlier one");
    option_advise_command(&TABLE, "keep", &f);
    is("wrong", "an earlier one", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_of_another_tool_has_its_hint),
        cmocka_unit_test(a_letter_that_is_not_ascii_is_told),
        cmocka_unit_test(an_option_that_is_denied_is_to_be_left_out),
        cmocka_unit_test(a_name_with_a_value_behind_another_sign_is_told_apart),
        cmocka_unit_test(a_letter_in_the_other_case_is_told),
        cmocka_unit_test(what_stands_where_a_value_belongs_is_named),
        cmocka_unit_test(an_option_in_a_value_is_to_be_a_word_of_its_own),
        cmocka_unit_test(a_value_of_a_flag_that_means_no_takes_it_away),
        cmocka_unit_test(without_a_command_the_word_that_holds_it_is_named),
        cmocka_unit_test(a_command_that_is_an_option_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
