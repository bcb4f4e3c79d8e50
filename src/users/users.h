/*
 * users - the user and group database: NSS through the C library (users.c), or in a static program
 * the files themselves (users_file.c).
 *
 * Every function returns 1 when there is an answer, 0 when the database has none, -errno when it
 * could not be asked.
 */
#ifndef CAPWRAP_USERS_H
#define CAPWRAP_USERS_H

#include "core/cred.h"

enum { USERS_GROUPS_MOST = 65536 }; /* NGROUPS_MAX, linux/limits.h */

struct account {
    char *name, *home; /* released by users_free(); NULL without an entry */
    uid_t uid;
    gid_t gid;
};

int users_by_name(const char *name, struct account *account); /* getpwnam(3) */
int users_by_uid(uid_t uid, struct account *account);         /* getpwuid(3) */
int users_group(const char *name, gid_t *gid);                /* getgrnam(3) */

/* The groups of the user name and gid, in no order; getgrouplist(3). The list is the caller's to
 * release, by memory_release(). */
int users_groups(const char *name, gid_t gid, struct groups *groups);

/* For those who answer (account.c): copies an entry; an empty home is /. Returns 1 or -ENOMEM. */
int users_answer(const char *name, uid_t uid, gid_t gid, const char *home, struct account *account);

void users_free(struct account *account);

#endif
