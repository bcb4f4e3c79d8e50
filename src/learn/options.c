#include "learn/options.h"

#include <stdio.h>
#include <string.h>

#include "capwrap/words.h"
#include "core/cred.h"
#include "core/text.h"

static const char STEP[] = "options";
static const char HINT[] = "see capwrap-learn --help";

#define FLAG(member) NO_VALUE, offsetof(struct learn_options, member), 0
#define WORD(member) VALUE, offsetof(struct learn_options, member), 0

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

#define refuse(failure, ...) failure_set(failure, STEP, 0, HINT, __VA_ARGS__)

static int take(void *into, const struct option *option, const char *value, struct fail *f) {
    void *place = (char *)into + option->place;
    const char **word = place;

    if (option->takes == NO_VALUE) {
        *(bool *)place = true;
        return 0;
    }
    if (*word != NULL)
        return fail_set(f, STEP, FAIL_USAGE, 0, "--%s was given twice", option->name);
    if (value[0] == '\0')
        return fail_set(f, STEP, FAIL_USAGE, 0, "--%s is empty", option->name);
    *word = value;
    return 0;
}

static const struct grammar GRAMMAR = {OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0], take};

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
    memset(options, 0, sizeof *options);
    if (words_read(&GRAMMAR, argc, argv, options, &options->command, &failure->fail) != 0) {
        (void)snprintf(failure->hint, sizeof failure->hint, "%s", HINT);
        return -1;
    }
    return check(options, failure);
}
