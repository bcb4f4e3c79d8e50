#include "capwrap/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "capwrap/foreign.h"
#include "core/directory.h"
#include "text/capname.h"
#include "text/list.h"
#include "text/number.h"
#include "text/option_meant.h"
#include "text/optparse.h"
#include "text/printable.h"
#include "text/signame.h"

static const char STEP[] = "options";

/* In struct option.what: an option that --assert accepts too, because its effect can be read of
 * another process. */
enum { ASSERTED = 1 };

/* Fills *f with an error of the command line and its hint. Its value is -1. */
#define refuse(f, step, hint, ...)                                                                 \
    ((void)fail_set(f, step, FAIL_USAGE, 0, __VA_ARGS__), fail_hint(f, hint))

/* ---- how an option is read ---- */

static void note_option(struct options *options, const struct option *option) {
    options->run_option = option->name;
    if (option->what != ASSERTED)
        options->start_option = option->name;
}

static int read_flag(const struct option *option, void *into, const char *value, struct fail *f) {
    note_option(into, option);
    return optparse_flag(option, into, value, f);
}

static int read_word(const struct option *option, void *into, const char *value, struct fail *f) {
    note_option(into, option);
    return optparse_word(option->name, option, into, value, f);
}

/* Refuses a word in the list value that is not a capability. */
static int refuse_cap(const struct option *option, const char *value, const struct list *list,
                      struct fail *f) {
    char start[CAPNAME_SIZE];
    int length = (int)list->length;

    (void)snprintf(start, sizeof start, "%.*s", length, list->word);
    (void)fail_set(f, option->name, FAIL_USAGE, 0, "'%.*s' is not a capability%s", length,
                   list->word, printable_oddity(start));
    capname_advise(option->name, value, f);
    return -1;
}

/* Refuses a comma with nothing before or after it. */
static int refuse_empty(const struct option *option, const char *value, struct fail *f) {
    char caps[CAPNAME_LIST_SIZE];

    (void)fail_set(f, option->name, FAIL_USAGE, 0, "the list '%s' has an empty element", value);
    fail_advise(f, "write --%s%s, without a blank", option->name, option->argument);
    if (strstr(option->argument, "CAP") != NULL && capname_suggest(value, caps))
        fail_advise(f, "write --%s %s[,CAP...], without a blank", option->name, caps);
    return -1;
}

static bool is_word(const char *word, size_t length, const char *expected) {
    return length == strlen(expected) && strncasecmp(word, expected, length) == 0;
}

/* Adds one element of the list after --keep or --want, which accepts only names. */
static int add_cap(const struct option *option, struct options *options, const char *value,
                   const struct list *list, struct fail *f) {
    uint64_t *set = (void *)((char *)options + option->place);
    const bool keep = set == &options->request.keep;
    int cap = capname_parse(list->word, list->length);

    if (list->length == 0)
        return refuse_empty(option, value, f);
    if (cap >= 0) {
        *set |= UINT64_C(1) << cap;
    } else if (keep && is_word(list->word, list->length, "all")) {
        options->request.keep_all = true;
    } else if (keep && is_word(list->word, list->length, "none")) {
        options->keep_none = true;
    } else {
        return refuse_cap(option, value, list, f);
    }
    if (keep && options->keep_given && (options->request.keep_all || options->keep_none))
        return refuse(f, option->name,
                      "write --keep all, --keep none or --keep CAP[,CAP...], and once",
                      "'all' and 'none' stand alone");
    options->keep_given |= keep;
    return 0;
}

static int read_caps(const struct option *option, void *into, const char *value, struct fail *f) {
    note_option(into, option);
    for (struct list list = {.rest = value}; list_next(&list);)
        if (add_cap(option, into, value, &list, f) != 0)
            return -1;
    return 0;
}

static int read_signal(const struct option *option, void *into, const char *value, struct fail *f) {
    struct options *options = into;
    int signal = signame_parse(value);

    if (options->request.change_parent_death)
        return optparse_refuse_twice(option->name, option, f);
    if (signal < 0) {
        (void)refuse(f, option->name,
                     "write --pdeathsig TERM, or the number of another signal; 0 for none",
                     "'%s' is not a known signal%s", value, printable_oddity(value));
        (void)printable_advice(value, sizeof f->advice, f->advice);
        return -1;
    }
    note_option(options, option);
    options->request.change_parent_death = true;
    options->request.parent_death_signal = signal;
    return 0;
}

/* umask(1): octal digits, as many as a mode has. */
static int read_umask(const struct option *option, void *into, const char *value, struct fail *f) {
    enum { DIGITS = 4, HIGHEST = 0777 };
    struct options *options = into;
    size_t length = strspn(value, "01234567");
    unsigned long mask = strtoul(value, NULL, 8);

    if (options->request.change_umask)
        return optparse_refuse_twice(option->name, option, f);
    if (length == 0 || length > DIGITS || value[length] != '\0' || mask > HIGHEST)
        return refuse(f, option->name, "write the mask in octal, such as --umask 022",
                      "'%s' is not a mask: 1 to 4 octal digits, at most 0777", value);
    note_option(options, option);
    options->request.change_umask = true;
    options->request.umask = (unsigned)mask;
    return 0;
}

/* Reads names of variables. Whether they are set is not checked. */
static int read_names(const struct option *option, void *into, const char *value, struct fail *f) {
    for (struct list list = {.rest = value}; list_next(&list);) {
        const size_t name = strcspn(list.word, "=, \t\r\n\"'$*?:;");
        const char *bare = list.word + strspn(list.word, "${");
        const int length = (int)strcspn(bare, "}=,");

        if (list.length == 0)
            return refuse_empty(option, value, f);
        if (name == list.length)
            continue;
        (void)fail_set(f, option->name, FAIL_USAGE, 0, "'%.*s' is not the name of a variable%s",
                       (int)list.length, list.word,
                       list.word[name] == '=' ? ": it has a value"
                                              : printable_oddity(list.word + name));
        f->hint = "name each variable, with commas between, such as --pass-env LANG,TZ";
        if ((list.word[0] == '$' || list.word[name] == '=') && length > 0)
            fail_advise(f, "write --%s %.*s", option->name, length, bare);
        return -1;
    }
    return read_word(option, into, value, f);
}

static int read_label(const struct option *option, void *into, const char *value, struct fail *f) {
    if (strlen(value) > LABEL_MOST)
        return refuse(f, option->name, "name a label that the security module has",
                      "a label has at most %d bytes", LABEL_MOST);
    return read_word(option, into, value, f);
}

static const char *mode_name(enum mode mode);

static int read_mode(const struct option *option, void *into, const char *value, struct fail *f) {
    struct options *options = into;

    if (options->mode == MODE_ASSERT && options->mode == (enum mode)option->what)
        return optparse_refuse_twice(option->name, option, f);
    if (options->mode != MODE_RUN)
        return refuse(f, STEP, "leave out one of the two", "--%s and --%s both only inspect",
                      mode_name(options->mode), option->name);
    options->mode = (enum mode)option->what;
    options->mode_value = value;
    return 0;
}

/* ---- the options ---- */

#define FLAG(member) .takes = NO_VALUE, .read = read_flag, .place = offsetof(struct options, member)
#define CAPS(member) .takes = VALUE, .read = read_caps, .place = offsetof(struct options, member)
#define WORD(member) .takes = VALUE, .read = read_word, .place = offsetof(struct options, member)
#define LABEL(module)                                                                              \
    .takes = VALUE, .read = read_label, .place = offsetof(struct options, request.label[module])
#define MODE(value, mode) .takes = (value), .read = read_mode, .what = (mode)

/* One row for each option, in the order of --help. */
static const struct option OPTIONS[] = {
    {"user", 'u', WORD(who.user), .what = ASSERTED, .argument = " USER[:GROUP]",
     .help = "user to run as, and group; names or numbers"},
    {"groups", 'G', WORD(who.groups), .what = ASSERTED, .argument = " LIST|init|none|keep",
     .help = "supplementary groups (default: init, the user's own;\n"
             "none, the primary group alone, if GROUP is given);\n"
             "init,LIST adds to the user's own"},
    {"keep", 'k', CAPS(request.keep), .what = ASSERTED, .argument = " CAP[,CAP...]",
     .help = "capabilities that the program holds; none (default),\nall"},
    {"want", 0, CAPS(request.want), .what = ASSERTED, .argument = " CAP[,CAP...]",
     .help = "capabilities that the program holds where they are\npermitted"},
    {"no-new-privs", 'n', FLAG(request.no_new_privs), .what = ASSERTED,
     .help = "set no_new_privs: no execve(2) adds a privilege"},
    {"lock-securebits", 0, FLAG(request.lock_securebits),
     .help = "uid 0 is not special, no keep-caps, no ambient raise;\nall of it locked"},
    {"disable-userns", 0, FLAG(request.disable_userns), .what = ASSERTED,
     .help = "no user namespace can be made or entered; needs\n--no-new-privs"},
    {"no-login-env", 0, FLAG(who.ids_only), .what = ASSERTED,
     .help = "do not change HOME, USER and LOGNAME"},
    {"reset-env", 0, FLAG(reset_env),
     .help = "set HOME, USER, LOGNAME, SHELL and PATH, keep TERM,\nremove every other variable"},
    {"pass-env", 0, .takes = VALUE, .read = read_names, .place = offsetof(struct options, pass_env),
     .argument = " NAME[,NAME...]", .help = "variables that --reset-env keeps as they are"},
    {"chown-stdio", 0, FLAG(request.chown_stdio),
     .help = "give pipes on the standard streams to the user"},
    {"close-fds", 0, FLAG(request.close_fds), .help = "nothing above descriptor 2 is inherited"},
    {"pdeathsig", 0, .takes = VALUE, .read = read_signal, .argument = " SIGNAL",
     .help = "signal that the program gets when its parent ends, by\nname or number; 0 for none"},
    {"chdir", 0, WORD(request.directory), .argument = " DIR",
     .help = "working directory of the program, entered as the user"},
    {"umask", 0, .takes = VALUE, .read = read_umask, .argument = " MODE",
     .help = "file mode creation mask, octal from 0 to 0777"},
    {"apparmor-profile", 0, LABEL(MODULE_APPARMOR), .argument = " PROFILE",
     .help = "AppArmor profile that the program runs in"},
    {"selinux-label", 0, LABEL(MODULE_SELINUX), .argument = " LABEL",
     .help = "SELinux context that the program runs in"},
    {"strict", 0, FLAG(request.strict), .what = ASSERTED, .help = "treat notes as errors"},
    {"dry-run", 0, FLAG(request.dry_run),
     .help = "make the whole transition in a child, and report it"},
    {"json", 0, .takes = NO_VALUE, .read = optparse_flag, .place = offsetof(struct options, json),
     .help = "print --dry-run, --status, --assert, --decode or\n--list-caps as JSON"},
    {"assert", 0, MODE(VALUE, MODE_ASSERT), .argument = "=PID",
     .help = "compare a process with what this line would give it"},
    {"status", 0, MODE(VALUE_AFTER_EQUALS, MODE_STATUS), .argument = "[=PID]",
     .help = "show a process's ids and capability sets"},
    {"decode", 0, MODE(VALUE, MODE_DECODE), .argument = "=HEX",
     .help = "name the capabilities of a set in /proc/PID/status"},
    {"list-caps", 0, MODE(NO_VALUE, MODE_LIST_CAPS),
     .help = "list this kernel's capabilities, and which are here"},
    {"verbose", 'v', .takes = NO_VALUE, .read = optparse_flag,
     .place = offsetof(struct options, verbose),
     .help = "print each step with its values; with --dry-run also\nwhy it is there; with "
             "--list-caps what each allows"},
    {"quiet", 'q', FLAG(quiet), .what = ASSERTED, .help = "no notes"},
    {"help", 'h', MODE(NO_VALUE, MODE_HELP), .help = "show this"},
    {"version", 'V', MODE(NO_VALUE, MODE_VERSION), .help = "show the version"},
};

static const struct option_table TABLE = {.options = OPTIONS,
                                          .count = sizeof OPTIONS / sizeof OPTIONS[0],
                                          .foreign = FOREIGN,
                                          .foreign_count = FOREIGN_COUNT};

void options_help(void) {
    (void)fputs("Usage: capwrap [OPTION...] [--] COMMAND [ARGUMENT...]\n"
                "Run COMMAND with exactly the identity and capabilities named, or not at all.\n"
                "\n",
                stdout);
    optparse_help(stdout, &TABLE);
    (void)fputs("\n"
                "Exit status: 125 capwrap refused or failed, and nothing ran; 126 COMMAND cannot\n"
                "be executed; 127 COMMAND was not found; otherwise that of COMMAND.\n"
                "\n"
                "  capwrap --user www --keep NET_BIND_SERVICE --no-new-privs -- ./server\n",
                stdout);
}

/* ---- the whole line ---- */

static const char *mode_name(enum mode mode) {
    for (size_t i = 0; i < TABLE.count; i++)
        if (OPTIONS[i].read == read_mode && OPTIONS[i].what == (int)mode)
            return OPTIONS[i].name;
    return "";
}

/* Refuses an option that only inspects together with a command, or with an option for a start. */
static int check_mode(const struct options *options, struct fail *f) {
    const char *word = options->command[0], *name = mode_name(options->mode);
    bool verbose = options->verbose && options->mode != MODE_LIST_CAPS;
    const char *option = verbose ? "verbose" : options->run_option;

    if (word != NULL) {
        (void)fail_set(f, STEP, FAIL_USAGE, 0, "--%s only inspects: it does not start '%s'", name,
                       word);
        if (options->mode == MODE_STATUS && options->mode_value == NULL && number_is_digits(word))
            fail_advise(f, "write --status=%s", word);
        else
            fail_advise(f, "leave out %s", word);
        return -1;
    }
    if (option == NULL)
        return 0;
    (void)fail_set(f, STEP, FAIL_USAGE, 0, "--%s only inspects: it does not take --%s", name,
                   option);
    return fail_advise(f, "leave out --%s", option);
}

/* Refuses with --assert the options whose effect cannot be read of another process. */
static int check_assert(const struct options *options, struct fail *f) {
    if (options->command[0] != NULL)
        return check_mode(options, f);
    const char *option = options->verbose ? "verbose" : options->start_option;
    if (option == NULL)
        return 0;
    (void)fail_set(f, "assert", FAIL_USAGE, 0, "--assert does not take --%s", option);
    return fail_hint(f,
                     "leave it out: --assert compares ids, groups, capability sets, no_new_privs "
                     "and the seccomp mode, and nothing else");
}

/* Refuses options of a start that need each other, or that exclude each other. */
static int check_pairs(const struct options *options, struct fail *f) {
    const struct request *request = &options->request;
    bool labels = request->label[MODULE_APPARMOR] != NULL || request->label[MODULE_SELINUX] != NULL;

    if (options->verbose && options->quiet)
        return refuse(f, STEP, "leave out one of the two",
                      "--verbose and --quiet contradict each other");
    if (options->pass_env != NULL && !options->reset_env)
        return refuse(f, STEP, "add --reset-env, or leave out --pass-env",
                      "--pass-env goes with --reset-env");
    if (request->parent_death_signal != 0 && labels)
        return refuse(f, "label", "leave out --pdeathsig, or the label",
                      "--pdeathsig does not go with a change of label, which may disarm it");
    return 0;
}

/* Checks what only the whole line shows. */
static int check(const struct options *options, char *const *argv, struct fail *f) {
    bool command = options->command[0] != NULL;

    if (options->mode == MODE_HELP)
        return 0;
    if (options->mode == MODE_ASSERT)
        return check_assert(options, f);
    if (options->mode == MODE_VERSION && !command)
        return 0;
    if (options->mode != MODE_RUN)
        return check_mode(options, f);
    if (check_pairs(options, f) != 0)
        return -1;
    if (options->json && !options->request.dry_run)
        return refuse(f, STEP, "add --dry-run, or leave out --json",
                      "--json goes with --dry-run, --status, --assert, --decode or --list-caps");
    return command ? 0 : option_refuse_no_command("capwrap", argv, f);
}

/* Refuses names of programs whose first word is a user, which capwrap would run, as root. */
static int check_name(const char *path, struct fail *f) {
    const char *name = directory_last_name(path);

    if (!list_has("gosu,su-exec,setuidgid,s6-setuidgid", name, strlen(name)))
        return 0;
    (void)fail_set(f, STEP, FAIL_USAGE, 0, "capwrap does not take the words of %s", name);
    return fail_hint(f, "call it as capwrap --user USER --no-new-privs -- COMMAND, or install "
                        "contrib/gosu of capwrap under this name");
}

void options_advise(const char *command, struct fail *f) {
    option_advise_command(&TABLE, command, f);
}

int options_parse(int argc, char **argv, struct options *options, struct fail *f) {
    memset(options, 0, sizeof *options);
    if (argc > 0 && check_name(argv[0], f) != 0)
        return -1;
    if (optparse_read(&TABLE, argc, argv, options, &options->command, f) != 0)
        return -1;
    return check(options, argv, f);
}
