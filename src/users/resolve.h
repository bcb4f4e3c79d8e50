/*
 * resolve - from words to an identity: who USER is, and which groups GROUPS means.
 */
#ifndef CAPWRAP_RESOLVE_H
#define CAPWRAP_RESOLVE_H

#include "core/cred.h"
#include "core/fail.h"
#include "core/plan.h"
#include "users/passwd.h"

/* The words. */
struct who {
    const char *user; /* USER[:GROUP], names or numbers; NULL: the caller's ids stay */
    const char
        *groups;   /* LIST (init may be in it), none or keep; NULL: what USER[:GROUP] implies */
    bool ids_only; /* name, home and shell of the user are not wanted */
    bool entry;    /* they are wanted, of the caller where user is NULL */
};

/* The answers of the database, and what was made of them. */
struct identity {
    bool changes_ids;       /* who.user was given: account's uid and gid are the ones to have */
    bool changes_groups;    /* groups is the list to have; otherwise the caller's stays */
    struct account account; /* name and home NULL without an entry */
    struct groups groups;   /* ascending, no id twice */
};

/* Fills *identity, or refuses: -1 with *f filled, of step "user" or "groups". caller is what the
 * kernel told of this process. The database is asked twice, because NSS reports a failed read as
 * success with a shorter answer: two answers that differ are refused. Release with resolve_free(),
 * after a failure too. */
int resolve(const struct who *who, const struct cred *caller, struct identity *identity,
            struct fail *f);

/* Puts the identity into the request, which shares its group list. */
void resolve_apply(const struct identity *identity, struct request *request);

void resolve_free(struct identity *identity);

#endif
