/*
 * The command line: one spelling of everything, and a refusal of the rest.
 */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "capwrap/options.h"
#include "core/cred.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { WORDS_MOST = 12 };

/* A command line without its first word. */
#define LINE(...) ((char *[WORDS_MOST]){(char[]){"capwrap"}, __VA_ARGS__})

static int parse(char **argv, struct options *options, struct fail *f) {
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    memset(options, 0xa5, sizeof *options);
    memset(f, 0, sizeof *f);
    return options_parse(argc, argv, options, f);
}

/* Splits "-u www -- true" at the blanks; _ stands for an empty word. */
static int parse_text(const char *text, struct options *options, struct fail *f) {
    static char buffer[512];
    char *argv[WORDS_MOST] = {(char[]){"capwrap"}};
    size_t count = 1;

    assert_true(strlen(text) < sizeof buffer);
    (void)strncpy(buffer, text, sizeof buffer - 1);
    for (char *word = strtok(buffer, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count < WORDS_MOST - 1);
        argv[count++] = strcmp(word, "_") == 0 ? word + 1 : word;
    }
    static char *words[WORDS_MOST]; /* options keep pointers to it */
    memcpy(words, argv, sizeof argv);
    return parse(words, options, f);
}

static struct options read_as(const char *text) {
    struct options options;
    struct fail f;
    int status = parse_text(text, &options, &f);

    if (status != 0)
        print_error("\"%s\": %s: %s\n", text, f.step, f.text);
    assert_int_equal(status, 0);
    return options;
}

static void refused(const char *text, const char *step) {
    struct options options;
    struct fail f;
    int status = parse_text(text, &options, &f);

    if (status == 0 || strcmp(f.step, step) != 0)
        print_error("\"%s\": %s: %s\n", text, status == 0 ? "taken" : f.step, f.text);
    assert_int_equal(status, -1);
    assert_int_equal(f.code, FAIL_USAGE);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_string_equal(f.step, step);
    assert_true(strlen(f.text) > 0);
}

/* The status of `WORD sync id`, and the hint. */
static int called_as(const char *word, const char **hint) {
    char name[64], user[] = "sync", command[] = "id";
    struct options options;
    struct fail f;

    (void)snprintf(name, sizeof name, "%s", word);
    int status = parse((char *[]){name, user, command, NULL}, &options, &f);
    *hint = f.hint;
    if (status != 0) {
        assert_int_equal(f.code, FAIL_USAGE);
        assert_int_equal(f.exit_code, EXIT_REFUSED);
        assert_string_equal(f.step, "options");
        assert_non_null(strstr(f.text, strrchr(word, '/') == NULL ? word : strrchr(word, '/') + 1));
    }
    return status;
}

static void the_name_of_a_program_that_takes_a_user_first_is_refused(void **state) {
    static const char *const refused_names[] = {"gosu",         "su-exec",          "/usr/bin/gosu",
                                                "./su-exec",    "setuidgid",        "s6-setuidgid",
                                                "capwrap/gosu", "/a/b/s6-setuidgid"};
    static const char *const taken[] = {"capwrap", "gosu/capwrap", "gosu/", "gosu2", "mygosu", ""};
    const char *hint;

    (void)state;
    for (size_t i = 0; i < COUNT(refused_names); i++) {
        assert_int_equal(called_as(refused_names[i], &hint), -1);
        assert_non_null(hint);
        assert_non_null(strstr(hint, "capwrap --user USER --no-new-privs -- COMMAND"));
    }
    for (size_t i = 0; i < COUNT(taken); i++) {
        assert_int_equal(called_as(taken[i], &hint), 0);
        assert_null(hint);
    }
}

static void without_any_word_no_name_is_read(void **state) {
    struct options options;
    struct fail f;

    (void)state;
    assert_int_equal(parse((char *[]){NULL}, &options, &f), -1);
    assert_string_equal(f.text, "no COMMAND was given");
    assert_string_equal(f.advice,
                        "write the program after the options: capwrap [OPTION...] -- COMMAND");
}

/* ---- what is accepted ---- */

static void without_options_there_is_only_the_command(void **state) {
    struct options options = read_as("./server a b");

    (void)state;
    assert_int_equal(options.mode, MODE_RUN);
    assert_null(options.who.user);
    assert_null(options.who.groups);
    assert_true(options.request.keep == 0);
    assert_false(options.keep_given || options.request.keep_all || options.keep_none);
    assert_false(options.request.no_new_privs || options.request.lock_securebits ||
                 options.who.ids_only || options.request.chown_stdio || options.request.close_fds ||
                 options.request.strict || options.request.dry_run || options.json ||
                 options.verbose || options.quiet);
    assert_string_equal(options.command[0], "./server");
    assert_string_equal(options.command[2], "b");
    assert_null(options.command[3]);
}

static void every_flag_sets_its_own_field_and_no_other(void **state) {
    static const struct {
        const char *line;
        size_t offset;
    } rows[] = {
        {"--no-new-privs x", offsetof(struct options, request.no_new_privs)},
        {"-n x", offsetof(struct options, request.no_new_privs)},
        {"--lock-securebits x", offsetof(struct options, request.lock_securebits)},
        {"--no-login-env x", offsetof(struct options, who.ids_only)},
        {"--chown-stdio x", offsetof(struct options, request.chown_stdio)},
        {"--close-fds x", offsetof(struct options, request.close_fds)},
        {"--strict x", offsetof(struct options, request.strict)},
        {"--dry-run x", offsetof(struct options, request.dry_run)},
        {"--verbose x", offsetof(struct options, verbose)},
        {"-v x", offsetof(struct options, verbose)},
        {"--quiet x", offsetof(struct options, quiet)},
        {"-q x", offsetof(struct options, quiet)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct options options = read_as(rows[i].line);
        const bool *const flags[] = {&options.request.no_new_privs,
                                     &options.request.lock_securebits,
                                     &options.who.ids_only,
                                     &options.request.chown_stdio,
                                     &options.request.close_fds,
                                     &options.request.strict,
                                     &options.request.dry_run,
                                     &options.json,
                                     &options.verbose,
                                     &options.quiet,
                                     &options.keep_given,
                                     &options.request.keep_all,
                                     &options.keep_none};
        for (size_t k = 0; k < COUNT(flags); k++) {
            bool is_it = (const char *)flags[k] == (const char *)&options + rows[i].offset;
            assert_int_equal(*flags[k], is_it);
        }
        assert_string_equal(options.command[0], "x");
    }
}

static void a_flag_may_be_repeated(void **state) {
    (void)state;
    assert_true(read_as("-n -n --no-new-privs -vv x").request.no_new_privs);
}

static void a_value_stands_in_four_places(void **state) {
    static const char *const lines[] = {"--user www:web x", "--user=www:web x", "-u www:web x",
                                        "-uwww:web x",      "-nvuwww:web x",    "-nu www:web x"};

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct options options = read_as(lines[i]);
        assert_string_equal(options.who.user, "www:web");
        assert_string_equal(options.command[0], "x");
    }
    assert_string_equal(read_as("-G a,b x").who.groups, "a,b");
    assert_string_equal(read_as("--groups=none x").who.groups, "none");
    assert_string_equal(read_as("-u =www x").who.user,
                        "=www"); /* the = belongs to long names only */
    assert_string_equal(read_as("--user=a=b x").who.user, "a=b");
}

static void a_value_that_looks_like_an_option_is_written_with_an_equals_sign(void **state) {
    (void)state;
    assert_string_equal(read_as("--user=--strict x").who.user, "--strict");
    assert_string_equal(read_as("-u-- x").who.user, "--");
    assert_false(read_as("-u-n x").request.no_new_privs);
    assert_string_equal(read_as("--chdir -1 x").request.directory, "-1");
    assert_string_equal(read_as("--chdir - x").request.directory, "-");
}

static void options_end_at_the_first_other_word(void **state) {
    struct options options = read_as("-n ./server --strict -v");

    (void)state;
    assert_false(options.request.strict || options.verbose);
    assert_string_equal(options.command[0], "./server");
    assert_string_equal(options.command[1], "--strict");
    assert_string_equal(read_as("-- --strict").command[0], "--strict");
    assert_string_equal(read_as("-- -- x").command[0], "--");
    assert_string_equal(read_as("x -- y").command[1], "--");
    assert_string_equal(read_as("- x").command[0], "-"); /* a single dash is not an option */
}

static void kept_capabilities_add_up(void **state) {
    const uint64_t both = CAP_MASK(CAP_NET_RAW) | CAP_MASK(CAP_NET_BIND_SERVICE);

    (void)state;
    assert_true(read_as("-k NET_RAW,NET_BIND_SERVICE x").request.keep == both);
    assert_true(read_as("-k NET_RAW --keep=cap_net_bind_service x").request.keep == both);
    assert_true(read_as("-kNET_RAW,13,10 x").request.keep == both); /* 13 is NET_RAW */
    assert_true(read_as("-k 0,63 x").request.keep == (CAP_MASK(0) | CAP_MASK(63)));
    assert_true(read_as("-k NET_RAW x").keep_given);
    assert_true(read_as("-k all x").request.keep_all);
    assert_true(read_as("-k all x").request.keep == 0);
    assert_true(read_as("-k ALL x").request.keep_all);
    assert_true(read_as("-k none x").keep_none);
    assert_true(read_as("-k None x").keep_none);
    assert_true(read_as("-k none x").request.keep == 0);
}

/* ---- what is refused ---- */

static void lists_of_capabilities_are_strict(void **state) {
    static const char *const lines[] = {
        "-k , x",         "-k NET_RAW, x",  "-k ,NET_RAW x",   "-k NET_RAW,,0 x",
        "-k all,none x",  "-k none,all x",  "-k all,0 x",      "-k 0,all x",
        "-k none,0 x",    "-k 0,none x",    "-k all -k 0 x",   "-k 0 -k all x",
        "-k none -k 0 x", "-k 0 -k none x", "-k all -k all x", "-k none -k none x",
        "-k 64 x",        "-k NET_RAWW x",  "-k NET_RAW:0 x",  "-k +NET_RAW x",
        "-k =ep x",       "-k net-raw x",   "-k -1 x",         "-k 010 x",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        refused(lines[i], "keep");
}

static void an_empty_element_of_a_list_is_called_so(void **state) {
    static const char *const lines[] = {"-k NET_RAW, x", "-k ,0 x", "-k _ x", "--want 0, x",
                                        "--pass-env ,A x"};
    struct options options;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_int_equal(parse_text(lines[i], &options, &f), -1);
        assert_non_null(strstr(f.text, "empty"));
    }
}

static void user_and_groups_are_given_once_and_not_empty(void **state) {
    (void)state;
    refused("-u www -u www x", "user");
    refused("-u www --user=other x", "user");
    refused("-u _ x", "options");
    refused("--user= x", "options");
    refused("-G none -G none x", "groups");
    refused("-G a --groups b x", "groups");
    refused("-G _ x", "options");
    refused("--groups= x", "options");
}

static void there_are_no_other_options_and_no_abbreviations(void **state) {
    static const char *const lines[] = {
        "--use www x",
        "--users www x",
        "--no-new-priv x",
        "--no x",
        "--USER www x",
        "--User=www x",
        "---user www x",
        "-x x",
        "-U www x",
        "-N x",
        "-nx x",
        "-n= x",
        "--=x x",
        "--user\t www x",
        "-1 x",
        "--no_new_privs x",
        "-\xc3\xbc x",
        "--versions",
        "--hel",
        "--keep-all x",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        refused(lines[i], "options");
}

static void a_value_that_is_missing_or_too_much_is_refused(void **state) {
    static const char *const lines[] = {
        "--user",
        "-u",
        "-nu",
        "--groups",
        "--keep",
        "-k",
        "--decode",
        "--strict= x",
        "--strict=yes x",
        "--no-new-privs=1 x",
        "--dry-run=json x",
        "--json=1 --dry-run x",
        "--help=x",
        "--version=1",
        "--list-caps=1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        refused(lines[i], "options");
}

static void without_a_command_there_is_nothing_to_do(void **state) {
    (void)state;
    refused("", "options");
    refused("--", "options");
    refused("-n", "options");
    refused("-u www -k all --", "options");
}

static void an_empty_argv_is_refused(void **state) {
    char *nothing[] = {NULL};
    struct options options;
    struct fail f = {0};

    (void)state;
    assert_int_equal(options_parse(0, nothing, &options, &f), -1);
    assert_int_equal(f.code, FAIL_USAGE);
}

static void an_empty_word_is_a_command(void **state) {
    struct options options;
    struct fail f;

    (void)state;
    assert_int_equal(parse(LINE((char[]){""}), &options, &f), 0);
    assert_string_equal(options.command[0], ""); /* which is not found: 127 */
}

/* ---- modes that only inspect ---- */

static void looking_has_its_own_modes(void **state) {
    static const struct {
        const char *line;
        enum mode mode;
        const char *value;
    } rows[] = {
        {"--assert=1", MODE_ASSERT, "1"},
        {"--assert 1", MODE_ASSERT, "1"},
        {"-qn -u a -G b -k 1 --assert=1 --json", MODE_ASSERT, "1"},
        {"--want 2 --disable-userns --no-login-env --strict --assert=1", MODE_ASSERT, "1"},
        {"--status", MODE_STATUS, NULL},
        {"--status=1", MODE_STATUS, "1"},
        {"--decode=400", MODE_DECODE, "400"},
        {"--decode 400", MODE_DECODE, "400"},
        {"--list-caps", MODE_LIST_CAPS, NULL},
        {"--help", MODE_HELP, NULL},
        {"-h", MODE_HELP, NULL},
        {"--version", MODE_VERSION, NULL},
        {"--help x", MODE_HELP, NULL},
        {"-n -V", MODE_VERSION, NULL},
        {"-V", MODE_VERSION, NULL},
        {"--status --json", MODE_STATUS, NULL},
        {"--json --status=7", MODE_STATUS, "7"},
        {"--list-caps --json", MODE_LIST_CAPS, NULL},
        {"--list-caps -v", MODE_LIST_CAPS, NULL},
        {"--decode=1 --json", MODE_DECODE, "1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct options options = read_as(rows[i].line);
        assert_int_equal(options.mode, rows[i].mode);
        assert_int_equal(options.mode_value == NULL, rows[i].value == NULL);
        if (rows[i].value != NULL)
            assert_string_equal(options.mode_value, rows[i].value);
    }
}

static void looking_and_running_do_not_mix(void **state) {
    static const char *const lines[] = {
        "--status x",         "--status 1",      "--decode=400 x",      "--list-caps x",
        "--status -n",        "-n --list-caps",  "--decode=1 -k 0",     "--status --user=www",
        "--status -n --json", "-v --status",     "--status --strict",   "--status --list-caps",
        "--help --version",   "--status --help", "--status --dry-run",  "--decode=1 -v",
        "--list-caps -q",     "--json x",        "--json -n x",         "-hV",
        "--version x",        "-qv x",           "--quiet --verbose x",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        refused(lines[i], "options");
}

static void an_assertion_takes_what_can_be_read_of_another_process_only(void **state) {
    static const char *const lines[] = {
        "--assert=1 --lock-securebits",
        "--lock-securebits -n --assert=1",
        "--assert=1 --chown-stdio",
        "--assert=1 --close-fds",
        "--assert=1 --pdeathsig TERM",
        "--assert=1 --dry-run",
        "-v --assert=1",

        "--assert=1 --assert=1",
        "--assert=1 --assert=2",
    };
    struct options options;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        refused(lines[i], "assert");
    refused("--assert=1 x", "options");
    refused("--assert=1 --dry-run x", "options");
    refused("--assert=1 --status", "options");
    refused("--status --assert=1", "options");
    refused("--assert", "options");
    assert_int_equal(parse_text("--assert=1 --close-fds -n", &options, &f), -1);
    assert_non_null(strstr(f.text, "--close-fds"));
    assert_non_null(f.hint);
}

static void json_goes_with_a_rehearsal(void **state) {
    struct options options = read_as("--dry-run --json x");

    (void)state;
    assert_true(options.json && options.request.dry_run);
}

static void what_was_read_before_a_refusal_is_there_for_the_report(void **state) {
    struct options options;
    struct fail f;

    (void)state;
    assert_int_equal(parse_text("--dry-run --json --bad x", &options, &f), -1);
    assert_true(options.json && options.request.dry_run);
}

/* Parses a line that is refused, and asserts its hint. */
static void advised(const char *text, const char *advice) {
    struct options options;
    struct fail f;

    assert_int_equal(parse_text(text, &options, &f), -1);
    if (strcmp(f.advice, advice) != 0)
        print_error("\"%s\": %s\n", text, f.advice);
    assert_string_equal(f.advice, advice);
}

static void a_mistyped_option_is_answered_with_the_nearest(void **state) {
    (void)state;
    advised("--no-new-priv x", "write --no-new-privs");
    advised("--lock x", "write --lock-securebits");
    advised("--groops=none x", "write --groups");
    advised("--USER www x", "write --user");
    advised("--no x", "");
    advised("-x x", "");
    advised("-nx x", "");
    advised("-no-new-priv x", "write --no-new-privs");
    advised("-N x", "write -n for --no-new-privs");
    advised("-[ x", "");
}

static void an_option_with_one_dash_is_no_cluster_of_letters(void **state) {
    (void)state;
    advised("-user root x", "write --user");
    advised("-keep=NET_RAW x", "write --keep");
    advised("-version", "write --version");
    assert_string_equal(read_as("-userx x").who.user, "serx");
}

static void letters_of_options_are_a_value_behind_a_blank_or_an_equals_sign(void **state) {
    (void)state;
    assert_string_equal(read_as("-u n x").who.user, "n");
    assert_string_equal(read_as("--user=n x").who.user, "n");
    assert_string_equal(read_as("-unx x").who.user, "nx");
    assert_string_equal(read_as("-uxn x").who.user, "xn");
    assert_string_equal(read_as("-nun- x").who.user, "n-");
}

static void a_dash_of_a_printed_page_is_told_from_the_ascii_one(void **state) {
    (void)state;
    advised("\u2013user root x", "write --user");
    advised("\u2014keep=NET_RAW x", "write --keep");
    advised("-\u2010usr root x", "write --user");
    advised("\u2212\u2015strict x", "write --strict");
    advised("\uff0d\uff0duser root x", "write --user");
    assert_string_equal(read_as("\uff0ex").command[0], "\uff0ex");
    advised("\u2013n x", "");
    refused("\u2013\u2013 x", "options");
    assert_string_equal(read_as("-- \u2013user").command[0], "\u2013user");
    assert_string_equal(read_as("\u2016x").command[0], "\u2016x");
    assert_string_equal(read_as("\u200fx").command[0], "\u200fx");
}

/* Parses a line that is refused, and asserts the hint, a static string, and that it has no result.
 */
static void hinted(const char *text, const char *hint) {
    struct options options;
    struct fail f;

    advised(text, "");
    assert_int_equal(parse_text(text, &options, &f), -1);
    assert_non_null(f.hint);
    if (strstr(f.hint, hint) == NULL)
        fail_msg("\"%s\": %s", text, f.hint);
}

static void an_option_of_another_tool_is_answered_with_the_own(void **state) {
    (void)state;
    hinted("--caps x", "write --keep CAP[,CAP...]");
    hinted("--cap-add=NET_RAW x", "write --keep CAP[,CAP...]");
    hinted("--ambient-caps +net_raw x", "write --keep CAP[,CAP...]");
    hinted("--inh-caps=-all x", "write --keep CAP[,CAP...]");
    hinted("--cap-drop ALL x", "leave it out: capwrap drops every capability");
    hinted("--bounding-set=-all x", "leave it out: capwrap drops every capability");
    hinted("--reuid=1 x", "write --user USER[:GROUP]");
    hinted("--uid 1 x", "write --user USER[:GROUP]");
    hinted("--regid=1 x", "write --user USER[:GROUP]");
    hinted("--gid 1 x", "write --user USER[:GROUP]");
    hinted("--nnp x", "write --no-new-privs");
    hinted("--no-new-privileges x", "write --no-new-privs");
    hinted("--clear-groups x", "write --groups none");
    hinted("--dump x", "write --status");
    hinted("-nnp x", "write --no-new-privs");
    hinted("-g 5 x", "write --user USER:GROUP for the primary group, or --groups LIST");
    hinted("--group=5 x", "write --user USER:GROUP for the primary group, or --groups LIST");
    hinted("-c id", "write sh -c LINE as the program");
    hinted("-it x", "write it before the image: docker run has it");
    hinted("--entrypoint x", "write it before the image: docker run has it");
    hinted("--reset-environment x", "write --reset-env");
    hinted("--show x", "write --status");
    hinted("--verify x", "run capwrap-learn, which has this option");
    hinted("--privileged x", "write --keep all");
    hinted("--env A=1 x", "write env NAME=VALUE before the program");
    advised("--cap x", "");
    advised("--reuids=1 x", "");
}

static void a_word_that_is_an_option_is_no_value(void **state) {
    (void)state;
    advised("--user --keep X",
            "write --user USER[:GROUP] (--user=VALUE for one that begins with -)");
    advised("-u -n x", "write --user USER[:GROUP] (--user=VALUE for one that begins with -)");
    advised("--chdir -- x", "write --chdir DIR (--chdir=VALUE for one that begins with -)");
    advised("--assert --dry-run", "write --assert=PID");
    advised("--assert", "write --assert=PID");
    advised("--chdir= x", "write --chdir DIR");
    advised("--strict=1 x", "write --strict");
}

static const char NAME_USER[] = "write --user USER[:GROUP], with names or numbers";
static const char TYPE_DASHES[] = "type the dashes as '-', or put -- before a program of this name";

/* The message about a line, word by word; the hint is one of the two kinds, or none. */
static const struct {
    const char *line, *text, *advice, *hint;
} REFUSALS[] = {
    {"--nope x", "'--nope' is not an option", "", NULL},
    {"-x x", "'-x' is not an option", "", NULL},
    {"--runAsUser 5 x", "'--runAsUser' is not an option", "", NAME_USER},
    {"-nx x", "'-x', in '-nx', is not an option", "", NULL},
    {"-\u00e1 x", "'-\u00e1' is not an option", "", NULL},
    {"-\u00e1n x", "'-\u00e1', in '-\u00e1n', is not an option", "", NULL},
    {"-\xff x", "'-\xff' is not an option", "", NULL},
    {"-\xffn x", "'-\xff', in '-\xffn', is not an option", "", NULL},
    {"-no-new-priv=abcdefgh x", "'-o', in '-no-new-priv=abcdefgh', is not an option",
     "write --no-new-privs", NULL},
    {"-KEEP x", "'-K', in '-KEEP', is not an option", "write --keep", NULL},
    {"-gid x", "'-g', in '-gid', is not an option", "", NAME_USER},
    {"-N x", "'-N' is not an option", "write -n for --no-new-privs", NULL},
    {"-user x", "'-user' is not an option: a long one begins with two dashes", "write --user",
     NULL},
    {"\u2013user x",
     "'\u2013user' begins with a dash that is not '-', as text copied from a page may",
     "write --user", NULL},
    {"\u2013-user x",
     "'\u2013-user' begins with a dash that is not '-', as text copied from a page may",
     "write --user", NULL},
    {"\u2013n x", "'\u2013n' begins with a dash that is not '-', as text copied from a page may",
     "", TYPE_DASHES},
    {"\u2014uid x",
     "'\u2014uid' begins with a dash that is not '-', as text copied from a page may", "",
     NAME_USER},
    {"--user --keep x", "--user (-u) needs a value, and '--keep' is an option",
     "write --user USER[:GROUP] (--user=VALUE for one that begins with -)", NULL},
    {"--chdir -- x", "--chdir needs a value, and '--' ends the options",
     "write --chdir DIR (--chdir=VALUE for one that begins with -)", NULL},
    {"--chdir -n", "--chdir needs a value, and '-n' is an option",
     "write --chdir DIR (--chdir=VALUE for one that begins with -)", NULL},
    {"--keep", "--keep (-k) needs a value", "write --keep CAP[,CAP...]", NULL},
    {"--keep= x", "the value of --keep (-k) is empty", "write --keep CAP[,CAP...]", NULL},
    {"--status= x", "the value of --status is empty", "write --status[=PID]", NULL},
    {"--chdir -nq", "--chdir needs a value, and '-nq' begins like an option",
     "write --chdir DIR (--chdir=VALUE for one that begins with -)", NULL},
    {"-un x", "--user (-u) needs a value, and 'n' stands for other options",
     "write --user USER[:GROUP] (--user=n for this value)", NULL},
    {"-nku x", "--keep (-k) needs a value, and 'u' stands for other options",
     "write --keep CAP[,CAP...] (--keep=u for this value)", NULL},
    {"-GhV x", "--groups (-G) needs a value, and 'hV' stands for other options",
     "write --groups LIST|init|none|keep (--groups=hV for this value)", NULL},
    {"--strict=1 x", "--strict takes no value", "write --strict", NULL},
    {"--strict=0 x", "--strict takes no value", "leave out --strict", NULL},
    {"--strict=false x", "--strict takes no value", "leave out --strict", NULL},
    {"--strict=no x", "--strict takes no value", "leave out --strict", NULL},
    {"--strict=of x", "--strict takes no value", "write --strict", NULL},
    {"--chdir a --chdir b x", "--chdir was given twice", "", "leave out one of the two"},
};

static void a_refusal_of_an_option_says_exactly_this(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        struct options options;
        struct fail f;

        assert_int_equal(parse_text(REFUSALS[i].line, &options, &f), -1);
        assert_string_equal(f.text, REFUSALS[i].text);
        assert_string_equal(f.advice, REFUSALS[i].advice);
        assert_int_equal(f.code, FAIL_USAGE);
        assert_int_equal(f.error, 0);
        if (REFUSALS[i].hint == NULL)
            assert_null(f.hint);
        else
            assert_string_equal(f.hint, REFUSALS[i].hint);
    }
}

static void an_option_and_its_value_are_two_words(void **state) {
    static char one[] = "--user www-data", other[] = "--nope x", x[] = "x";
    struct options options;
    struct fail f;

    (void)state;
    assert_int_equal(parse(LINE(one, x), &options, &f), -1);
    assert_string_equal(f.text, "'--user www-data' is not an option: it contains a blank");
    assert_non_null(f.hint);
    assert_non_null(strstr(f.hint, "as two words"));
    assert_int_equal(parse(LINE(other, x), &options, &f), -1);
    assert_null(f.hint);
}

/* The advice for a line of two words, of which the second has blanks in it. */
static void joined(char *option, const char *advice) {
    struct options options;
    struct fail f;
    char x[] = "x";

    assert_int_equal(parse(LINE(option, x), &options, &f), -1);
    assert_string_equal(f.advice, advice);
}

static void options_in_one_word_are_to_be_written_apart(void **state) {
    static char two[] = "--keep=KILL --user=web", end[] = "--keep=KILL -- id",
                short_one[] = "-kKILL -u web", unknown[] = "--umask=7 --nope",
                mode[] = "--umask=7 --status", none[] = "--user=web -- id",
                dashes[] = "--umask=7 --", away[] = "--keep=all -KILL",
                flags[] = "--keep=all=eip cap_kill-eip", one_away[] = "--keep=KILL -F",
                number[] = "--keep=KILL -9x";
    struct options options;
    struct fail f;

    (void)state;
    joined(two, "write --keep KILL --user=web as separate words, without quotes around all of it");
    joined(end, "write --keep KILL -- id as separate words, without quotes around all of it");
    joined(short_one, "write KILL -u web as separate words, without quotes around all of it");
    joined(mode, "write --umask 7 --status as separate words, without quotes around all of it");
    joined(dashes, "write --umask 7 -- as separate words, without quotes around all of it");
    joined(unknown, "");
    joined(away, "");
    joined(flags, "");
    joined(number, "write KILL -9x as separate words, without quotes around all of it");
    joined(one_away, "write KILL -F as separate words, without quotes around all of it");
    assert_int_equal(parse(LINE(none), &options, &f), -1);
    assert_string_equal(f.text, "no COMMAND was given");
    assert_string_equal(
        f.advice, "write --user=web -- id as separate words, without quotes around all of it");
}

static void a_command_that_is_the_name_of_an_option_is_advised(void **state) {
    struct fail f;

    (void)state;
    (void)fail_set(&f, "program", FAIL_NOT_FOUND, 0, "not found");
    options_advise("versions", &f);
    assert_string_equal(f.advice, "");
    options_advise("version", &f);
    assert_string_equal(f.advice, "write --version");
    options_advise("help", &f);
    assert_string_equal(f.advice, "write --version"); /* there is one already */
    f.advice[0] = '\0';
    options_advise("umask", &f);
    assert_string_equal(f.advice, "write --umask MODE");
    f.advice[0] = '\0';
    options_advise("user=web", &f);
    assert_string_equal(f.advice, "write --user=web");
    f.advice[0] = '\0';
    options_advise("status", &f);
    assert_string_equal(f.advice, "write --status");
}

static void names_of_variables_are_names(void **state) {
    (void)state;
    advised("--pass-env A=1 x", "write --pass-env A");
    advised("--pass-env A,B=1 x", "write --pass-env B");
    hinted("--pass-env $,B x", "name each variable, with commas between");
    hinted("--pass-env =1 x", "name each variable, with commas between");
    hinted("--pass-env LC_* x", "name each variable, with commas between");
    hinted("--pass-env $ x", "name each variable, with commas between");
    hinted("--pass-env A;B x", "name each variable, with commas between");
    advised("--pass-env A,$B,C x", "write --pass-env B");
    advised("--pass-env ${LANG} x", "write --pass-env LANG");
    advised("--pass-env ${A},B x", "write --pass-env A");
    advised("--pass-env $A=1 x", "write --pass-env A");
    advised("--pass-env A, x", "write --pass-env NAME[,NAME...], without a blank");
    assert_string_equal(read_as("--reset-env --pass-env A,B x").pass_env, "A,B");
    struct options options;
    struct fail f;
    assert_int_equal(
        parse(LINE((char[]){"--pass-env"}, (char[]){"A B"}, (char[]){"x"}), &options, &f), -1);
    assert_non_null(strstr(f.text, "'A B' is not the name of a variable: it contains a blank"));
    assert_non_null(f.hint);
}

static void what_only_inspects_names_the_option_that_it_does_not_take(void **state) {
    (void)state;
    advised("--status=1 -v", "leave out --verbose");
    advised("--list-caps -n", "leave out --no-new-privs");
    advised("--strict --status -u a", "leave out --user");
    hinted("--status --list-caps", "leave out one of the two");
}

static void a_mistyped_capability_is_answered_with_the_list_as_it_is_written(void **state) {
    (void)state;
    advised("-k NET_RAW+ep x", "write --keep NET_RAW (commas separate names)");
    advised("-k CHOWN,cap_net_raw=p x", "write --keep CHOWN,NET_RAW (commas separate names)");
    advised("--want net-raw x", "write --want NET_RAW (commas separate names)");
    hinted("--want ALL x", "name capabilities as capwrap --list-caps does, separated by commas");
    advised("-k all=ep x", "write --keep all");
    advised("-k CAP_ALL x", "write --keep all");
    advised("-k =ep x", "write --keep all");
    advised("-k * x", "write --keep all");
    advised("-k = x", "write --keep CAP[,CAP...] (--keep=VALUE for one that begins with -)");
    hinted("--keep== x", "name capabilities as capwrap");
    hinted("-k allo x", "name capabilities as capwrap");
    hinted("-k al=ep x", "name capabilities as capwrap");
    hinted("-k foo=ep x", "name capabilities as capwrap");
    hinted("-k alx=ep x", "name capabilities as capwrap");
    hinted("-k ep x", "name capabilities as capwrap");
    hinted("-k capxall=ep x", "name capabilities as capwrap");
    hinted("--want all=ep x", "name capabilities as capwrap");
    hinted("-k KILL,-NET_RAW x", "list the capabilities that the program needs: all others");
    hinted("-k ~CAP_KILL x", "list the capabilities that the program needs: all others");
    hinted("-k !KILL x", "list the capabilities that the program needs: all others");
    hinted("--keep=-KILL x", "list the capabilities that the program needs: all others");
    hinted("-k setpcap-e x", "list the capabilities that the program needs: all others");
    hinted("-k all-eip x", "list the capabilities that the program needs: all others");
    advised("-k KILL- x", "write --keep KILL (commas separate names)");
    advised("-k net-raw x", "write --keep NET_RAW (commas separate names)");
    advised("-k =NET_RAW x", "write --keep NET_RAW (commas separate names)");
    advised("-k =kill x", "write --keep KILL (commas separate names)");
    advised("-k 0x2000 x", "write --keep NET_RAW (commas separate names)");
    advised("-k 0X2001 x", "write --keep CHOWN,NET_RAW (commas separate names)");
    advised("--want 00002000 x", "write --want NET_RAW (commas separate names)");
    advised("-k 0000000000002000 x", "write --keep NET_RAW (commas separate names)");
    hinted("-k 0002000 x", "name capabilities as capwrap");
    hinted("-k 0x x", "name capabilities as capwrap");
    hinted("-k 0x0 x", "name capabilities as capwrap");
    hinted("-k 00000000000002000 x", "name capabilities as capwrap");
    advised("-k $CAPS x",
            "expand $CAPS first: no shell has done it, as in the exec form of a Dockerfile");
    advised("-k KILL, x", "write --keep KILL[,CAP...], without a blank");
    advised("-k , x", "write --keep CAP[,CAP...], without a blank");
    hinted("-k -1 x", "name capabilities as capwrap --list-caps does, separated by commas");
    advised("--pdeathsig $S x",
            "expand $S first: no shell has done it, as in the exec form of a Dockerfile");
    hinted("--pdeathsig TREM x",
           "write --pdeathsig TERM, or the number of another signal; 0 for none");
}

static void a_character_that_is_not_seen_is_named(void **state) {
    struct options options;
    struct fail f;

    (void)state;
    assert_int_equal(
        parse(LINE((char[]){"--keep"}, (char[]){"CHOWN\r"}, (char[]){"x"}), &options, &f), -1);
    assert_non_null(strstr(f.text, "it contains a carriage return"));
    assert_non_null(strstr(f.advice, "write --keep CHOWN"));
    assert_int_equal(
        parse(LINE((char[]){"--keep"}, (char[]){"CHOWN KILL"}, (char[]){"x"}), &options, &f), -1);
    assert_non_null(strstr(f.text, "it contains a blank"));
    assert_non_null(strstr(f.advice, "write --keep CHOWN,KILL "));
    assert_int_equal(
        parse(LINE((char[]){"--pdeathsig"}, (char[]){"\"TERM\""}, (char[]){"x"}), &options, &f),
        -1);
    assert_non_null(strstr(f.text, "it contains a quote"));
    assert_int_equal(
        parse(LINE((char[]){"--keep"}, (char[]){"KILL and CHOWN"}, (char[]){"x"}), &options, &f),
        -1);
    assert_non_null(strstr(f.text, "it contains a blank"));
    assert_non_null(strstr(f.hint, "name capabilities as capwrap"));
    assert_string_equal(f.advice, "");
    assert_int_equal(
        parse(LINE((char[]){"--keep"}, (char[]){"N\u0415T_RAW"}, (char[]){"x"}), &options, &f), -1);
    assert_non_null(strstr(f.text, "it contains a letter that is not ASCII"));
    assert_string_equal(f.advice, "type the name again: it contains a letter that is not ASCII");
}

static void an_option_that_inspects_tells_what_to_leave_out(void **state) {
    (void)state;
    advised("--status 1", "write --status=1");
    advised("--status=1 2", "leave out 2");
    advised("--list-caps x", "leave out x");
    advised("--version extra", "leave out extra");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_a_program_that_takes_a_user_first_is_refused),
        cmocka_unit_test(without_any_word_no_name_is_read),
        cmocka_unit_test(without_options_there_is_only_the_command),
        cmocka_unit_test(every_flag_sets_its_own_field_and_no_other),
        cmocka_unit_test(a_flag_may_be_repeated),
        cmocka_unit_test(a_value_stands_in_four_places),
        cmocka_unit_test(a_value_that_looks_like_an_option_is_written_with_an_equals_sign),
        cmocka_unit_test(options_end_at_the_first_other_word),
        cmocka_unit_test(kept_capabilities_add_up),
        cmocka_unit_test(lists_of_capabilities_are_strict),
        cmocka_unit_test(an_empty_element_of_a_list_is_called_so),
        cmocka_unit_test(user_and_groups_are_given_once_and_not_empty),
        cmocka_unit_test(there_are_no_other_options_and_no_abbreviations),
        cmocka_unit_test(a_value_that_is_missing_or_too_much_is_refused),
        cmocka_unit_test(without_a_command_there_is_nothing_to_do),
        cmocka_unit_test(an_empty_argv_is_refused),
        cmocka_unit_test(an_empty_word_is_a_command),
        cmocka_unit_test(looking_has_its_own_modes),
        cmocka_unit_test(looking_and_running_do_not_mix),
        cmocka_unit_test(an_assertion_takes_what_can_be_read_of_another_process_only),
        cmocka_unit_test(json_goes_with_a_rehearsal),
        cmocka_unit_test(what_was_read_before_a_refusal_is_there_for_the_report),
        cmocka_unit_test(a_mistyped_option_is_answered_with_the_nearest),
        cmocka_unit_test(an_option_with_one_dash_is_no_cluster_of_letters),
        cmocka_unit_test(letters_of_options_are_a_value_behind_a_blank_or_an_equals_sign),
        cmocka_unit_test(a_dash_of_a_printed_page_is_told_from_the_ascii_one),
        cmocka_unit_test(an_option_of_another_tool_is_answered_with_the_own),
        cmocka_unit_test(a_word_that_is_an_option_is_no_value),
        cmocka_unit_test(a_refusal_of_an_option_says_exactly_this),
        cmocka_unit_test(an_option_and_its_value_are_two_words),
        cmocka_unit_test(options_in_one_word_are_to_be_written_apart),
        cmocka_unit_test(a_command_that_is_the_name_of_an_option_is_advised),
        cmocka_unit_test(names_of_variables_are_names),
        cmocka_unit_test(what_only_inspects_names_the_option_that_it_does_not_take),
        cmocka_unit_test(a_mistyped_capability_is_answered_with_the_list_as_it_is_written),
        cmocka_unit_test(a_character_that_is_not_seen_is_named),
        cmocka_unit_test(an_option_that_inspects_tells_what_to_leave_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
