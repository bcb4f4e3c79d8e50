/*
 * asked - what was requested, and when capwrap refuses, by docs/design.md: written from that page,
 * not from src/core/plan.c.
 */
#ifndef CAPWRAP_PROOF_ASKED_H
#define CAPWRAP_PROOF_ASKED_H

#include "any.h"

struct asked {
    uint64_t keep;
    struct ids uid, gid;
    bool bounding_left; /* the note: the bounding set stays */
    unsigned securebits;
    bool no_new_privs;
    /* the reasons of a refusal */
    bool started_setid, unknown, not_permitted, frozen, grant, unmapped_stream, strict, userns,
        locked;
};

struct asked asked_of(const struct request *request, const struct start *start);
bool asked_refuses(const struct asked *asked);
bool asked_same_groups(const struct groups *a, const struct groups *b);
bool asked_has_group(const struct groups *groups, gid_t gid);

#endif
