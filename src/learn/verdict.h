/*
 * verdict - what was learned, in words: of each capability, and what the answer does not tell.
 */
#ifndef CAPWRAP_LEARN_VERDICT_H
#define CAPWRAP_LEARN_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/learned.h"

enum { VERDICT_LIMITS = 16, VERDICT_LIMIT = 512 };

/* "observed", "confirmed" or "not confirmed". */
const char *verdict_state(const struct learned *learned);

/* "tracepoint", "kprobe" or "trial". */
const char *verdict_method(const struct learned *learned);

/* The capabilities that there is something to say about. */
uint64_t verdict_caps(const struct learned *learned);

/* "needed", "not needed" or "ignored". */
const char *verdict_of(const struct learned *learned, unsigned cap);

/* Why that is the verdict. */
const char *verdict_reason(const struct learned *learned, unsigned cap);

/* What --check does not allow and the program needs. */
uint64_t verdict_outside(const struct learned *learned);

/* What the reader has to know about how far the answer goes. Returns how many there are. */
size_t verdict_limits(const struct learned *learned, char limits[VERDICT_LIMITS][VERDICT_LIMIT]);

/* Without a --test, the program did not end well with everything kept either: whoever reads that it
 * "works" has to know. */
bool verdict_is_of_failure(const struct learned *learned);

/* The exit status: 0, 1 (--check), 2 (not confirmed). */
int verdict_exit(const struct learned *learned);

#endif
