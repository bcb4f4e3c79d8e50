/*
 * phases - capabilities asked for, by the effective identity of who asked, in order of appearance;
 * also an identity that a process changed to and asked for nothing with. Pure.
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

/* Zeros at first. */
struct phases {
    struct phase list[PHASES_MOST];
    unsigned count;
    bool more; /* there were more than find room */
};

/* That identity was there, and asked for these. */
void phases_add(struct phases *phases, uint32_t uid, uint32_t gid, uint64_t caps);

#endif
