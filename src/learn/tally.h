/*
 * tally - what the checks of a run add up to: for each capability, who asked for it, in which
 * system call, and which of the checks are noise.
 */
#ifndef CAPWRAP_LEARN_TALLY_H
#define CAPWRAP_LEARN_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/noise.h"
#include "learn/record.h"
#include "learn/symbols.h"

enum {
    TALLY_NAME = 16, /* of a process, with its NUL: TASK_COMM_LEN */
    TALLY_USES = 16, /* so many askers of one capability are told apart */
};

struct use {
    char process[TALLY_NAME];
    const char *call; /* outlives the tally's symbols no longer than these do */
    uint64_t checks;
    const struct noise_rule *noise; /* why it does not count; NULL: it does */
};

struct uses {
    uint64_t checks; /* of all */
    struct use list[TALLY_USES];
    size_t count;
    uint64_t others; /* checks of askers that found no room */
};

struct asked {
    struct uses counted, ignored; /* ignored: noise */
};

struct tally_state;

struct tally {
    struct asked asked[CAP_BITS];
    bool no_memory;
    struct tally_state *state;
};

/* symbols must outlive the tally. Returns 0 or -ENOMEM. Release with tally_free(). */
int tally_begin(struct tally *tally, const struct symbols *symbols);

/* Takes a record of the program; records come in the order of their time. */
void tally_take(struct tally *tally, const struct record *record);

/* No more records: decides about the checks that all credentials have to be known for. */
void tally_end(struct tally *tally);

/* Who asked for a capability: of what counts, or where nothing does, of the noise. */
const struct uses *tally_uses(const struct asked *asked);

/* The capabilities with a check that counts. */
uint64_t tally_set(const struct tally *tally);

void tally_free(struct tally *tally);

#endif
