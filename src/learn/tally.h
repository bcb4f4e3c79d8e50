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

struct asked {
    uint64_t checks, ignored; /* those that count, and those that are noise */
    struct use uses[TALLY_USES];
    size_t use_count;
    uint64_t other_uses; /* checks of askers that found no room */
};

struct tally_state;

struct tally {
    struct asked asked[CAP_BITS];
    /* execve calls behind which the kernel stopped watching. Of the tracepoint alone: a kprobe does
     * not see the check by which the others are told. */
    uint64_t unwatched;
    uint64_t records;
    bool no_memory;
    struct tally_state *state;
};

/* symbols must outlive the tally. Returns 0 or -ENOMEM. Release with tally_free(). */
int tally_begin(struct tally *tally, const struct symbols *symbols);

/* Takes a record; records come in the order of their time. */
void tally_take(struct tally *tally, const struct record *record);

/* No more records: decides about the checks that all credentials have to be known for. */
void tally_end(struct tally *tally);

/* The capabilities with a check that counts. */
uint64_t tally_set(const struct tally *tally);

void tally_free(struct tally *tally);

#endif
