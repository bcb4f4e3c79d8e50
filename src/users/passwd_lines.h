/*
 * passwd_lines - the lines of passwd(5) and group(5), one by one, from memory: what glibc's NSS
 * takes of the two files is taken, and nothing else.
 *
 * Blanks before a line, a number or a member do not count; fields that are missing behind the ids
 * are empty; a line without numbers where they belong, or with one that does not fit, is no entry.
 * A line that begins with '#' is a comment, and so is one of nss_compat's, with '+' or '-'; but
 * glibc looks for members in all of them (getgrouplist(3)).
 */
#ifndef CAPWRAP_PASSWD_LINES_H
#define CAPWRAP_PASSWD_LINES_H

#include <stdbool.h>
#include <sys/types.h>

#include "users/passwd.h"

/* What is still to be read. *end is writable and belongs to the text; the text is cut up. */
struct entries {
    char *next, *end;
};

struct group_entry {            /* pointers into the text */
    const char *name, *members; /* names with commas between */
    gid_t gid;
    bool is_nameless; /* begins with '#', '+' or '-': found by no name, but its members are in it */
};

/* False where glibc reads something else than there is, so that nothing is to be believed: a NUL
 * byte, or a last line that begins with a blank and is not ended. */
bool passwd_lines_are_clear(const struct entries *entries);

/* The next entry; false at the end. */
bool passwd_lines_user(struct entries *entries, struct passwd_entry *user);
bool passwd_lines_group(struct entries *entries, struct group_entry *group);

bool passwd_lines_has_member(const struct group_entry *group, const char *name);

#endif
