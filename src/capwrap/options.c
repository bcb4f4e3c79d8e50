#include "capwrap/options.h"

#include <stddef.h>
#include <string.h>

#include "core/text.h"

static const char STEP[] = "options";

enum takes { NO_VALUE, VALUE, VALUE_AFTER_EQUALS };

struct option {
    const char *name;
    char letter;
    enum takes takes;
    enum mode mode; /* MODE_RUN, or what an option that only looks chooses */
    size_t flag;    /* offset in struct options of what an option without a value sets */
};

#define FLAG(member) NO_VALUE, MODE_RUN, offsetof(struct options, member)

static const struct option OPTIONS[] = {
    {"user", 'u', VALUE, MODE_RUN, 0},
    {"groups", 'G', VALUE, MODE_RUN, 0},
    {"keep", 'k', VALUE, MODE_RUN, 0},
    {"no-new-privs", 'n', FLAG(no_new_privs)},
    {"lock-securebits", 0, FLAG(lock_securebits)},
    {"no-login-env", 0, FLAG(no_login_env)},
    {"chown-stdio", 0, FLAG(chown_stdio)},
    {"close-fds", 0, FLAG(close_fds)},
    {"strict", 0, FLAG(strict)},
    {"dry-run", 0, FLAG(dry_run)},
    {"json", 0, FLAG(json)},
    {"verbose", 'v', FLAG(verbose)},
    {"quiet", 'q', FLAG(quiet)},
    {"status", 0, VALUE_AFTER_EQUALS, MODE_STATUS, 0},
    {"decode", 0, VALUE, MODE_DECODE, 0},
    {"list-caps", 0, NO_VALUE, MODE_LIST_CAPS, 0},
    {"help", 'h', NO_VALUE, MODE_HELP, 0},
    {"version", 'V', NO_VALUE, MODE_VERSION, 0},
};

static int take_once(const char **slot, const char *value, const char *name, struct fail *f) {
    if (*slot != NULL)
        return fail_set(f, name, FAIL_USAGE, 0, "--%s was given twice", name);
    if (value[0] == '\0')
        return fail_set(f, name, FAIL_USAGE, 0, "--%s is empty", name);
    *slot = value;
    return 0;
}

/* One element of the list after --keep. */
static int take_cap(struct options *options, const char *word, size_t length, struct fail *f) {
    if (length == 3 && strncmp(word, "all", length) == 0) {
        options->keep_all = true;
    } else if (length == 4 && strncmp(word, "none", length) == 0) {
        options->keep_none = true;
    } else {
        int cap = text_cap(word, length);
        if (cap < 0)
            return fail_set(f, "keep", FAIL_USAGE, 0, "'%.*s' is not a capability", (int)length,
                            word);
        options->keep |= UINT64_C(1) << cap;
    }
    if (options->keep_given && (options->keep_all || options->keep_none))
        return fail_set(f, "keep", FAIL_USAGE, 0, "'all' and 'none' stand alone");
    options->keep_given = true;
    return 0;
}

static int take_keep(struct options *options, const char *list, struct fail *f) {
    for (;;) {
        size_t length = strcspn(list, ",");
        if (length == 0)
            return fail_set(f, "keep", FAIL_USAGE, 0, "the list has an empty element");
        if (take_cap(options, list, length, f) != 0)
            return -1;
        if (list[length] == '\0')
            return 0;
        list += length + 1;
    }
}

static int take_mode(struct options *options, enum mode mode, const char *value, struct fail *f) {
    if (options->mode != MODE_RUN)
        return fail_set(f, STEP, FAIL_USAGE, 0, "two options that only look were given");
    options->mode = mode;
    options->mode_value = value;
    return 0;
}

static int take(struct options *options, const struct option *option, const char *value,
                struct fail *f) {
    if (option->mode != MODE_RUN)
        return take_mode(options, option->mode, value, f);
    if (option->takes == NO_VALUE) {
        *(bool *)((char *)options + option->flag) = true;
        options->run_option |= option->flag != offsetof(struct options, json);
        return 0;
    }
    options->run_option = true;
    if (option->letter == 'u')
        return take_once(&options->user, value, "user", f);
    if (option->letter == 'G')
        return take_once(&options->groups, value, "groups", f);
    return take_keep(options, value, f);
}

/* --name or --name=value. Returns how many further words it took, or -1. */
static int take_long(struct options *options, const char *word, const char *next, struct fail *f) {
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    const struct option *option = NULL;

    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++)
        if (strlen(OPTIONS[i].name) == length && strncmp(OPTIONS[i].name, word, length) == 0)
            option = &OPTIONS[i];
    if (option == NULL)
        return fail_set(f, STEP, FAIL_USAGE, 0, "'--%.*s' is not an option", (int)length, word);
    if (option->takes == NO_VALUE && value != NULL)
        return fail_set(f, STEP, FAIL_USAGE, 0, "--%s takes no value", option->name);
    if (option->takes != VALUE || value != NULL)
        return take(options, option, value, f);
    if (next == NULL)
        return fail_set(f, STEP, FAIL_USAGE, 0, "--%s needs a value", option->name);
    return take(options, option, next, f) == 0 ? 1 : -1;
}

/* -abc, -uVALUE or -u VALUE. Returns how many further words it took, or -1. */
static int take_letters(struct options *options, const char *letters, const char *next,
                        struct fail *f) {
    for (; letters[0] != '\0'; letters++) {
        const struct option *option = NULL;
        for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++)
            if (OPTIONS[i].letter == letters[0])
                option = &OPTIONS[i];
        if (option == NULL)
            return fail_set(f, STEP, FAIL_USAGE, 0, "'-%c' is not an option", letters[0]);
        if (option->takes == NO_VALUE) {
            if (take(options, option, NULL, f) != 0)
                return -1;
            continue;
        }
        if (letters[1] != '\0')
            return take(options, option, letters + 1, f);
        if (next == NULL)
            return fail_set(f, STEP, FAIL_USAGE, 0, "-%c needs a value", letters[0]);
        return take(options, option, next, f) == 0 ? 1 : -1;
    }
    return 0;
}

/* What only the whole line tells. */
static int check(const struct options *options, struct fail *f) {
    bool command = options->command[0] != NULL;

    if (options->mode == MODE_HELP || options->mode == MODE_VERSION)
        return 0;
    if (options->mode != MODE_RUN && (command || options->run_option))
        return fail_set(f, STEP, FAIL_USAGE, 0,
                        "--status, --decode and --list-caps only look: they start no command");
    if (options->json && !options->dry_run && options->mode != MODE_STATUS)
        return fail_set(f, STEP, FAIL_USAGE, 0, "--json goes with --dry-run or --status");
    if (options->mode == MODE_RUN && !command)
        return fail_set(f, STEP, FAIL_USAGE, 0, "no COMMAND was given");
    return 0;
}

int options_parse(int argc, char **argv, struct options *options, struct fail *f) {
    int i = 1;

    memset(options, 0, sizeof *options);
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        int taken = argv[i][1] == '-' ? take_long(options, argv[i] + 2, next, f)
                                      : take_letters(options, argv[i] + 1, next, f);
        if (taken < 0)
            return -1;
        i += taken;
    }
    options->command = argv + (i < argc ? i : argc);
    return check(options, f);
}
