#include "capwrap/words.h"

#include <string.h>

static const char STEP[] = "options";

/* What is being read: the option's word, and the one behind it. */
struct reading {
    const struct grammar *grammar;
    void *into;
    const char *next; /* NULL at the end of the line */
    struct fail *fail;
};

static int take(const struct reading *r, const struct option *option, const char *value) {
    return r->grammar->take(r->into, option, value, r->fail);
}

/* --name or --name=value. Returns how many further words it took, or -1. */
static int take_long(const struct reading *r, const char *word) {
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    const struct option *option = NULL;

    for (size_t i = 0; i < r->grammar->count; i++) {
        const char *name = r->grammar->options[i].name;
        if (strncmp(name, word, length) == 0 && name[length] == '\0')
            option = &r->grammar->options[i];
    }
    if (option == NULL)
        return fail_set(r->fail, STEP, FAIL_USAGE, 0, "'--%.*s' is not an option", (int)length,
                        word);
    if (option->takes == NO_VALUE && value != NULL)
        return fail_set(r->fail, STEP, FAIL_USAGE, 0, "--%s takes no value", option->name);
    if (option->takes != VALUE || value != NULL)
        return take(r, option, value);
    if (r->next == NULL)
        return fail_set(r->fail, STEP, FAIL_USAGE, 0, "--%s needs a value", option->name);
    return take(r, option, r->next) == 0 ? 1 : -1;
}

/* -abc, -uVALUE or -u VALUE. Returns how many further words it took, or -1. */
static int take_letters(const struct reading *r, const char *letters) {
    for (; letters[0] != '\0'; letters++) {
        const struct option *option = NULL;
        for (size_t i = 0; i < r->grammar->count; i++)
            if (r->grammar->options[i].letter == letters[0])
                option = &r->grammar->options[i];
        if (option == NULL)
            return fail_set(r->fail, STEP, FAIL_USAGE, 0, "'-%c' is not an option", letters[0]);
        if (option->takes == NO_VALUE) {
            if (take(r, option, NULL) != 0)
                return -1;
            continue;
        }
        if (letters[1] != '\0')
            return take(r, option, letters + 1);
        if (r->next == NULL)
            return fail_set(r->fail, STEP, FAIL_USAGE, 0, "-%c needs a value", letters[0]);
        return take(r, option, r->next) == 0 ? 1 : -1;
    }
    return 0;
}

int words_read(const struct grammar *grammar, int argc, char **argv, void *into, char ***command,
               struct fail *f) {
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        struct reading r = {grammar, into, i + 1 < argc ? argv[i + 1] : NULL, f};
        int taken = argv[i][1] == '-' ? take_long(&r, argv[i] + 2) : take_letters(&r, argv[i] + 1);
        if (taken < 0)
            return -1;
        i += taken;
    }
    *command = argv + (i < argc ? i : argc);
    return 0;
}
