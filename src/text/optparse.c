#include "text/optparse.h"

#include <stdbool.h>
#include <string.h>

#include "text/nearest.h"

static const char STEP[] = "options";

/* What is being read: the option's word, and the one behind it. */
struct reading {
    const struct option_table *table;
    void *into;
    const char *next; /* NULL at the end of the line */
    struct fail *fail;
};

static int take(const struct reading *r, const struct option *option, const char *value) {
    return option->read(option, r->into, value, r->fail);
}

/* No option has this name. */
static int refuse_long(const struct reading *r, const char *word, size_t length) {
    struct nearest search = {.word = word, .length = length};

    (void)fail_set(r->fail, STEP, FAIL_USAGE, 0, "'--%.*s' is not an option", (int)length, word);
    for (size_t i = 0; i < r->table->count; i++)
        nearest_offer(&search, r->table->options[i].name);
    if (nearest_found(&search) != NULL)
        fail_advise(r->fail, "write --%s", nearest_found(&search));
    return -1;
}

/* --name or --name=value. Returns how many further words it took, or -1. */
static int take_long(const struct reading *r, const char *word) {
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    const struct option *option = NULL;

    for (size_t i = 0; i < r->table->count; i++) {
        const char *name = r->table->options[i].name;
        if (strncmp(name, word, length) == 0 && name[length] == '\0')
            option = &r->table->options[i];
    }
    if (option == NULL)
        return refuse_long(r, word, length);
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
        for (size_t i = 0; i < r->table->count; i++)
            if (r->table->options[i].letter == letters[0])
                option = &r->table->options[i];
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

int optparse_read(const struct option_table *table, int argc, char **argv, void *into,
                  char ***command, struct fail *f) {
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        struct reading r = {table, into, i + 1 < argc ? argv[i + 1] : NULL, f};
        int taken = argv[i][1] == '-' ? take_long(&r, argv[i] + 2) : take_letters(&r, argv[i] + 1);
        if (taken < 0)
            return -1;
        i += taken;
    }
    *command = argv + (i < argc ? i : argc);
    return 0;
}

int optparse_flag(const struct option *option, void *into, const char *value, struct fail *f) {
    (void)value;
    (void)f;
    *(bool *)((char *)into + option->place) = true;
    return 0;
}

int optparse_word(const char *step, const struct option *option, void *into, const char *value,
                  struct fail *f) {
    const char **word = (void *)((char *)into + option->place);

    if (*word != NULL)
        return fail_set(f, step, FAIL_USAGE, 0, "--%s was given twice", option->name);
    if (value[0] == '\0')
        return fail_set(f, step, FAIL_USAGE, 0, "--%s is empty", option->name);
    *word = value;
    return 0;
}

/* ---- --help ---- */

enum { HELP_COLUMN = 27 };

static void print_option(FILE *out, const struct option *option) {
    const char *argument = option->argument == NULL ? "" : option->argument;
    const char letter[] = {'-', option->letter, ',', ' ', '\0'};

    int used = fprintf(out, "  %s--%s%s", option->letter != '\0' ? letter : "    ", option->name,
                       argument);
    if (used > HELP_COLUMN - 2)
        used = fprintf(out, "\n") - 1;
    for (const char *line = option->help; line[0] != '\0'; used = 0) {
        int length = (int)strcspn(line, "\n");
        (void)fprintf(out, "%*s%.*s\n", HELP_COLUMN - used, "", length, line);
        line += length + (line[length] == '\n');
    }
}

void optparse_help(FILE *out, const struct option_table *table) {
    for (size_t i = 0; i < table->count; i++)
        print_option(out, &table->options[i]);
}
