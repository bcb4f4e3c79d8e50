/*
 * expected - the state that the program must have, computed without plan.c.
 */
#ifndef CAPWRAP_FAKE_EXPECTED_H
#define CAPWRAP_FAKE_EXPECTED_H

#include "core/plan.h"
#include "fake/kernel.h"

/* The state that the program must have, computed without plan.c from the request and the true state
 * at the start. */
struct expected {
    struct cred cred;
    int parent_death_signal;
    bool ids_are_mapped, groups_are_mapped; /* a requested id is never an unmapped one */
    bool new_keyring;
    uid_t keyring_owner;
    unsigned keyring_before;
    bool closed_fds;
    bool userns_disabled;
    const struct fake_file *directory;
    unsigned umask;
    const char *label[MODULES];
    unsigned streams; /* bit n: stream n belongs to stream_owner */
    uid_t stream_owner;
    bool bounding_may_stay; /* if it cannot be narrowed */
};

/* Before the run, from the true state; its group list is malloced or the request's. */
void expected_make(const struct request *request, struct expected *expected);
void expected_free(struct expected *expected);

/* After the run: the first thing in which the true state is not as expected, or NULL. */
const char *expected_unmet(const struct expected *expected, const struct plan *plan);

#endif
