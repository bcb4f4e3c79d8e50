#include "users/mistaken.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/capname.h"
#include "text/list.h"
#include "text/nearest.h"
#include "text/number.h"
#include "text/printable.h"

enum { NAME_SIZE = 256, LINE_SIZE = 200 };

/* ---- the names of a database ---- */

/* The lines of a file, one by one, each cut after its name. Initialise with {.file = ...}. */
struct names {
    FILE *file; /* NULL: there is none */
    char *line;
    size_t size;
};

static const char *next_name(struct names *names) {
    if (names->file == NULL || getline(&names->line, &names->size, names->file) < 0)
        return NULL; /* NOLINT(clang-analyzer-unix.Stream): end() closes it */
    names->line[strcspn(names->line, ":\n")] = '\0';
    return names->line;
}

static void end(struct names *names) {
    if (names->file != NULL)
        (void)fclose(names->file);
    free(names->line);
}

static bool is_in_passwd(const char *word) {
    struct names names = {.file = fopen("/etc/passwd", "re")};
    bool found = false;

    for (const char *name; !found && (name = next_name(&names)) != NULL;)
        found = strcmp(name, word) == 0;
    end(&names);
    return found;
}

void mistaken_name(const char *file, const char *word, struct fail *f) {
    struct names names = {.file = fopen(file, "re")};
    struct nearest search = {.word = word, .length = strlen(word)};

    if (isdigit((unsigned char)word[strspn(word, "+-")]))
        f->hint = "write a name that the system has, or a decimal number such as 1000";
    for (const char *name; (name = next_name(&names)) != NULL;)
        nearest_offer(&search, name);
    if (nearest_found(&search) != NULL && printable_oddity(word)[0] == '\0')
        fail_advise(f, "write %s instead of %s", nearest_found(&search), word);
    end(&names);
}

/* Whether word, of length bytes, is USER or UID. */
static bool is_user(const char *word, size_t length) {
    char name[NAME_SIZE];

    if (length == 0 || length >= sizeof name)
        return false;
    memcpy(name, word, length);
    name[length] = '\0';
    return number_is_digits(name) || is_in_passwd(name);
}

/* Whether word is USER, UID or either with :GROUP. */
static bool names_user(const char *word) {
    const char *group = strchr(word, ':');

    return (group == NULL || (group[1] != '\0' && strchr(group + 1, ':') == NULL)) &&
           is_user(word, strcspn(word, ":"));
}

void mistaken_form(const char *spec, struct fail *f) {
    size_t name = strcspn(spec, ".,/");

    if (spec[name] != '\0' && isalnum((unsigned char)spec[name + 1]) && is_user(spec, name))
        fail_advise(f, "write %.*s:%s: a colon separates user and group", (int)name, spec,
                    spec + name + 1);
    else if ((spec[0] == '#' || spec[0] == '+') && number_is_digits(spec + 1))
        fail_advise(f, "write %s instead of %s", spec + 1, spec);
}

/* ---- a line to paste ---- */

/* Adds a word to the line, quoted if a shell requires it; "..." for one that cannot be printed. */
static void add(const char *word, char line[LINE_SIZE]) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_-+=:,./@%";
    const char *oddity = printable_oddity(word);
    size_t used = strlen(line);
    bool shown = strstr(oddity, "control") == NULL && strstr(oddity, "return") == NULL &&
                 strchr(word, '\'') == NULL;
    const char *quote = word[0] == '\0' || word[strspn(word, plain)] != '\0' ? "'" : "";

    if (!shown || used + strlen(word) + sizeof " '' ..." > LINE_SIZE)
        (void)snprintf(line + used, LINE_SIZE - used, " ...");
    else
        (void)snprintf(line + used, LINE_SIZE - used, " %s%s%s", quote, word, quote);
}

static bool has_dashes(const struct mistaken_line *line) {
    return strcmp(line->command[-1], "--") == 0;
}

/* Writes the line with option and word in place of COMMAND, and the words after COMMAND. */
static void write_line(const struct mistaken_line *line, const char *option, const char *word,
                       char text[LINE_SIZE]) {
    char *const *rest = line->command + 1;

    text[0] = '\0';
    for (char *const *w = line->argv + 1; w != line->command; w++)
        if (w + 1 != line->command || !has_dashes(line))
            add(*w, text);
    add(option, text);
    add(word, text);
    if (strcmp(option, "--") != 0 && (rest[0] == NULL || rest[0][0] != '-'))
        add("--", text);
    if (rest[0] == NULL && strcmp(option, "--") != 0)
        add("COMMAND", text);
    for (; rest[0] != NULL; rest++)
        add(rest[0], text);
}

/* ---- COMMAND ---- */

static bool read_caps(const char *word, uint64_t *set) {
    if (number_is_digits(word))
        return false;
    for (struct list list = {.rest = word}; list_next(&list);) {
        int cap = capname_parse(list.word, list.length);
        if (cap < 0 && list.length > 0)
            return false;
        if (cap >= 0)
            *set |= CAP_MASK(cap);
    }
    return true;
}

/* Handles names of capabilities that follow the first one of --keep, separated by blanks. */
static void advise_caps(const struct request *request, const struct mistaken_line *line,
                        struct fail *f) {
    bool wants = request->keep == 0 && request->want != 0;
    uint64_t set = wants ? request->want : request->keep;
    char list[CAPNAME_LIST_SIZE];

    for (char *const *word = line->command; word[0] != NULL && read_caps(word[0], &set);)
        word++;
    capname_join(set, "", ",", list);
    fail_advise(f, "write --%s %s: commas separate names, and no blank", wants ? "want" : "keep",
                list);
}

bool mistaken_user(const struct mistaken_line *line, struct fail *f) {
    const char *word = line->command == NULL ? NULL : line->command[0];
    char text[LINE_SIZE];

    if (f->code != FAIL_NOT_FOUND || word == NULL || !names_user(word))
        return false;
    write_line(line, "--user", word, text);
    fail_advise(f, "%s is a user: did you mean %s%s", word, line->program, text);
    return true;
}

void mistaken_command(const struct pipeline *pipeline, const struct mistaken_line *line,
                      struct fail *f) {
    bool may_change =
        !pipeline->request.change_identity && !cred_was_granted(&pipeline->start.cred);
    uint64_t set = 0;

    if (f->code != FAIL_NOT_FOUND || (may_change && mistaken_user(line, f)))
        return;
    if (line->command[0][0] != '\0' && !has_dashes(line) && read_caps(line->command[0], &set))
        advise_caps(&pipeline->request, line, f);
}

int mistaken_root_command(const struct pipeline *pipeline, const struct mistaken_line *line,
                          struct fail *f) {
    const char *word = line->command[0];
    char user[LINE_SIZE], program[LINE_SIZE];

    if (pipeline->request.change_identity || pipeline->start.cred.uid.effective != 0 ||
        has_dashes(line) || strchr(word, '/') != NULL || !names_user(word))
        return 0;
    write_line(line, "--user", word, user);
    write_line(line, "--", word, program);
    (void)fail_set(f, "program", FAIL_USAGE, 0, "%s is a user and a program", word);
    fail_advise(f, "for the user write %s%s; for the program, %s%s", line->program, user,
                line->program, program);
    return -1;
}
