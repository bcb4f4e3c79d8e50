/*
 * expect - what a request would give, as far as it can be read of another process, and in what a
 * thread differs from it. Pure but for the question what the user namespace makes of ids.
 */
#ifndef CAPWRAP_EXPECT_H
#define CAPWRAP_EXPECT_H

#include "core/plan.h"
#include "inspect/process.h"

/* The parts of a state that are compared. The securebits of another process cannot be read. */
enum part {
    PART_UID,
    PART_GID,
    PART_GROUPS,
    PART_PERMITTED,
    PART_EFFECTIVE,
    PART_INHERITABLE,
    PART_BOUNDING,
    PART_AMBIENT,
    PART_NO_NEW_PRIVS,
    PART_SECCOMP,
    PARTS
};

struct expectation {
    struct cred cred;  /* no_new_privs: it must be on; otherwise it may be. Shares its groups. */
    uint64_t left_out; /* of what is wanted, that which the process does not hold */
    bool filter;       /* a seccomp filter must be in force */
    bool strict;
};

/* What comes of a thread. */
struct comparison {
    unsigned differs;   /* bit n: part n does */
    bool bounding_left; /* the bounding set is wider, and no_new_privs is on in the thread */
};

/* The name of a part, as in the text and in JSON. */
const char *expect_part(enum part part);

/* What the request would give here: of what it leaves as it is, what caller has. Its group list is
 * the request's or the caller's. Refuses, with -1 and *f filled of step "assert", what no process
 * can have here, and ids that may be other ones than they read as. */
int expect_make(const struct request *request, const struct cred *caller,
                struct expectation *expectation, struct fail *f);

/* Adds of what is wanted that which the process, whose main thread this is, permits. */
void expect_want(const struct request *request, const struct cred *main_thread,
                 struct expectation *expectation);

/* In what the thread differs. */
struct comparison expect_compare(const struct expectation *expectation,
                                 const struct thread *thread);

/* The set of capabilities that is a part; part is one of the five sets. */
uint64_t expect_set(const struct cred *cred, enum part part);

#endif
