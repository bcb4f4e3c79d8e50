/*
 * usage - sums up the checks of a run: for each capability, which process asked for it in which
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
#include "learn/checks/uses.h"
#include "learn/watch/record.h"

/* The results of the calls that asked for a capability and were refused it. */
struct refusals {
    uint64_t checks;
    uint64_t failed;     /* calls that returned an error */
    uint64_t unanswered; /* calls whose return value does not report the outcome */
    int error;           /* the first of these errors; 0: none */
    char process[USAGE_NAME];
    const char *call; /* the call of that error, else of the first refusal; NULL: none */
};

struct asked {
    struct uses counted, ignored; /* ignored: noise */
    struct refusals refusals;
};

struct usage_state;

struct usage {
    struct asked asked[CAP_BITS];
    uint64_t kept;    /* what the program held in this run */
    uint64_t refused; /* asked for and refused, if that can make a program fail */
    bool failures;    /* calls that failed were recorded, so refusals.failed is valid */
    bool no_memory;
    struct usage_state *state;
};

/* kallsyms must outlive the usage; kept: what the program holds in this run. Returns 0 or -ENOMEM.
 * Release with usage_free(). */
int usage_begin(struct usage *usage, const struct kallsyms *kallsyms, uint64_t kept);

/* Takes a record of the program, in the order of their time. Returns the capability that it asks
 * for, if the check counts; otherwise -1. */
int usage_add(struct usage *usage, const struct record *record);

/* Whether the check was made by the system call of this name. */
bool usage_is_of_call(const struct usage *usage, const struct record *record, const char *call);

/* Whether the check comes from a system call that changes an identity. */
bool usage_changes_identity(const struct usage *usage, const struct record *record);

/* No more records follow: decides about the checks that depend on all credentials seen. */
void usage_end(struct usage *usage);

/* The processes that asked for a capability in a way that counts; if none did, those of noise. */
const struct uses *usage_of(const struct asked *asked);

/* The capabilities with a check that counts. */
uint64_t usage_caps(const struct usage *usage);

void usage_free(struct usage *usage);

#endif
