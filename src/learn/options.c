#include "learn/options.h"

#include <stddef.h>
#include <string.h>

#include "core/cred.h"
#include "core/text.h"

static const char HINT[] = "see capwrap-learn --help";

struct option {
    const char *name;
    char letter;
    bool takes_value;
    size_t place; /* offset in struct learn_options of the bool that it sets, or the word */
};

#define FLAG(member) false, offsetof(struct learn_options, member)
#define WORD(member) true, offsetof(struct learn_options, member)

static const struct option OPTIONS[] = {
    {"user", 'u', WORD(user)},
    {"verify", 0, FLAG(verify)},
    {"test", 0, WORD(test)},
    {"reset", 0, WORD(reset)},
    {"repeat", 0, WORD(repeat_word)},
    {"no-trace", 0, FLAG(no_trace)},
    {"timeout", 0, WORD(timeout_word)},
    {"check", 0, WORD(check_word)},
    {"json", 0, FLAG(json)},
    {"output", 'o', WORD(output)},
    {"verbose", 'v', FLAG(verbose)},
    {"help", 'h', FLAG(help)},
    {"version", 'V', FLAG(version)},
};

enum { OPTION_COUNT = sizeof OPTIONS / sizeof OPTIONS[0] };

#define refuse(failure, ...) failure_set(failure, "options", 0, HINT, __VA_ARGS__)

/* Stores what an option says. value is NULL for one that takes none. */
static int take(struct learn_options *options, const struct option *option, const char *value,
                struct failure *failure) {
    char *place = (char *)options + option->place;

    if (!option->takes_value || value == NULL) {
        *(bool *)place = true;
        return 0;
    }
    const char **word = (const char **)(void *)place;
    if (*word != NULL)
        return refuse(failure, "--%s was given twice", option->name);
    if (value[0] == '\0')
        return refuse(failure, "--%s is empty", option->name);
    *word = value;
    return 0;
}

/* --name, --name=value or --name value. Returns how many further words it took, or -1. */
static int take_long(struct learn_options *options, const char *word, const char *next,
                     struct failure *failure) {
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    const struct option *option = NULL;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(OPTIONS[i].name) == length && strncmp(OPTIONS[i].name, word, length) == 0)
            option = &OPTIONS[i];
    if (option == NULL)
        return refuse(failure, "'--%.*s' is not an option", (int)length, word);
    if (!option->takes_value && value != NULL)
        return refuse(failure, "--%s takes no value", option->name);
    if (!option->takes_value || value != NULL)
        return take(options, option, value, failure);
    if (next == NULL)
        return refuse(failure, "--%s needs a value", option->name);
    return take(options, option, next, failure) == 0 ? 1 : -1;
}

/* -abc, -uVALUE or -u VALUE. Returns how many further words it took, or -1. */
static int take_letters(struct learn_options *options, const char *letters, const char *next,
                        struct failure *failure) {
    for (; letters[0] != '\0'; letters++) {
        const struct option *option = NULL;
        for (size_t i = 0; i < OPTION_COUNT; i++)
            if (OPTIONS[i].letter == letters[0])
                option = &OPTIONS[i];
        if (option == NULL)
            return refuse(failure, "'-%c' is not an option", letters[0]);
        if (option->takes_value && letters[1] != '\0')
            return take(options, option, letters + 1, failure);
        if (option->takes_value && next == NULL)
            return refuse(failure, "-%c needs a value", letters[0]);
        if (take(options, option, next, failure) != 0)
            return -1;
        if (option->takes_value)
            return 1;
    }
    return 0;
}

/* ---- what words say ---- */

static int read_number(const char *name, const char *word, uint64_t most, unsigned *number,
                       struct failure *failure) {
    uint64_t value;

    if (word == NULL)
        return 0;
    if (text_number(word, most, &value) != 0 || value == 0)
        return refuse(failure, "--%s takes a number from 1 to %u", name, (unsigned)most);
    *number = (unsigned)value;
    return 0;
}

static int read_check(const char *list, uint64_t *set, struct failure *failure) {
    if (list == NULL || strcmp(list, "none") == 0)
        return 0;
    for (;;) {
        size_t length = strcspn(list, ",");
        int cap = text_cap(list, length);
        if (cap < 0)
            return refuse(failure, "--check: '%.*s' is not a capability", (int)length, list);
        *set |= CAP_MASK(cap);
        if (list[length] == '\0')
            return 0;
        list += length + 1;
    }
}

/* What only the whole line tells. */
static int check(struct learn_options *options, struct failure *failure) {
    if (options->help || options->version)
        return 0;
    options->repeat = 1;
    if (read_number("timeout", options->timeout_word, 86400, &options->timeout, failure) != 0 ||
        read_number("repeat", options->repeat_word, 100, &options->repeat, failure) != 0 ||
        read_check(options->check_word, &options->check, failure) != 0)
        return -1;
    if (options->command[0] == NULL)
        return refuse(failure, "no COMMAND was given");
    if (options->json && options->output == NULL)
        return refuse(failure, "--json needs -o FILE: the standard streams are the program's");
    options->verify |= options->no_trace;
    if (!options->verify && (options->reset != NULL || options->repeat_word != NULL))
        return refuse(failure, "--reset and --repeat are about running again: add --verify");
    return 0;
}

int learn_options_parse(int argc, char **argv, struct learn_options *options,
                        struct failure *failure) {
    int i = 1;

    memset(options, 0, sizeof *options);
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        int taken = argv[i][1] == '-' ? take_long(options, argv[i] + 2, next, failure)
                                      : take_letters(options, argv[i] + 1, next, failure);
        if (taken < 0)
            return -1;
        i += taken;
    }
    options->command = argv + (i < argc ? i : argc);
    return check(options, failure);
}
