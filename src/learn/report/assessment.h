/*
 * verdict - what was result, in words: of each capability, and what the answer does not tell.
 */
#ifndef CAPWRAP_LEARN_ASSESSMENT_H
#define CAPWRAP_LEARN_ASSESSMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/result.h"

enum {
    ASSESSMENT_LIMITS = 24,
    ASSESSMENT_LIMIT = 2560, /* with all capabilities by name, or the last of what a test wrote */
    ASSESSMENT_FACT = 256,
};

/* A sentence, and the word that a program can rely on. */
struct limit {
    const char *code;
    char text[ASSESSMENT_LIMIT];
};

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

/* What --check does not allow and the program needs. */
uint64_t assessment_outside(const struct result *result);

/* What the runs have shown of it, in one line; text: where it is put; "": there is nothing to say.
 */
const char *assessment_fact(const struct result *result, unsigned cap, char text[ASSESSMENT_FACT]);

/* What of the answer was asked for with that identity; where another capability is enough in place
 * of one that was asked for, that other one. */
uint64_t assessment_phase(const struct result *result, const struct phase *phase);

/* Why the answer is not confirmed. Returns how many reasons there are; none where it is. */
size_t assessment_reasons(const struct result *result, struct limit reasons[REASONS]);

/* What the reader has to know about how far the answer goes. Returns how many there are. */
size_t assessment_limits(const struct result *result, struct limit limits[ASSESSMENT_LIMITS]);

/* The run with everything did not work: there is nothing to use. */
bool assessment_program_failed(const struct result *result);

/* The exit status: 0, 1 (--check), 2 (not confirmed). */
int assessment_exit(const struct result *result);

#endif
