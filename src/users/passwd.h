/*
 * passwd - the user and group database: NSS through the C library (passwd_nss.c), or in a static
 * program the files themselves (passwd_files.c).
 *
 * Every function returns 1 when there is an answer, 0 when the database has none, -errno when it
 * could not be asked.
 */
#ifndef CAPWRAP_PASSWD_H
#define CAPWRAP_PASSWD_H

#include <stdbool.h>

#include "core/cred.h"

/* Whether asking loads foreign code into this process. */
extern const bool passwd_loads_modules;

/* What an error adds to "there is none": where was looked, unless it is NSS. */
extern const char passwd_note[];

/* The hint for a name that is not found; NULL: the one for the code. */
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

/* The groups of the user name and gid, in no order; getgrouplist(3). The list is the caller's to
 * release, by pool_release(). */
int passwd_groups(const char *name, gid_t gid, struct groups *groups);

/* What a database says of a user. */
struct passwd_entry {
    const char *name, *home, *shell;
    uid_t uid;
    gid_t gid;
};

/* For those who answer (passwd.c): copies an entry; an empty home is /, an empty shell /bin/sh
 * (passwd(5)). Returns 1 or -ENOMEM. */
int passwd_answer(const struct passwd_entry *entry, struct account *account);

void passwd_free(struct account *account);

#endif
