/*
 * standing - the identity and sets of one process: how a system call changes them, and whether one
 * is more privileged than another. Pure; the rules are those of credentials(7) and capabilities(7).
 */
#ifndef CAPWRAP_LEARN_STANDING_H
#define CAPWRAP_LEARN_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/watch/record.h"

enum { STANDING_STAYS = 64 };

/* What a process has, as far as system calls show. */
struct standing {
    struct ids uid, gid;
    uint32_t groups;     /* 0: as at its start; otherwise one more than the number set */
    uint32_t capsets;    /* capset(2) calls that succeeded; their masks are not recorded */
    uint32_t securebits; /* as set */
    bool cleared;        /* no user ID is 0 any more, so the capabilities were cleared */
    bool keep_caps;
    uint64_t bounding_dropped, ambient_lowered;
};

struct standing_call {
    enum call call;
    uint64_t args[3];
    bool granted, refused; /* SETUID or SETGID was checked in it, with this result */
};

/* What is known of the capability sets at the end of both runs. */
struct standing_sets {
    uint64_t kept;           /* in the run that may be more privileged */
    bool known, first_known; /* /proc showed those of both runs; those of the first run */
    uint64_t trial, first;
};

/* Whether a call that was refused its capability changes something nevertheless. */
bool standing_allows(const struct standing *standing, const struct standing_call *call);

/* Applies the effect of the call. */
void standing_apply(struct standing *standing, const struct standing_call *call);

bool standing_equal(const struct standing *a, const struct standing *b);

/* Whether the four user IDs and the four group IDs are these. */
bool standing_has(const struct standing *standing, const struct ids *uid, const struct ids *gid);

/* Whether something of `before` was given up. */
bool standing_less(const struct standing *standing, const struct standing *before);

/* What `trial` has and `first` has not: returns stays, filled ("uid 0", "group", "capabilities");
 * NULL if there is nothing. groups: the supplementary groups at the start. */
const char *standing_excess(const struct standing *trial, const struct standing *first,
                            const struct standing_sets *sets, const struct groups *groups,
                            char stays[STANDING_STAYS]);

#endif
