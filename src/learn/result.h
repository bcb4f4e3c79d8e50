/*
 * learned - everything that one run of capwrap-learn has found out: what the reports are made of.
 */
#ifndef CAPWRAP_LEARN_RESULT_H
#define CAPWRAP_LEARN_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/checks/usage.h"
#include "learn/options.h"
#include "learn/trial/supervise.h"

enum state {
    STATE_OBSERVED,      /* asked for in a run with everything */
    STATE_CONFIRMED,     /* the program worked with exactly this set, and not with any one less */
    STATE_NOT_CONFIRMED, /* that was to be shown, and could not be */
};

struct result {
    struct learn_options options;
    struct subject subject;
    struct kallsyms kallsyms;
    struct usage usage;    /* of the first run; empty without a watch */
    bool traced, kprobe;   /* how it was watched */
    uint64_t lost;         /* checks that found no room */
    struct outcome first;  /* of the first run, with everything */
    uint64_t everything;   /* what was kept in it */
    uint64_t missing;      /* capabilities of this kernel that we do not have ourselves */
    bool own_capabilities; /* the program's file allows no other set */
    bool interrupted;      /* by a signal, before it was done */
    unsigned runs;
    enum state state;
    uint64_t keep; /* the answer */
};

#endif
