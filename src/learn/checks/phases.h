/*
 * phases - the capabilities asked for, by the effective identity of the thread, in the order of
 * first use; also identities that a process changed to without asking for a capability. Pure.
 */
#ifndef CAPWRAP_LEARN_PHASES_H
#define CAPWRAP_LEARN_PHASES_H

#include <stdbool.h>
#include <stdint.h>

enum { PHASES_MOST = 8 };

struct phase {
    uint32_t uid, gid;
    uint64_t caps;
};

/* Initialise with zeros. */
struct phases {
    struct phase list[PHASES_MOST];
    unsigned count;
    bool more; /* there were more than PHASES_MOST */
};

/* A thread with this identity existed, and asked for these capabilities. */
void phases_add(struct phases *phases, uint32_t uid, uint32_t gid, uint64_t caps);

#endif
