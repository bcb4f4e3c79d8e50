/*
 * standing - one process's identity and sets: how a system call changes them, and whether one is
 * more than another. Pure; the rules are those of credentials(7) and capabilities(7).
 */
#ifndef CAPWRAP_LEARN_STANDING_H
#define CAPWRAP_LEARN_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/watch/record.h"

enum { STANDING_STAYS = 64 };

/* What a process has, as far as system calls tell. */
struct standing {
    struct ids uid, gid;
    uint32_t groups;     /* 0: those that it began with; else one more than how many were set */
    uint32_t capsets;    /* capset(2) succeeded; its masks are not recorded */
    uint32_t securebits; /* as set */
    bool cleared;        /* all three uids left 0, and with them the capabilities went */
    bool keep_caps;
    uint64_t bounding_dropped, ambient_lowered;
};

struct standing_call {
    enum call call;
    uint64_t args[3];
    bool granted, refused; /* SETUID or SETGID was asked for in it, with this answer */
};

/* What is known of the capability sets at the end of both runs. */
struct standing_sets {
    uint64_t kept;           /* by the run that may be more */
    bool known, first_known; /* /proc told of both; of that of the first run */
    uint64_t trial, first;
};

/* Whether a call that was refused what it asked for does something all the same. */
bool standing_allows(const struct standing *standing, const struct standing_call *call);

/* What it does. */
void standing_apply(struct standing *standing, const struct standing_call *call);

bool standing_equal(const struct standing *a, const struct standing *b);

/* The four ids of both kinds are these. */
bool standing_has(const struct standing *standing, const struct ids *uid, const struct ids *gid);

/* Something of `before` was given up. */
bool standing_less(const struct standing *standing, const struct standing *before);

/* What `trial` has and `first` has not: returns stays, filled ("uid 0", "group", "capabilities");
 * or NULL when there is nothing. groups: those of the start. */
const char *standing_excess(const struct standing *trial, const struct standing *first,
                            const struct standing_sets *sets, const struct groups *groups,
                            char stays[STANDING_STAYS]);

#endif
