#include "learn/options.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/cred.h"
#include "learn/error.h"
#include "learn/report/quote.h"
#include "learn/report/snippets.h"
#include "text/capname.h"
#include "text/list.h"
#include "text/nearest.h"
#include "text/number.h"
#include "text/option_meant.h"
#include "text/optparse.h"

static const char STEP[] = "options";
static const char HINT[] = "see capwrap-learn --help";

#define refuse(f, hint, ...) error_set(f, STEP, 0, hint, __VA_ARGS__)

/* ---- the options ---- */

static int read_word(const struct option *option, void *into, const char *value, struct fail *f) {
    return optparse_word(STEP, option, into, value, f);
}

static const char *const TARGET_OPTIONS[] = {"pid", "cgroup", "unit", "container"};

/* Several targets may be given, also of one kind. */
static int read_target(const struct option *option, void *into, const char *value, struct fail *f) {
    struct learn_options *options = into;
    unsigned kind = 0;

    while (strcmp(TARGET_OPTIONS[kind], option->name) != 0)
        kind++;
    if (options->target_count == TARGETS_MOST)
        return refuse(f, "watch fewer at once",
                      "--%s %s is one more than the %d that can be watched", option->name, value,
                      TARGETS_MOST);
    options->targets[options->target_count++] = (struct target_name){kind, value};
    return 0;
}

static int read_runs(const struct option *option, void *into, const char *value, struct fail *f) {
    struct learn_options *options = into;

    if (options->run_count == TARGETS_MOST)
        return refuse(f, "add fewer at once", "--%s %s is one more than the %d that can be added",
                      option->name, value, TARGETS_MOST);
    options->runs[options->run_count++] = value;
    return 0;
}

#define FLAG(member)                                                                               \
    .takes = NO_VALUE, .read = optparse_flag, .place = offsetof(struct learn_options, member)
#define WORD(member)                                                                               \
    .takes = VALUE, .read = read_word, .place = offsetof(struct learn_options, member)

#define TARGET .takes = VALUE, .read = read_target
#define RUNS   .takes = VALUE, .read = read_runs

/* For struct option.what: options for a command to start; for both, which change only the report;
 * for what runs already. */
enum { ABOUT_LEARNING, ABOUT_REPORT, ABOUT_TARGETS };

/* One row for each option, in the order of --help. */
static const struct option OPTIONS[] = {
    {"user", 'u', WORD(user), .argument = " USER[:GROUP]",
     .help = "user to run as, and group (default: nobody;\nthe caller where that is not root)"},
    {"verify", 0, FLAG(verify),
     .help = "run it again with less, until nothing more can go,\nand confirm what is left"},
    {"test", 0, WORD(test), .argument = " CMD",
     .help = "it works when this shell line succeeds; tried until\n"
             "then; without the program it must fail"},
    {"expect-status", 0, WORD(expect_word), .argument = " N",
     .help = "it works when it ends with this status (default: 0);\n"
             "not with --test"},
    {"reset", 0, WORD(reset), .argument = " CMD", .help = "a shell line to run before each run"},
    {"fixture", 0, WORD(fixture), .argument = " CMD",
     .help = "a shell line that is alive during each run, and is\n"
             "ended after it"},
    {"fixture-ready", 0, WORD(fixture_ready), .argument = " CMD",
     .help = "the fixture is ready when this shell line succeeds\n"
             "(default: at once)"},
    {"repeat", 0, WORD(repeat_word), .argument = " N",
     .help = "try a set that fails N times (default: 3; 2 or 1\n"
             "where the watch tells why it fails)"},
    {"no-trace", 0, FLAG(no_trace), .help = "do not watch: find the set by trying alone"},
    {"timeout", 0, WORD(timeout_word), .argument = " SECONDS",
     .help = "end each run after this time (default: none for the\n"
             "first run; with --test 10)"},
    {"pid", 0, TARGET, .argument = " PID", .what = ABOUT_TARGETS,
     .help = "in place of COMMAND: watch this process, which runs\n"
             "already, and its descendants"},
    {"cgroup", 0, TARGET, .argument = " PATH", .what = ABOUT_TARGETS,
     .help = "watch what runs in this cgroup"},
    {"unit", 0, TARGET, .argument = " NAME", .what = ABOUT_TARGETS,
     .help = "watch a unit of systemd"},
    {"container", 0, TARGET, .argument = " ID", .what = ABOUT_TARGETS,
     .help = "watch a container of Docker or Podman, by id or name"},
    {"for", 0, WORD(for_word), .argument = " TIME", .what = ABOUT_TARGETS,
     .help = "how long to watch: 90s, 5m, 1h (default: until\nCtrl-C)"},
    {"until-idle", 0, WORD(idle_word), .argument = " TIME", .what = ABOUT_TARGETS,
     .help = "watch until nothing new was seen for this time"},
    {"runs", 0, RUNS, .argument = " FILE", .what = ABOUT_TARGETS,
     .help = "add what an earlier run or watch found, whose report\n"
             "--format json has written"},
    {"check", 0, WORD(check_word), .argument = " LIST", .what = ABOUT_REPORT,
     .help = "status 1 when it needs more than these capabilities"},
    {"format", 0, WORD(format_word), .argument = " FORMAT", .what = ABOUT_REPORT,
     .help = "what to report: text (default), json, or the\n"
             "configuration that runs it: capwrap, dockerfile,\n"
             "compose, kubernetes, systemd"},
    {"json", 0, FLAG(json), .what = ABOUT_REPORT, .help = "the same as --format json; needs -o"},
    {"output", 'o', WORD(output), .argument = " FILE", .what = ABOUT_REPORT,
     .help = "report to FILE (default: standard error); with -, to\n"
             "standard output, and what COMMAND prints there to\nstandard error"},
    {"verbose", 'v', FLAG(verbose), .what = ABOUT_REPORT,
     .help = "also report what was asked for incidentally"},
    {"help", 'h', FLAG(help), .what = ABOUT_REPORT, .help = "show this"},
    {"version", 'V', FLAG(version), .what = ABOUT_REPORT, .help = "show the version"},
};

/* Names that other programs and capwrap use for these options. */
static const struct foreign_options FOREIGN[] = {
    {"keep,want,k,no-new-privs,n,dry-run,groups,G,strict,chdir,reset-env,pass-env",
     "leave it out: capwrap has this option, and capwrap-learn runs the program to find what to "
     "keep"},
    {"status,assert,decode,list-caps", "run capwrap, which has this option"},
    {"run,start,exec,learn",
     "leave it out: write capwrap-learn COMMAND, or --runs FILE beside --pid"},
    {"attach,watch,follow,monitor",
     "write --pid PID, --unit NAME, --container ID or --cgroup PATH"},
    {"merge,add,combine,report", "write --runs FILE beside --pid, --unit, --container or --cgroup"},
    {"service,name", "write --unit NAME, or --container NAME"},
    {"docker,podman,pod,image", "write --container ID"},
    {"process,p", "write --pid PID"},
    {"duration,time,t", "write --for TIME to watch what runs, or --timeout SECONDS for a COMMAND"},
    {"retries,retry,tries", "write --repeat N"},
    {"trace,strace", "leave it out: capwrap-learn watches, except with --no-trace"},
    {"caps,cap-add,capabilities", "write --check LIST"},
};

static const struct option_table TABLE = {.options = OPTIONS,
                                          .count = sizeof OPTIONS / sizeof OPTIONS[0],
                                          .foreign = FOREIGN,
                                          .foreign_count = sizeof FOREIGN / sizeof FOREIGN[0]};

void learn_options_help(void) {
    (void)fputs("Usage: capwrap-learn [OPTION...] [--] COMMAND [ARGUMENT...]\n"
                "       capwrap-learn --pid PID [OPTION...]\n"
                "Run COMMAND as an ordinary user and report which capabilities it needs, or\n"
                "report which ones a program uses that runs already.\n"
                "\n",
                stdout);
    optparse_help(stdout, &TABLE);
    (void)fputs("\n"
                "Exit status: 0 learned; 1 more than LIST is needed; 2 not confirmed, or not\n"
                "known whether LIST is enough; 125 wrong usage, or it cannot be learned here;\n"
                "126 COMMAND cannot be executed; 127 COMMAND was not found.\n"
                "\n"
                "  capwrap-learn --verify -- ping -c 1 192.0.2.1\n"
                "  capwrap-learn --unit nginx --for 5m\n",
                stdout);
}

void learn_options_again(FILE *out, const struct learn_options *options, const char *format) {
    (void)fprintf(out, "capwrap-learn --format %s", format);
    for (size_t i = 0; i < TABLE.count; i++) {
        const struct option *option = &OPTIONS[i];
        const void *value = (const char *)options + option->place;
        if (option->what != ABOUT_LEARNING)
            continue;
        if (option->takes == NO_VALUE && *(const bool *)value)
            (void)fprintf(out, " --%s", option->name);
        if (option->takes == VALUE && *(const char *const *)value != NULL) {
            (void)fprintf(out, " --%s ", option->name);
            quote_shell(out, *(const char *const *)value);
        }
    }
    (void)fputs(" --", out);
    for (size_t i = 0; options->command[i] != NULL; i++) {
        (void)fputc(' ', out);
        quote_shell(out, options->command[i]);
    }
}

/* ---- what words say ---- */

static int read_number(const char *name, const char *word, uint64_t most, unsigned *number,
                       struct fail *f) {
    uint64_t value;

    if (word == NULL)
        return 0;
    if (number_parse(word, most, &value) != 0 || value == 0)
        return refuse(f,
                      strcmp(name, "timeout") == 0 ? "write seconds as a decimal number, such as 10"
                                                   : "write a decimal number, such as 10",
                      "--%s: '%s' is not a number from 1 to %u", name, word, (unsigned)most);
    *number = (unsigned)value;
    return 0;
}

static int read_status(const char *word, unsigned *status, struct fail *f) {
    uint64_t value;

    if (word == NULL)
        return 0;
    if (number_parse(word, 255, &value) != 0)
        return refuse(f, "write the exit status, such as --expect-status 1",
                      "--expect-status: '%s' is not a number from 0 to 255", word);
    *status = (unsigned)value;
    return 0;
}

static int refuse_cap(const char *list, const struct list *words, struct fail *f) {
    (void)refuse(f, NULL, "--check: '%.*s' is not a capability", (int)words->length, words->word);
    capname_advise("check", list, f);
    return -1;
}

static int read_check(const char *list, uint64_t *set, struct fail *f) {
    if (list == NULL || strcasecmp(list, "none") == 0)
        return 0;
    for (struct list words = {.rest = list}; list_next(&words);) {
        int cap = capname_parse(words.word, words.length);
        if (words.length == 0)
            return refuse(f, "write --check CAP[,CAP...], without a blank",
                          "--check: the list '%s' has an empty element", list);
        if (cap < 0)
            return refuse_cap(list, &words, f);
        *set |= CAP_MASK(cap);
    }
    return 0;
}

static int refuse_format(const char *word, struct fail *f) {
    struct nearest search = {.word = word, .length = strlen(word)};

    static const char *const others[][2] = {
        {"docker-compose,compose.yaml,docker-compose.yml", "compose"},
        {"k8s,kube,pod,yaml,yml,manifest", "kubernetes"},
        {"unit,service,ini", "systemd"},
        {"shell,sh,bash,command", "capwrap"},
    };

    (void)refuse(f, "write one of text, json, capwrap, dockerfile, compose, kubernetes and systemd",
                 "--format: '%s' is not a format", word);
    for (unsigned kind = 0; kind < SNIPPETS; kind++)
        nearest_offer(&search, snippet_name(kind));
    nearest_offer(&search, "json");
    nearest_offer(&search, "text");
    if (nearest_found(&search) != NULL)
        fail_advise(f, "write --format %s", nearest_found(&search));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (list_has(others[i][0], word, strlen(word)))
            fail_advise(f, "write --format %s", others[i][1]);
    return -1;
}

static int read_format(struct learn_options *options, struct fail *f) {
    const char *word = options->format_word != NULL ? options->format_word
                       : options->json              ? "json"
                                                    : "text";

    for (unsigned kind = 0; kind < SNIPPETS; kind++)
        if (strcmp(word, snippet_name(kind)) == 0)
            options->format = FORMAT_SNIPPET + kind;
    if (strcmp(word, "json") == 0)
        options->format = FORMAT_JSON;
    else if (strcmp(word, "text") != 0 && options->format == FORMAT_TEXT)
        return refuse_format(word, f);
    if (options->json && options->format != FORMAT_JSON)
        return refuse(f, "leave out one of the two", "--json is --format json, and not --format %s",
                      word);
    if (options->format == FORMAT_JSON && options->output == NULL)
        return refuse(f, "add -o FILE, or -o - for standard output", "--%s needs -o",
                      options->json ? "json" : "format json");
    return 0;
}

/* Parses 90s, 5m, 1h; a bare number is in seconds. */
static int read_time(const char *name, const char *word, unsigned *seconds, struct fail *f) {
    enum { MOST = 366 * 86400 };
    static const char units[] = "smh";
    static const unsigned factors[] = {1, 60, 3600};
    char digits[16];
    uint64_t value;

    if (word == NULL)
        return 0;
    size_t length = strlen(word);
    const char *unit = length > 1 ? strchr(units, word[length - 1]) : NULL;
    unsigned factor = unit != NULL ? factors[unit - units] : 1;
    (void)snprintf(digits, sizeof digits, "%.*s", (int)(length - (unit != NULL)), word);
    if (length >= sizeof digits || number_parse(digits, MOST / factor, &value) != 0 || value == 0)
        return refuse(f, "write a time such as 90s, 5m or 1h",
                      "--%s: '%s' is not a time from 1s to %uh", name, word, MOST / 3600);
    *seconds = (unsigned)value * factor;
    return 0;
}

/* An option for a command cannot be used for what runs already, and vice versa. */
static int check_kind(const struct learn_options *options, struct fail *f) {
    bool targets = options->target_count > 0;

    for (size_t i = 0; i < TABLE.count; i++) {
        const struct option *option = &OPTIONS[i];
        const void *value = (const char *)options + option->place;
        bool given = option->takes == NO_VALUE     ? *(const bool *)value
                     : option->read == read_runs   ? options->run_count > 0
                     : option->read == read_target ? false
                                                   : *(const char *const *)value != NULL;
        if (targets && option->what == ABOUT_LEARNING && given)
            return refuse(f,
                          strcmp(option->name, "timeout") == 0
                              ? "write --for TIME"
                              : "leave it out, or give a COMMAND in place of what runs already",
                          "--%s applies only to a COMMAND that is started", option->name);
        if (!targets && option->what == ABOUT_TARGETS && given)
            return refuse(f,
                          strcmp(option->name, "for") == 0 && options->command[0] != NULL
                              ? "write --timeout SECONDS, which ends each run of COMMAND"
                          : options->command[0] != NULL
                              ? "leave it out, or write --pid, --cgroup, --unit or --container in "
                                "place of COMMAND"
                              : "add --pid, --cgroup, --unit or --container",
                          "--%s applies only to what runs already", option->name);
    }
    if (targets && options->command[0] != NULL)
        return refuse(f, "leave out one of the two",
                      "COMMAND '%s' is to be started, but --%s names what runs already",
                      options->command[0], TARGET_OPTIONS[options->targets[0].kind]);
    if (targets && options->format == FORMAT_SNIPPET)
        return refuse(f, "write --format dockerfile, compose, kubernetes or systemd",
                      "--format capwrap prints a line that starts a COMMAND; it does not apply to "
                      "what runs already");
    return 0;
}

/* Checks that need the whole command line. */
static int check(struct learn_options *options, char *const *argv, struct fail *f) {
    if (options->help || options->version)
        return 0;
    if (read_number("timeout", options->timeout_word, 86400, &options->timeout, f) != 0 ||
        read_number("repeat", options->repeat_word, 100, &options->repeat, f) != 0 ||
        read_status(options->expect_word, &options->expect_status, f) != 0 ||
        read_check(options->check_word, &options->check, f) != 0 || read_format(options, f) != 0 ||
        read_time("for", options->for_word, &options->seconds, f) != 0 ||
        read_time("until-idle", options->idle_word, &options->idle, f) != 0 ||
        check_kind(options, f) != 0)
        return -1;
    if (options->target_count > 0)
        return 0;
    if (options->command[0] == NULL)
        return option_refuse_no_command("capwrap-learn", argv, f);
    options->verify |= options->no_trace;
    if (!options->verify && (options->reset != NULL || options->repeat_word != NULL))
        return refuse(f, "add --verify", "--%s requires --verify",
                      options->reset != NULL ? "reset" : "repeat");
    if (options->expect_word != NULL && options->test != NULL)
        return refuse(f, "leave out one of the two",
                      "--expect-status cannot be combined with --test");
    if (options->fixture_ready != NULL && options->fixture == NULL)
        return refuse(f, "add --fixture CMD", "--fixture-ready requires --fixture");
    return 0;
}

/* The option whose value of several words was not quoted, so that COMMAND is its second word. */
static const char *open_value(const struct learn_options *options, const char **value) {
    const char *const values[][2] = {
        {"test", options->test},        {"reset", options->reset},
        {"fixture", options->fixture},  {"fixture-ready", options->fixture_ready},
        {"check", options->check_word},
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        /* it ends the argument before COMMAND, alone or after "=" */
        if (values[i][1] != NULL && options->command[-1] + strlen(options->command[-1]) ==
                                        values[i][1] + strlen(values[i][1])) {
            *value = values[i][1];
            return values[i][0];
        }
    return NULL;
}

void learn_options_advise(const struct learn_options *options, struct fail *f) {
    const char *command = options->command[0], *value;

    if (f->code != FAIL_NOT_FOUND)
        return;
    const char *name = open_value(options, &value);
    if (name == NULL)
        option_advise_command(&TABLE, command, f);
    else if (strcmp(name, "check") != 0)
        fail_advise(f, "write the line of --%s in quotes: --%s '%s %s ...'", name, name, value,
                    command);
    else if (capname_parse(command, strcspn(command, ",")) >= 0)
        fail_advise(f, "write --check %s,%s: commas separate names, and no blank", value, command);
    for (size_t i = 0; i < TABLE.foreign_count && f->advice[0] == '\0' && f->hint == NULL; i++)
        if (list_has(FOREIGN[i].names, command, strlen(command)))
            f->hint = FOREIGN[i].hint;
}

int learn_options_parse(int argc, char **argv, struct learn_options *options, struct fail *f) {
    memset(options, 0, sizeof *options);
    if (optparse_read(&TABLE, argc, argv, options, &options->command, f) != 0) {
        if (f->hint == NULL)
            f->hint = HINT;
        return -1;
    }
    return check(options, argv, f);
}
