/*
 * passwd - the user and group database: NSS through the C library (passwd_nss.c), or in a static
 * program the files themselves (passwd_files.c).
 *
 * Every function returns 1 when the database has an entry, 0 when it has none, and -errno when it
 * could not be read.
 */
#ifndef CAPWRAP_PASSWD_H
#define CAPWRAP_PASSWD_H

#include <stdbool.h>

#include "core/cred.h"

/* Whether a query loads third-party code into this process. */
extern const bool passwd_loads_modules;

/* The addition to the error that there is no entry: where capwrap searched, unless it is NSS. */
extern const char passwd_note[];

/* The hint for a name that is not found; NULL: the hint for the error code is used. */
extern const char *const passwd_hint;

enum { PASSWD_GROUPS_MAX = GROUPS_MOST };

struct account {
    char *name, *home, *shell; /* released by passwd_free(); NULL without an entry */
    uid_t uid;
    gid_t gid;
};

int passwd_by_name(const char *name, struct account *account); /* getpwnam(3) */
int passwd_by_uid(uid_t uid, struct account *account);         /* getpwuid(3) */
int passwd_group(const char *name, gid_t *gid);                /* getgrnam(3) */

/* Reads the groups of the user name and gid, in no order; getgrouplist(3). The caller releases the
 * list with pool_release(). */
int passwd_groups(const char *name, gid_t gid, struct groups *groups);

/* The entry of a user in a database. */
struct passwd_entry {
    const char *name, *home, *shell;
    uid_t uid;
    gid_t gid;
};

/* For the implementations (passwd.c): copies an entry; an empty home becomes /, an empty shell
 * /bin/sh (passwd(5)). Returns 1 or -ENOMEM. */
int passwd_answer(const struct passwd_entry *entry, struct account *account);

void passwd_free(struct account *account);

#endif
