/* The command line of capwrap-learn has one meaning, or is refused. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "learn/options.h"
#include "learn/report/snippets.h"

/* A command line, which lives as long as the enclosing block. */
#define LINE(...) ((const char *[]){"capwrap-learn", __VA_ARGS__, NULL})

static int parse(const char **line, struct learn_options *options, struct fail *f) {
    int argc = 0;

    while (line[argc] != NULL)
        argc++;
    memset(f, 0, sizeof *f);
    return learn_options_parse(argc, (char **)(uintptr_t)line, options, f);
}

static void accept(const char **line, struct learn_options *options) {
    struct fail f;

    assert_int_equal(parse(line, options, &f), 0);
}

/* The error, a newline and the hint hold this. */
static void refuse(const char **line, const char *what) {
    struct learn_options options;
    struct fail f;
    char said[2048];

    assert_int_equal(parse(line, &options, &f), -1);
    (void)snprintf(said, sizeof said, "%s\n%s", f.text, f.advice[0] != '\0' ? f.advice : f.hint);
    if (strstr(said, what) == NULL)
        fail_msg("%s, not %s", said, what);
    assert_int_equal(f.exit_code, 125);
    assert_string_equal(f.step, "options");
    assert_true(f.hint != NULL || f.advice[0] != '\0');
}

#define accepts(options, ...) accept(LINE(__VA_ARGS__), options)
#define refuses(what, ...)    refuse(LINE(__VA_ARGS__), what)

static void a_command_alone_is_enough(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "ping", "-c", "1");
    assert_string_equal(options.command[0], "ping");
    assert_string_equal(options.command[2], "1");
    assert_null(options.user);
    assert_false(options.verify);
    assert_int_equal(options.repeat, 0); /* as often as the watch asks for */
    assert_int_equal(options.timeout, 0);
}

static void every_option_is_taken(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "-u", "www", "--verify", "--test", "curl x", "--reset=rm y", "--timeout", "5",
            "--repeat=3", "--check", "NET_RAW,cap_kill", "--json", "-vo", "file", "--", "-x");
    assert_string_equal(options.user, "www");
    assert_true(options.verify && options.json && options.verbose);
    assert_string_equal(options.test, "curl x");
    assert_string_equal(options.reset, "rm y");
    assert_int_equal(options.timeout, 5);
    assert_int_equal(options.repeat, 3);
    assert_int_equal(options.check, CAP_MASK(CAP_NET_RAW) | CAP_MASK(CAP_KILL));
    assert_string_equal(options.output, "file");
    assert_string_equal(options.command[0], "-x");
}

static void a_fixture_and_a_status_are_taken(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "--fixture", "sleep 9", "--fixture-ready", "true", "--expect-status", "255",
            "ping");
    assert_string_equal(options.fixture, "sleep 9");
    assert_string_equal(options.fixture_ready, "true");
    assert_int_equal(options.expect_status, 255);
    accepts(&options, "--expect-status=0", "ping");
    assert_int_equal(options.expect_status, 0);
}

static void no_trace_is_about_running_again(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "--no-trace", "--reset", "true", "ping");
    assert_true(options.verify);
}

static void help_and_version_need_nothing_else(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "--help");
    assert_true(options.help);
    accepts(&options, "-V");
    assert_true(options.version);
}

static void an_empty_check_allows_nothing(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "--check", "none", "ping");
    assert_non_null(options.check_word);
    assert_int_equal(options.check, 0);
}

static void json_is_one_of_the_formats(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "ping");
    assert_int_equal(options.format, FORMAT_TEXT);
    accepts(&options, "--format", "text", "ping");
    assert_int_equal(options.format, FORMAT_TEXT);
    accepts(&options, "--json", "-o", "-", "ping");
    assert_int_equal(options.format, FORMAT_JSON);
    accepts(&options, "--json", "--format=json", "-o", "-", "ping");
    assert_int_equal(options.format, FORMAT_JSON);
    for (unsigned kind = 0; kind < SNIPPETS; kind++) {
        accepts(&options, "--format", snippet_name(kind), "ping");
        assert_int_equal(options.format, FORMAT_SNIPPET + kind);
    }
}

/* The line has what is learned, and not what is only about the report. */
static void the_line_that_learns_again_can_be_pasted(void **state) {
    (void)state;
    struct learn_options options;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    accepts(&options, "-vu", "www", "--no-trace", "--test", "curl -sf 'x'", "--reset=true",
            "--timeout", "5", "--repeat=3", "--check", "none", "--json", "-o", "file", "--", "-x",
            "a b");
    assert_non_null(out);
    learn_options_again(out, &options, "compose");
    (void)fclose(out);
    assert_string_equal(text, "capwrap-learn --format compose --user www --verify "
                              "--test 'curl -sf '\\''x'\\''' --reset true --repeat 3 --no-trace "
                              "--timeout 5 -- -x 'a b'");
    free(text);
}

static void what_is_wrong_is_refused(void **state) {
    (void)state;
    refuses("no COMMAND", "--verify");
    refuses("no COMMAND", "--");
    refuses("is not an option", "--verif", "ping");
    refuses("is not an option", "-x", "ping");
    refuses("is not an option", "--=", "ping");
    refuses("takes no value", "--verify=yes", "ping");
    refuses("needs a value", "--test");
    refuses("needs a value", "-u");
    refuses("is empty", "--test=", "ping");
    refuses("twice", "-u", "a", "--user", "b", "ping");
    refuses("--json needs -o\nadd -o FILE, or -o - ", "--json", "ping");
    refuses("--format json needs -o\nadd -o FILE, or -o - ", "--format", "json", "ping");
    refuses("--format: 'xml' is not a format\nwrite one of text, json, capwrap, dockerfile, "
            "compose, kubernetes and systemd",
            "--format=xml", "ping");
    refuses("--format: 'TEXT' is not a format", "--format", "TEXT", "ping");
    refuses("write --format kubernetes", "--format", "k8s", "ping");
    refuses("write --format compose", "--format", "docker-compose", "ping");
    refuses("write --format systemd", "--format", "unit", "ping");
    refuses("write --format capwrap", "--format=shell", "ping");
    refuses("the value of --format is empty", "--format=", "ping");
    refuses("--json is --format json, and not --format text\nleave out one of the two", "--json",
            "--format", "text", "-o", "file", "ping");
    refuses("--format compose\nleave out one of the two", "--json", "--format", "compose", "ping");
    refuses("--reset requires --verify\nadd --verify", "--reset", "true", "ping");
    refuses("--repeat requires --verify\nadd --verify", "--repeat", "2", "ping");
    refuses("add --fixture", "--fixture-ready", "true", "ping");
    refuses("cannot be combined with --test", "--test", "true", "--expect-status", "3", "ping");
    refuses("'256' is not a number from 0 to 255", "--expect-status", "256", "ping");
    refuses("from 0 to 255", "--expect-status", "-1", "ping");
}

static void numbers_and_lists_have_one_spelling(void **state) {
    (void)state;
    refuses("from 1 to 86400", "--timeout", "0", "ping");
    refuses("from 1 to 86400", "--timeout", "86401", "ping");
    refuses("--timeout: '1.5' is not a number from 1 to 86400", "--timeout", "1.5", "ping");
    refuses("from 1 to 86400", "--timeout", "05", "ping");
    refuses("from 1 to 100", "--verify", "--repeat", "-1", "ping");
    refuses("the list 'KILL,' has an empty element", "--check", "KILL,", "ping");
    refuses("the list ',' has an empty element", "--check", ",", "ping");
    refuses("'NET_RAW+ep' is not a capability\nwrite --check KILL,NET_RAW (commas", "--check",
            "NET_RAW+ep,KILL", "ping");
    refuses("write --check KILL,NET_RAW (commas", "--check", "KILL NET_RAW", "ping");
    refuses("'NOTHING' is not a capability", "--check", "NOTHING", "ping");
    refuses("'none' is not a capability", "--check", "KILL,none", "ping");
    refuses("'64' is not a capability", "--check", "64", "ping");
}

static void what_runs_already_takes_the_place_of_a_command(void **state) {
    (void)state;
    struct learn_options options;

    accepts(&options, "--pid", "12", "--unit=nginx", "--pid", "13", "--container", "web",
            "--cgroup", "a/b", "--for", "5m", "--until-idle", "90s", "--check", "none", "-v");
    assert_int_equal(options.target_count, 5);
    assert_int_equal(options.targets[0].kind, TARGET_PID);
    assert_string_equal(options.targets[0].name, "12");
    assert_int_equal(options.targets[1].kind, TARGET_UNIT);
    assert_string_equal(options.targets[2].name, "13");
    assert_int_equal(options.targets[3].kind, TARGET_CONTAINER);
    assert_int_equal(options.targets[4].kind, TARGET_CGROUP);
    assert_int_equal(options.seconds, 300);
    assert_int_equal(options.idle, 90);
    accepts(&options, "--pid", "12");
    assert_int_equal(options.seconds, 0);
    accepts(&options, "--pid", "12", "--for", "2h");
    assert_int_equal(options.seconds, 7200);
    accepts(&options, "--pid", "12", "--for", "7");
    assert_int_equal(options.seconds, 7);
}

static void a_time_that_is_none_is_refused(void **state) {
    (void)state;
    static const char *const times[] = {
        "0", "0s", "s", "5d", "-1s", "1.5h", "", "9000h", "99999999999999999999s", "5 s"};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        refuses("--for", "--pid", "12", "--for", times[i]);
    refuses("--until-idle: 'x' is not a time from 1s to 8784h", "--pid", "12", "--until-idle", "x");
}

static void a_command_and_what_runs_already_exclude_each_other(void **state) {
    (void)state;

    refuses("COMMAND 'true' is to be started, but --pid names what runs already", "--pid", "12",
            "true");
    refuses("--verify applies only to a COMMAND", "--pid", "12", "--verify");
    refuses("--test applies only to a COMMAND", "--unit", "a", "--test", "true");
    refuses("--user applies only to a COMMAND", "--unit", "a", "-u", "www");
    refuses("--timeout applies only to a COMMAND", "--cgroup", "a", "--timeout", "5");
    refuses("--for applies only to what runs already", "--for", "5s", "true");
    refuses("--until-idle applies only to what runs already\nleave it out, or write --pid",
            "--until-idle", "5s", "true");
    refuses("--runs applies only to what runs already\nleave it out, or write --pid", "--runs", "a",
            "true");
    refuses("--runs applies only to what runs already\nadd --pid", "--runs", "a");
    refuses("--for applies only to what runs already\nwrite --timeout", "--for", "5s", "true");
    refuses("--format capwrap", "--pid", "12", "--format", "capwrap");
    refuses("the value of --pid is empty", "--pid", "");
}

/* The advice and the hint for a COMMAND that is not found. */
static void advise(const char **line, const char *advice, const char *hint) {
    struct learn_options options;
    struct fail f;

    accept(line, &options);
    (void)fail_set(&f, "program", FAIL_NOT_FOUND, 0, "not found");
    learn_options_advise(&options, &f);
    assert_string_equal(f.advice, advice);
    assert_true((f.hint == NULL) == (hint == NULL));
    if (hint != NULL)
        assert_true(f.hint != NULL && strstr(f.hint, hint) != NULL);
    (void)fail_set(&f, "program", FAIL_NOT_EXECUTABLE, 0, "not executable");
    learn_options_advise(&options, &f);
    assert_string_equal(f.advice, "");
    assert_null(f.hint);
}

#define advises(advice, hint, ...) advise(LINE(__VA_ARGS__), advice, hint)

static void a_command_that_was_meant_as_another_word_is_told(void **state) {
    static const char test[] = "write the line of --test in quotes: --test 'curl localhost ...'";

    (void)state;
    advises(test, NULL, "--test", "curl", "localhost", "--", "true");
    advises(test, NULL, "--verify", "--test=curl", "localhost", "true");
    advises("write the line of --reset in quotes: --reset 'rm file ...'", NULL, "--verify",
            "--reset", "rm", "file", "--", "true");
    advises("", NULL, "--test", "curl", "-v", "localhost");
    advises("", NULL, "--test", "curl", "--", "localhost");
    advises("write --check KILL,NET_RAW: commas separate names, and no blank", NULL, "--check",
            "KILL", "NET_RAW", "true");
    advises("", NULL, "--check", "KILL", "true");
    advises("", "write capwrap-learn COMMAND", "run", "--", "true");
    advises("", "write --pid PID", "attach", "1");
    advises("", "write --runs FILE", "merge", "a", "b");
    advises("write --verify", NULL, "verify", "true");
    advises("", NULL, "nothing", "true");
}

static void so_many_can_be_watched(void **state) {
    (void)state;
    const char *line[2 + TARGETS_MOST + 1 + 1] = {"capwrap-learn"};
    struct learn_options options;

    for (size_t i = 0; i < TARGETS_MOST; i++)
        line[1 + i] = "--pid=1";
    accept(line, &options);
    line[1 + TARGETS_MOST] = "--pid=1";
    refuse(line, "--pid 1 is one more than the 16 that can be watched");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_alone_is_enough),
        cmocka_unit_test(a_command_that_was_meant_as_another_word_is_told),
        cmocka_unit_test(every_option_is_taken),
        cmocka_unit_test(a_fixture_and_a_status_are_taken),
        cmocka_unit_test(no_trace_is_about_running_again),
        cmocka_unit_test(help_and_version_need_nothing_else),
        cmocka_unit_test(an_empty_check_allows_nothing),
        cmocka_unit_test(json_is_one_of_the_formats),
        cmocka_unit_test(the_line_that_learns_again_can_be_pasted),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(numbers_and_lists_have_one_spelling),
        cmocka_unit_test(what_runs_already_takes_the_place_of_a_command),
        cmocka_unit_test(a_time_that_is_none_is_refused),
        cmocka_unit_test(a_command_and_what_runs_already_exclude_each_other),
        cmocka_unit_test(so_many_can_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
