#include "text/option_meant.h"

#include <stdio.h>
#include <string.h>

#include "text/list.h"
#include "text/nearest.h"
#include "text/printable.h"

static const char STEP[] = "options";

/* ---- another name ---- */

static const char *foreign_hint(const struct option_table *table, const char *name, size_t length) {
    for (size_t i = 0; i < table->foreign_count; i++)
        if (list_has(table->foreign[i].names, name, length))
            return table->foreign[i].hint;
    return NULL;
}

/* Suggests the option that has this name, or nearly this name. */
static void suggest(const struct option_table *table, const char *name, size_t length,
                    struct fail *f) {
    struct nearest search = {.word = name, .length = length};

    f->hint = foreign_hint(table, name, length);
    for (size_t i = 0; i < table->count; i++)
        nearest_offer(&search, table->options[i].name);
    if (option_by_name(table, name, length) != NULL)
        fail_advise(f, "write --%.*s", (int)length, name);
    else if (f->hint == NULL && nearest_found(&search) != NULL)
        fail_advise(f, "write --%s", nearest_found(&search));
    else if (strncmp(name, "no-", 3) == 0 && option_by_name(table, name + 3, length - 3) != NULL)
        fail_advise(f, "leave out --%.*s", (int)length - 3, name + 3);
}

int option_refuse_name(const struct option_table *table, const char *name, size_t length,
                       struct fail *f) {
    size_t first = strcspn(name, " :+,");
    char word[NEAREST_SIZE];

    (void)snprintf(word, sizeof word, "%.*s", (int)length, name);
    (void)fail_set(f, STEP, FAIL_USAGE, 0, "'--%.*s' is not an option%s", (int)length, name,
                   printable_oddity(word));
    if (first < length && option_by_name(table, name, first) != NULL)
        f->hint = name[first] != ' '
                      ? "write = or a blank between the option and its value"
                      : "write the option and its value as two words, without quotes around both";
    else
        suggest(table, name, length, f);
    return -1;
}

int option_refuse_letter(const struct option_table *table, const char *letters, const char *letter,
                         struct fail *f) {
    enum { OTHER_CASE = 'a' ^ 'A' };
    uint32_t code;
    size_t size = printable_sequence(letter, &code);
    const struct option *other = option_by_letter(table, (char)(letter[0] ^ OTHER_CASE));

    if (size == 0)
        size = 1;
    (void)fail_set(f, STEP, FAIL_USAGE, 0, "'-%.*s' is not an option", (int)size, letter);
    if (letters[size] != '\0')
        (void)fail_set(f, STEP, FAIL_USAGE, 0, "'-%.*s', in '-%s', is not an option", (int)size,
                       letter, letters);
    suggest(table, letters, strcspn(letters, "="), f);
    if (f->hint == NULL && f->advice[0] == '\0' && other != NULL)
        fail_advise(f, "write -%c for --%s", other->letter, other->name);
    return -1;
}

int option_refuse_one_dash(const char *name, struct fail *f) {
    int length = (int)strcspn(name, "=");

    (void)fail_set(f, STEP, FAIL_USAGE, 0,
                   "'-%.*s' is not an option: a long one begins with two dashes", length, name);
    return fail_advise(f, "write --%.*s", length, name);
}

/* ---- another dash ---- */

static bool is_wrong_dash(uint32_t code) {
    enum { FIRST = 0x2010, LAST = 0x2015, MINUS = 0x2212, FULL_WIDTH = 0xff0d };

    return (code >= FIRST && code <= LAST) || code == MINUS || code == FULL_WIDTH;
}

/* Returns the text after the dashes; *wrong: whether one of them is not "-". */
static const char *skip_dashes(const char *word, bool *wrong) {
    uint32_t code;

    *wrong = false;
    for (size_t size; (size = printable_sequence(word, &code)) != 0; word += size) {
        if (code != '-' && !is_wrong_dash(code))
            break;
        *wrong |= code != '-';
    }
    return word;
}

bool option_has_wrong_dash(const char *word) {
    bool wrong;

    (void)skip_dashes(word, &wrong);
    return wrong;
}

int option_refuse_dash(const struct option_table *table, const char *word, struct fail *f) {
    bool wrong;
    const char *name = skip_dashes(word, &wrong);

    (void)fail_set(f, STEP, FAIL_USAGE, 0,
                   "'%s' begins with a dash that is not '-', as text copied from a page may", word);
    suggest(table, name, strcspn(name, "="), f);
    if (f->hint == NULL && f->advice[0] == '\0')
        f->hint = "type the dashes as '-', or put -- before a program of this name";
    return -1;
}

/* ---- values ---- */

bool option_is_next(const struct option_table *table, const char *word) {
    return word[0] == '-' && (word[1] == '-' || option_by_letter(table, word[1]) != NULL);
}

int option_refuse_value(const struct option *option, const char *next, struct fail *f) {
    const char *name = option->name, *argument = option->argument;
    bool none = next == NULL || next[0] == '\0';
    bool joined = !none && next[0] != '-' && next[0] != '=';
    const char letter[] = {' ', '(', '-', option->letter, ')', '\0'};
    const char *also = option->letter == '\0' ? "" : letter;

    if (none)
        (void)fail_set(f, STEP, FAIL_USAGE, 0,
                       next == NULL ? "--%s%s needs a value" : "the value of --%s%s is empty", name,
                       also);
    else
        (void)fail_set(f, STEP, FAIL_USAGE, 0, "--%s%s needs a value, and '%s' %s", name, also,
                       next,
                       joined                              ? "stands for other options"
                       : strcmp(next, "--") == 0           ? "ends the options"
                       : strcmp(next, "=") == 0            ? "stands alone"
                       : next[1] == '-' || next[2] == '\0' ? "is an option"
                                                           : "begins like an option");
    fail_advise(f, "write --%s%s", name, argument);
    if (!none && argument[0] == ' ')
        fail_advise(f, "write --%s%s (--%s=%s for %s)", name, argument, name,
                    joined ? next : "VALUE", joined ? "this value" : "one that begins with -");
    return -1;
}

void option_advise_joined(const struct option_table *table, const struct option *option,
                          const char *value, struct fail *f) {
    const char *next = strstr(value, " --");
    size_t length = next == NULL ? 0 : strcspn(next + 3, "= ");

    if (next != NULL && (length == 0 || option_by_name(table, next + 3, length) != NULL))
        fail_advise(f, "write --%s%c%s as separate words, without quotes around all of it",
                    option->name, option->argument[0] == ' ' ? ' ' : '=', value);
}

int option_refuse_extra(const struct option *option, const char *value, struct fail *f) {
    bool is_no = list_has("false,no,off,0", value, strlen(value));

    (void)fail_set(f, STEP, FAIL_USAGE, 0, "--%s takes no value", option->name);
    return fail_advise(f, "%s --%s", is_no ? "leave out" : "write", option->name);
}

/* ---- COMMAND ---- */

void option_advise_command(const struct option_table *table, const char *command, struct fail *f) {
    size_t length = strcspn(command, "=");
    const struct option *option = option_by_name(table, command, length);

    if (f->advice[0] == '\0' && option != NULL)
        fail_advise(f, "write --%s%s", command,
                    command[length] == '\0' && option->takes == VALUE ? option->argument : "");
}

int option_refuse_no_command(const char *program, char *const *argv, struct fail *f) {
    (void)fail_set(f, STEP, FAIL_USAGE, 0, "no COMMAND was given");
    fail_advise(f, "write the program after the options: %s [OPTION...] -- COMMAND", program);
    for (; *argv != NULL; argv++) {
        if (argv[0][0] == '-' && argv[1] != NULL && argv[1][0] != '-')
            (void)snprintf(f->text, sizeof f->text, "no COMMAND was given: '%s' is the value of %s",
                           argv[1], argv[0]);
        if (strstr(*argv, " -- ") != NULL)
            fail_advise(f, "write %s as separate words, without quotes around all of it", *argv);
    }
    return -1;
}
