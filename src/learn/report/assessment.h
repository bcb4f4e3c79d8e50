/*
 * verdict - what was result, in words: of each capability, and what the answer does not tell.
 */
#ifndef CAPWRAP_LEARN_ASSESSMENT_H
#define CAPWRAP_LEARN_ASSESSMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/result.h"

enum { ASSESSMENT_LIMITS = 16, ASSESSMENT_LIMIT = 512 };

/* "observed", "confirmed" or "not confirmed". */
const char *assessment_state(const struct result *result);

/* "tracepoint", "kprobe" or "trial". */
const char *assessment_method(const struct result *result);

/* The capabilities that there is something to say about. */
uint64_t assessment_caps(const struct result *result);

/* "needed", "not needed" or "ignored". */
const char *assessment_of(const struct result *result, unsigned cap);

/* Why that is the verdict. */
const char *assessment_reason(const struct result *result, unsigned cap);

/* What became of the calls that asked for a capability that was left out. */
struct left_out {
    enum { LEFT_OUT_NOT_KNOWN, LEFT_OUT_SUCCEEDED, LEFT_OUT_FAILED } calls;
    int error; /* LEFT_OUT_FAILED: errno of the call, 0 when it is not known */
};

struct left_out assessment_left_out(const struct result *result, unsigned cap);

/* What --check does not allow and the program needs. */
uint64_t assessment_outside(const struct result *result);

/* What the reader has to know about how far the answer goes. Returns how many there are. */
size_t assessment_limits(const struct result *result,
                         char limits[ASSESSMENT_LIMITS][ASSESSMENT_LIMIT]);

/* Without a --test, the program did not end well with everything kept either: whoever reads that it
 * "works" has to know. */
bool assessment_is_of_failure(const struct result *result);

/* The exit status: 0, 1 (--check), 2 (not confirmed). */
int assessment_exit(const struct result *result);

#endif
