/*
 * passwd_lines - reads the lines of passwd(5) and group(5), one by one, from memory. It accepts
 * exactly what glibc's NSS accepts from the two files.
 *
 * Blanks before a line, a number or a member are ignored. Fields missing after the IDs are empty. A
 * line without a number where one is required, or with one out of range, is not an entry. A line
 * that starts with '#' is a comment, and so is a line of nss_compat, with '+' or '-'. But glibc
 * searches all of these lines for members (getgrouplist(3)).
 */
#ifndef CAPWRAP_PASSWD_LINES_H
#define CAPWRAP_PASSWD_LINES_H

#include <stdbool.h>
#include <sys/types.h>

#include "users/passwd.h"

/* The text that is still to be read, which is modified. *end is writable and belongs to it. */
struct entries {
    char *next, *end;
};

struct group_entry {            /* pointers into the text */
    const char *name, *members; /* comma-separated names */
    gid_t gid;
    bool is_nameless; /* starts with '#', '+' or '-': no name finds it, but its members count */
};

/* Returns false when glibc would read something else than the file contains, so that no result can
 * be trusted: a NUL byte, or a last line that starts with a blank and has no newline. */
bool passwd_lines_are_clear(const struct entries *entries);

/* Reads the next entry; false at the end. */
bool passwd_lines_user(struct entries *entries, struct passwd_entry *user);
bool passwd_lines_group(struct entries *entries, struct group_entry *group);

bool passwd_lines_has_member(const struct group_entry *group, const char *name);

#endif
