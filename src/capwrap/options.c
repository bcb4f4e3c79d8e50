#include "capwrap/options.h"

#include <string.h>

#include "capwrap/words.h"
#include "core/text.h"

static const char STEP[] = "options";

#define FLAG(member)      NO_VALUE, offsetof(struct options, member), MODE_RUN
#define WORD(member)      VALUE, offsetof(struct options, member), MODE_RUN
#define LOOK(takes, mode) takes, 0, mode

static const struct option OPTIONS[] = {
    {"user", 'u', WORD(user)},
    {"groups", 'G', WORD(groups)},
    {"keep", 'k', WORD(keep)},
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
    {"status", 0, LOOK(VALUE_AFTER_EQUALS, MODE_STATUS)},
    {"decode", 0, LOOK(VALUE, MODE_DECODE)},
    {"list-caps", 0, LOOK(NO_VALUE, MODE_LIST_CAPS)},
    {"help", 'h', LOOK(NO_VALUE, MODE_HELP)},
    {"version", 'V', LOOK(NO_VALUE, MODE_VERSION)},
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

static int take(void *into, const struct option *option, const char *value, struct fail *f) {
    struct options *options = into;
    void *place = (char *)into + option->place;

    if (option->what != MODE_RUN)
        return take_mode(options, (enum mode)option->what, value, f);
    options->run_option |= place != &options->json;
    if (option->takes == NO_VALUE) {
        *(bool *)place = true;
        return 0;
    }
    if (place == &options->keep)
        return take_keep(options, value, f);
    return take_once(place, value, option->name, f);
}

static const struct grammar GRAMMAR = {OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0], take};

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
    memset(options, 0, sizeof *options);
    if (words_read(&GRAMMAR, argc, argv, options, &options->command, f) != 0)
        return -1;
    return check(options, f);
}
