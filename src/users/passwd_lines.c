#include "users/passwd_lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The characters for which isspace(3) is true in the locale "C". */
static const char BLANKS[] = " \t\n\v\f\r";

static char *skip_blanks(char *text) { return *text > ' ' ? text : text + strspn(text, BLANKS); }

bool passwd_lines_are_clear(const struct entries *entries) {
    const char *text = entries->next;
    size_t size = (size_t)(entries->end - text);

    if (size == 0)
        return true;
    const char *newline = memrchr(text, '\n', size);
    const char *last = newline == NULL ? text : newline + 1, *first = last;
    while (first < entries->end && memchr(BLANKS, *first, sizeof BLANKS - 1) != NULL)
        first++;
    return memchr(text, '\0', size) == NULL && (first == last || first == entries->end);
}

/* Returns the next line that is not blank, terminated by a NUL; NULL at the end. */
static char *next_line(struct entries *entries) {
    while (entries->next < entries->end) {
        char *line = entries->next;
        char *end = memchr(line, '\n', (size_t)(entries->end - line));
        if (end == NULL)
            end = entries->end;
        entries->next = end < entries->end ? end + 1 : end;
        *end = '\0';
        if (skip_blanks(line)[0] != '\0')
            return line;
    }
    return NULL;
}

/* Cuts the next field from the rest of a line; "" when there is none. */
static char *cut(char **rest) {
    char *field = *rest, *end = field;

    while (*end != ':' && *end != '\0') /* fields are short: a library call takes longer */
        end++;
    *rest = *end == ':' ? end + 1 : end;
    *end = '\0';
    return field;
}

/* Reads a number as glibc does: blanks and a sign may precede it, and 32 bits must hold it. */
static bool read_id(const char *field, uint32_t *id) {
    char *end;

    unsigned long long number = strtoull(field, &end, 10);
    *id = (uint32_t)number;
    return end != field && *end == '\0' && number <= UINT32_MAX;
}

/* The markers of nss_compat. */
static bool is_marker(const char *name) { return name[0] == '+' || name[0] == '-'; }

bool passwd_lines_user(struct entries *entries, struct passwd_entry *user) {
    char *line;

    while ((line = next_line(entries)) != NULL) {
        char *rest = skip_blanks(line);
        user->name = cut(&rest);
        (void)cut(&rest); /* the password */
        const char *uid = cut(&rest), *gid = cut(&rest);
        (void)cut(&rest); /* the comment */
        user->home = cut(&rest);
        user->shell = rest;
        if (user->name[0] != '#' && !is_marker(user->name) && read_id(uid, &user->uid) &&
            read_id(gid, &user->gid))
            return true;
    }
    return false;
}

bool passwd_lines_group(struct entries *entries, struct group_entry *group) {
    char *line;

    while ((line = next_line(entries)) != NULL) {
        char *rest = skip_blanks(line);
        group->name = cut(&rest);
        group->is_nameless = group->name[0] == '#' || is_marker(group->name);
        (void)cut(&rest); /* the password */
        const char *gid = cut(&rest);
        group->members = rest;
        group->gid = 0;
        if ((is_marker(line) && gid[0] == '\0') || read_id(gid, &group->gid))
            return true;
    }
    return false;
}

bool passwd_lines_has_member(const struct group_entry *group, const char *name) {
    size_t length = strlen(name);

    for (const char *member = group->members; length > 0 && *member != '\0';) {
        member += strspn(member, BLANKS);
        size_t size = strcspn(member, ",");
        if (size == length && memcmp(member, name, length) == 0)
            return true;
        member += size + (member[size] == ',');
    }
    return false;
}
