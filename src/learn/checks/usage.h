/*
 * tally - what the checks of a run add up to: for each capability, who asked for it, in which
 * system call, and which of the checks are noise.
 */
#ifndef CAPWRAP_LEARN_USAGE_H
#define CAPWRAP_LEARN_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/checks/kallsyms.h"
#include "learn/checks/noise.h"
#include "learn/watch/record.h"

enum {
    USAGE_NAME = 16,   /* of a process, with its NUL: TASK_COMM_LEN */
    USAGE_ASKERS = 16, /* so many askers of one capability are told apart */
};

struct use {
    char process[USAGE_NAME];
    const char *call; /* outlives the tally's symbols no longer than these do */
    uint64_t checks;
    const struct noise_rule *noise; /* why it does not count; NULL: it does */
};

struct uses {
    uint64_t checks; /* of all */
    struct use list[USAGE_ASKERS];
    size_t count;
    uint64_t others; /* checks of askers that found no room */
};

struct asked {
    struct uses counted, ignored; /* ignored: noise */
};

struct usage_state;

struct usage {
    struct asked asked[CAP_BITS];
    bool no_memory;
    struct usage_state *state;
};

/* symbols must outlive the tally. Returns 0 or -ENOMEM. Release with usage_free(). */
int usage_begin(struct usage *usage, const struct kallsyms *kallsyms);

/* Takes a record of the program; records come in the order of their time. */
void usage_add(struct usage *usage, const struct record *record);

/* No more records: decides about the checks that all credentials have to be known for. */
void usage_end(struct usage *usage);

/* Who asked for a capability: of what counts, or where nothing does, of the noise. */
const struct uses *usage_of(const struct asked *asked);

/* The capabilities with a check that counts. */
uint64_t usage_caps(const struct usage *usage);

void usage_free(struct usage *usage);

#endif
