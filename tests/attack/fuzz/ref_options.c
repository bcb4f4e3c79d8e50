/*
 * The command line as capwrap(1) describes it, read by getopt_long(3), which differs in these:
 * it takes abbreviations, empty values, and options as values; it reads -user as the letter u with
 * "ser", and -un the letter u with "n".
 */
#include <signal.h>
#include <string.h>
#include <strings.h>

#include "ref.h"

/* capwrap's own table of options is a struct of the same name. */
#define option getopt_option
#include <getopt.h>
#undef option

enum { ONLY_LONG = 256 };

static const struct getopt_option OPTIONS[] = {
    {"user", required_argument, NULL, 'u'},
    {"groups", required_argument, NULL, 'G'},
    {"keep", required_argument, NULL, 'k'},
    {"want", required_argument, NULL, 'W'},
    {"no-new-privs", no_argument, NULL, 'n'},
    {"lock-securebits", no_argument, NULL, ONLY_LONG},
    {"no-login-env", no_argument, NULL, ONLY_LONG + 1},
    {"chown-stdio", no_argument, NULL, ONLY_LONG + 2},
    {"close-fds", no_argument, NULL, ONLY_LONG + 3},
    {"disable-userns", no_argument, NULL, 'N'},
    {"pdeathsig", required_argument, NULL, 'P'},
    {"chdir", required_argument, NULL, 'C'},
    {"reset-env", no_argument, NULL, 'E'},
    {"pass-env", required_argument, NULL, 'Z'},
    {"umask", required_argument, NULL, 'M'},
    {"apparmor-profile", required_argument, NULL, 'Y'},
    {"selinux-label", required_argument, NULL, 'X'},
    {"strict", no_argument, NULL, ONLY_LONG + 4},
    {"dry-run", no_argument, NULL, ONLY_LONG + 5},
    {"json", no_argument, NULL, ONLY_LONG + 6},
    {"assert", required_argument, NULL, 'T'},
    {"status", optional_argument, NULL, ONLY_LONG + 7},
    {"decode", required_argument, NULL, ONLY_LONG + 8},
    {"list-caps", no_argument, NULL, ONLY_LONG + 9},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

const char *ref_option(size_t place) { return OPTIONS[place].name; }

/* The parts of the command line, in addition to struct said. */
struct line {
    unsigned modes, users, lists, signals, directories, masks, passes, words, special_words,
        run_options, start_options;
    bool bad;
};

static void take_word(const char *word, size_t length, struct said *said, struct line *line) {
    int cap = ref_cap(word, length);

    line->words++;
    if (length == 3 && strncasecmp(word, "all", 3) == 0) {
        said->options.request.keep_all = true;
        line->special_words++;
    } else if (length == 4 && strncasecmp(word, "none", 4) == 0) {
        line->special_words++;
    } else if (cap < 0) {
        line->bad = true;
    } else {
        said->options.request.keep |= UINT64_C(1) << cap;
    }
}

static void take_list(const char *list, struct said *said, struct line *line) {
    const char *comma;

    for (; (comma = strchr(list, ',')) != NULL; list = comma + 1)
        take_word(list, (size_t)(comma - list), said, line);
    take_word(list, strlen(list), said, line);
}

/* The number of a signal by the C library's own names, or -1. */
static int signal_of(const char *word) {
    const char *bare = strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word;
    uint64_t number;

    if (ref_is_number(word))
        return ref_number(word, 64, &number) ? (int)number : -1;
    for (int i = 1; i < 32; i++)
        if (i != SIGSTKFLT && strcasecmp(bare, sigabbrev_np(i)) == 0)
            return i;
    return strcasecmp(bare, "IO") == 0 ? SIGIO : -1;
}

static void take_wanted(const char *list, struct said *said, struct line *line) {
    for (const char *end;; list = end + 1) {
        end = strchrnul(list, ',');
        int cap = ref_cap(list, (size_t)(end - list));
        line->bad |= cap < 0;
        if (cap >= 0)
            said->options.request.want |= UINT64_C(1) << cap;
        if (*end == 0)
            return;
    }
}

/* Once, not empty, at most 1024 bytes. */
static void take_label(const char *label, enum module module, struct said *said,
                       struct line *line) {
    const char **place = &said->options.request.label[module];

    line->bad |= *place != NULL || label[0] == 0 || strnlen(label, 1025) > 1024;
    *place = label;
}

/* One to four octal digits, up to 0777; -1 for anything else. */
static int mask_of(const char *word) {
    int value = 0;

    for (const char *digit = word; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '7' || digit - word == 4)
            return -1;
        value = value * 8 + (*digit - '0');
    }
    return word[0] == '\0' || value > 0777 ? -1 : value;
}

/* Names between commas: none is empty or has an equals sign, a blank, a quote, or a sign of a
 * shell. */
static bool are_names(const char *list) {
    size_t length = strlen(list);

    return length > 0 && list[0] != ',' && list[length - 1] != ',' && strstr(list, ",,") == NULL &&
           strpbrk(list, "= \t\r\n\"'$*?:;") == NULL;
}

static void take_value(int option, const char *value, struct said *said, struct line *line) {
    switch (option) {
    case 'u':
        line->users++;
        line->bad |= value[0] == '\0';
        said->options.who.user = value;
        return;
    case 'G':
        line->lists++;
        line->bad |= value[0] == '\0';
        said->options.who.groups = value;
        return;
    case 'W':
        take_wanted(value, said, line);
        return;
    case 'P':
        line->signals++;
        line->bad |= signal_of(value) < 0;
        said->options.request.change_parent_death = true;
        said->options.request.parent_death_signal = signal_of(value);
        return;
    case 'C':
        line->directories++;
        line->bad |= value[0] == '\0';
        said->options.request.directory = value;
        return;
    case 'Z':
        line->passes++;
        line->bad |= !are_names(value);
        said->options.pass_env = value;
        return;
    case 'Y':
        take_label(value, MODULE_APPARMOR, said, line);
        return;
    case 'X':
        take_label(value, MODULE_SELINUX, said, line);
        return;
    case 'M':
        line->masks++;
        line->bad |= mask_of(value) < 0;
        said->options.request.change_umask = true;
        said->options.request.umask = (unsigned)mask_of(value);
        return;
    case 'k':
        take_list(value, said, line);
        return;
    default:
        line->bad = true;
    }
}

/* Options that only inspect. False if it is none of them. */
static bool take_mode(int option, const char *value, struct said *said, struct line *line) {
    static const struct {
        int option;
        enum mode mode;
    } modes[] = {{'T', MODE_ASSERT},
                 {ONLY_LONG + 7, MODE_STATUS},
                 {ONLY_LONG + 8, MODE_DECODE},
                 {ONLY_LONG + 9, MODE_LIST_CAPS},
                 {'h', MODE_HELP},
                 {'V', MODE_VERSION}};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (modes[i].option != option)
            continue;
        line->modes++;
        said->options.mode = modes[i].mode;
        said->options.mode_value = value;
        return true;
    }
    return false;
}

/* Options about what can be read from another process, and -q and --json. (Not by strchr(3):
 * it looks for a char, and as such the first long option is the NUL at the end.) */
static bool is_for_assert(int option) {
    static const int options[] = {'u', 'G', 'k',           'W',           'n',
                                  'N', 'q', ONLY_LONG + 1, ONLY_LONG + 4, ONLY_LONG + 6};

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (options[i] == option)
            return true;
    return false;
}

static void take(int option, const char *value, struct said *said, struct line *line) {
    const struct {
        int option;
        bool *flag;
    } flags[] = {{'E', &said->options.reset_env},
                 {'N', &said->options.request.disable_userns},
                 {'n', &said->options.request.no_new_privs},
                 {ONLY_LONG, &said->options.request.lock_securebits},
                 {ONLY_LONG + 1, &said->options.who.ids_only},
                 {ONLY_LONG + 2, &said->options.request.chown_stdio},
                 {ONLY_LONG + 3, &said->options.request.close_fds},
                 {ONLY_LONG + 4, &said->options.request.strict},
                 {ONLY_LONG + 5, &said->options.request.dry_run},
                 {ONLY_LONG + 6, &said->options.json},
                 {'v', &said->options.verbose},
                 {'q', &said->options.quiet}};

    if (take_mode(option, value, said, line))
        return;
    line->run_options += option != ONLY_LONG + 6 && option != 'v';
    line->start_options += !is_for_assert(option);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (flags[i].option == option) {
            *flags[i].flag = true;
            return;
        }
    }
    take_value(option, value, said, line);
}

/* getopt_long took a long option: it must have been written out. */
static bool is_whole(const char *word, int index) {
    size_t length = strlen(OPTIONS[index].name);

    return strncmp(word + 2, OPTIONS[index].name, length) == 0 &&
           (word[2 + length] == '\0' || word[2 + length] == '=');
}

/* After its dashes, if any: one of them is U+2010 to U+2015, U+2212 or U+FF0D. */
static bool has_wrong_dash(const char *word) {
    while (word[0] == '-')
        word++;
    return (strncmp(word, "\xe2\x80", 2) == 0 && (word[2] & 0xff) >= 0x90 &&
            (word[2] & 0xff) <= 0x95) ||
           strncmp(word, "\xe2\x88\x92", 3) == 0 || strncmp(word, "\xef\xbc\x8d", 3) == 0;
}

/* -name, where --name is an option. */
static bool has_one_dash(const char *word) {
    size_t length = strcspn(word, "=");

    for (size_t i = 0; OPTIONS[i].name != NULL; i++)
        if (word[0] == '-' && strlen(OPTIONS[i].name) == length - 1 &&
            strncmp(word + 1, OPTIONS[i].name, length - 1) == 0)
            return true;
    return false;
}

/* The value is empty, or the next argument and starts as an option, or only an equals sign. */
static bool is_no_value(const char *value, const char *before) {
    bool is_option = value[0] == '-' && value[1] != '\0' && strchr("-uGknvqhV", value[1]) != NULL;

    return value[0] == '\0' || (value == before && (is_option || strcmp(value, "=") == 0));
}

/* The value is in the argument of its letter and consists of option letters. */
static bool is_letters(const char *value, const char *before) {
    return value != before && value[0] != '\0' && value[strspn(value, "uGknvqhV")] == '\0';
}

static bool is_refused(const struct said *said, const struct line *line, bool command) {
    if (line->bad || line->modes > 1 || line->users > 1 || line->lists > 1 || line->signals > 1 ||
        line->directories > 1 || line->masks > 1 || line->passes > 1 ||
        (line->special_words > 0 && line->words > 1))
        return true;
    if (said->options.mode == MODE_HELP)
        return false;
    if (said->options.mode == MODE_ASSERT)
        return command || line->start_options > 0;
    if (said->options.mode == MODE_VERSION)
        return command;
    if (said->options.verbose && said->options.quiet)
        return true;
    if (said->options.mode != MODE_RUN && (command || line->run_options > 0))
        return true;
    if (said->options.verbose && said->options.mode != MODE_RUN &&
        said->options.mode != MODE_LIST_CAPS)
        return true;
    if (said->options.pass_env != NULL && !said->options.reset_env)
        return true;
    if (said->options.json && !said->options.request.dry_run && said->options.mode == MODE_RUN)
        return true;
    if (said->options.request.parent_death_signal > 0 &&
        (said->options.request.label[0] != NULL || said->options.request.label[1] != NULL))
        return true;
    return said->options.mode == MODE_RUN && !command;
}

bool ref_options(int argc, char **argv, struct said *said) {
    struct line line = {0};

    memset(said, 0, sizeof *said);
    said->command = argc;
    opterr = 0;
    optind = 0; /* glibc: start anew */
    while (!line.bad) {
        int index = -1, at = optind == 0 ? 1 : optind;
        int option = getopt_long(argc, argv, "+:u:G:k:nvqhV", OPTIONS, &index);
        bool ended = option == -1 && optind > at; /* by -- */
        line.bad |= at < argc && !ended && has_wrong_dash(argv[at]);
        if (option == -1)
            break;
        if (option == '?' || option == ':' || (index >= 0 && !is_whole(argv[at], index)) ||
            has_one_dash(argv[at]) || (optarg != NULL && is_no_value(optarg, argv[optind - 1])) ||
            (index < 0 && optarg != NULL && is_letters(optarg, argv[optind - 1])))
            line.bad = true;
        else
            take(option, optarg, said, &line);
    }
    if (!line.bad && argc > 0)
        said->command = optind;
    return !is_refused(said, &line, said->command < argc);
}
