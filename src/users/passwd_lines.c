#include "users/passwd_lines.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "text/list.h"
#include "text/number.h"

enum { USER_FIELDS = 7, GROUP_FIELDS = 4 };

/* Cuts the next line of the text at its colons; the last field is the rest of the line. False when
 * the line is no entry. In one pass: a database may have tens of thousands of lines. */
static bool cut_line(struct entries *entries, char *fields[], size_t count) {
    char *c = entries->next;
    size_t cut = 1;
    bool has_nul = false;

    fields[0] = c;
    for (; c < entries->end && *c != '\n'; c++) {
        has_nul |= *c == '\0';
        if (*c == ':' && cut < count) {
            *c = '\0';
            fields[cut++] = c + 1;
        }
    }
    entries->next = c < entries->end ? c + 1 : c;
    *c = '\0';
    return cut == count && !has_nul && fields[0][0] != '\0' && strchr("#+-", fields[0][0]) == NULL;
}

static bool read_id(const char *field, uint32_t *id) {
    uint64_t number;

    int error = number_parse(field, UINT32_MAX, &number);
    *id = error == 0 ? (uint32_t)number : UINT32_MAX;
    return error == 0 || error == -ERANGE;
}

bool passwd_lines_user(struct entries *entries, struct user_entry *user) {
    char *fields[USER_FIELDS];

    while (entries->next < entries->end) {
        if (!cut_line(entries, fields, USER_FIELDS) || !read_id(fields[2], &user->uid) ||
            !read_id(fields[3], &user->gid))
            continue;
        user->name = fields[0];
        user->home = fields[5];
        return true;
    }
    return false;
}

bool passwd_lines_group(struct entries *entries, struct group_entry *group) {
    char *fields[GROUP_FIELDS];

    while (entries->next < entries->end) {
        if (!cut_line(entries, fields, GROUP_FIELDS) || !read_id(fields[2], &group->gid))
            continue;
        group->name = fields[0];
        group->members = fields[3];
        return true;
    }
    return false;
}

bool passwd_lines_has_member(const struct group_entry *group, const char *name) {
    size_t length = strlen(name);

    for (struct list list = {.rest = group->members}; length > 0 && list_next(&list);)
        if (list.length == length && memcmp(list.word, name, length) == 0)
            return true;
    return false;
}
