#include "text/optparse.h"

#include <stdbool.h>
#include <string.h>

#include "text/option_meant.h"

/* The state of the parser: the word of the option, and the next word. */
struct reading {
    const struct option_table *table;
    void *into;
    const char *next; /* NULL at the end of the line */
    struct fail *fail;
};

/* No option takes an empty value. */
static int take(const struct reading *r, const struct option *option, const char *value) {
    if (value != NULL && value[0] == '\0')
        return option_refuse_value(option, value, r->fail);
    if (option->read(option, r->into, value, r->fail) == 0)
        return 0;
    if (value != NULL)
        option_advise_joined(r->table, option, value, r->fail);
    return -1;
}

/* The next word is the value. Returns 1, the words taken, or -1. */
static int take_next(const struct reading *r, const struct option *option) {
    if (r->next == NULL || strcmp(r->next, "=") == 0 || option_is_next(r->table, r->next))
        return option_refuse_value(option, r->next, r->fail);
    return take(r, option, r->next) == 0 ? 1 : -1;
}

/* --name or --name=value. Returns how many further words it took, or -1. */
static int take_long(const struct reading *r, const char *word) {
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    const struct option *option = option_by_name(r->table, word, length);

    if (option == NULL)
        return option_refuse_name(r->table, word, length, r->fail);
    if (option->takes == NO_VALUE && value != NULL)
        return option_refuse_extra(option, value, r->fail);
    if (option->takes != VALUE || value != NULL)
        return take(r, option, value);
    return take_next(r, option);
}

/* Whether word consists only of option letters: -un is not read as the user "n". */
static bool are_letters(const struct option_table *table, const char *word) {
    while (option_by_letter(table, *word) != NULL)
        word++;
    return *word == '\0';
}

/* -abc, -uVALUE or -u VALUE. Returns how many further words it took, or -1. */
static int take_letters(const struct reading *r, const char *letters) {
    if (option_by_name(r->table, letters, strcspn(letters, "=")) != NULL)
        return option_refuse_one_dash(letters, r->fail);
    for (const char *letter = letters; letter[0] != '\0'; letter++) {
        const struct option *option = option_by_letter(r->table, letter[0]);
        if (option == NULL)
            return option_refuse_letter(r->table, letters, letter, r->fail);
        if (option->takes == NO_VALUE) {
            if (take(r, option, NULL) != 0)
                return -1;
            continue;
        }
        if (letter[1] == '\0')
            return take_next(r, option);
        if (are_letters(r->table, letter + 1))
            return option_refuse_value(option, letter + 1, r->fail);
        return take(r, option, letter + 1);
    }
    return 0;
}

int optparse_read(const struct option_table *table, int argc, char **argv, void *into,
                  char ***command, struct fail *f) {
    int i = 1;

    for (; i < argc; i++) {
        if (option_has_wrong_dash(argv[i]))
            return option_refuse_dash(table, argv[i], f);
        if (argv[i][0] != '-' || argv[i][1] == '\0')
            break;
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

int optparse_refuse_twice(const char *step, const struct option *option, struct fail *f) {
    (void)fail_set(f, step, FAIL_USAGE, 0, "--%s was given twice", option->name);
    return fail_hint(f, "leave out one of the two");
}

int optparse_word(const char *step, const struct option *option, void *into, const char *value,
                  struct fail *f) {
    const char **word = (void *)((char *)into + option->place);

    if (*word != NULL)
        return optparse_refuse_twice(step, option, f);
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
