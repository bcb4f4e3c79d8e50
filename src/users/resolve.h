/*
 * resolve - converts words to an identity: the IDs of USER, and the groups of GROUPS.
 */
#ifndef CAPWRAP_RESOLVE_H
#define CAPWRAP_RESOLVE_H

#include "core/cred.h"
#include "core/fail.h"
#include "core/plan.h"
#include "users/passwd.h"

/* The words of the command line. */
struct who {
    const char *user; /* USER[:GROUP], names or numbers; NULL: the IDs are unchanged */
    const char
        *groups; /* LIST (which may contain init), none or keep; NULL: what USER[:GROUP] implies */
    bool ids_only; /* name, home and shell of the user are not needed */
    bool entry;    /* they are needed, of the caller if user is NULL */
};

/* The results from the database, and what was computed from them. */
struct identity {
    bool changes_ids;       /* who.user was given: run as the uid and gid of account */
    bool changes_groups;    /* groups is the list to set; otherwise the list is unchanged */
    struct account account; /* name and home NULL without an entry */
    struct groups groups;   /* in ascending order, without duplicates */
};

/* Fills *identity, or refuses: -1 with *f filled, of step "user" or "groups". caller is the state
 * of this process as the kernel reports it. The database is queried twice, because NSS reports a
 * failed read as success with a shorter result: two results that differ are refused. Release with
 * resolve_free(), also after a failure. */
int resolve(const struct who *who, const struct cred *caller, struct identity *identity,
            struct fail *f);

/* Copies the identity into the request, which shares its group list. */
void resolve_apply(const struct identity *identity, struct request *request);

void resolve_free(struct identity *identity);

#endif
