/*
 * resolve - from words to a request: who the program is to be, before anything changes.
 */
#ifndef CAPWRAP_RESOLVE_H
#define CAPWRAP_RESOLVE_H

#include "capwrap/options.h"
#include "core/plan.h"
#include "users/users.h"

/* The answers of the database, and what was made of them. */
struct identity {
    struct account account; /* uid and gid are the ones to have; name NULL without an entry */
    struct groups groups;   /* ascending, no id twice */
};

/* Fills *request and *identity, or refuses. caller is what the kernel told of this process. The
 * database is asked twice, because NSS reports a failed read as success with a shorter answer: two
 * answers that differ are refused. The request shares the group list of *identity: release with
 * resolve_free() after its last use, after a failure too. */
int resolve(const struct options *options, const struct cred *caller, struct request *request,
            struct identity *identity, struct fail *f);

void resolve_free(struct identity *identity);

/* The environment of the program: HOME, USER and LOGNAME of the new user in place of every copy
 * that is there; without an entry HOME=/ and the others removed. It stays for the program; NULL
 * without memory. */
char **resolve_environment(char *const *environment, const struct account *account);

#endif
