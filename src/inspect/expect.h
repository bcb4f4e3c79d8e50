/*
 * expect - the state that a request would give, as far as it can be read of another process, and
 * how a thread differs from it. Pure, except that it reads how the user namespace maps IDs.
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
    struct cred cred;  /* no_new_privs true: it must be on; false: it may be. Shares its groups. */
    uint64_t left_out; /* the wanted capabilities that the process does not hold */
    bool filter;       /* a seccomp filter must be in force */
    bool strict;
};

/* The result of the comparison of a thread. */
struct comparison {
    unsigned differs;   /* bit n: part n differs */
    bool bounding_left; /* the bounding set has more, and no_new_privs is on in the thread */
};

/* Returns the name of a part, as in the text and in JSON. */
const char *expect_part(enum part part);

/* Computes what the request would give here; what the request leaves unchanged is taken from
 * caller. The group list is that of the request or of the caller. Refuses, with -1 and *f filled of
 * step "assert", what no process can have here, and IDs that may differ from what is read. */
int expect_make(const struct request *request, const struct cred *caller,
                struct expectation *expectation, struct fail *f);

/* Adds those wanted capabilities that the process permits; main_thread is its main thread. */
void expect_want(const struct request *request, const struct cred *main_thread,
                 struct expectation *expectation);

/* Compares the thread with the expectation. */
struct comparison expect_compare(const struct expectation *expectation,
                                 const struct thread *thread);

/* Returns the set of capabilities that part names; part must be one of the five sets. */
uint64_t expect_set(const struct cred *cred, enum part part);

#endif
