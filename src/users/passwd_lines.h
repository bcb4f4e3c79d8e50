/*
 * passwd_lines - the lines of passwd(5) and group(5), one by one, from memory.
 *
 * A line that is not whole is no entry: too few fields, a number that is not written as one, a NUL
 * byte, an empty name, or one that begins with '#', '+' or '-' (comments, and nss_compat's
 * markers).
 */
#ifndef CAPWRAP_PASSWD_LINES_H
#define CAPWRAP_PASSWD_LINES_H

#include <stdbool.h>
#include <sys/types.h>

/* What is still to be read. *end is writable and belongs to the text; the text is cut up. */
struct entries {
    char *next, *end;
};

/* Pointers into the text. An id that does not fit reads as 4294967295, which nobody can have. */
struct user_entry {
    const char *name, *home;
    uid_t uid;
    gid_t gid;
};

struct group_entry {
    const char *name, *members; /* names with commas between */
    gid_t gid;
};

/* The next entry; false at the end. */
bool passwd_lines_user(struct entries *entries, struct user_entry *user);
bool passwd_lines_group(struct entries *entries, struct group_entry *group);

bool passwd_lines_has_member(const struct group_entry *group, const char *name);

#endif
