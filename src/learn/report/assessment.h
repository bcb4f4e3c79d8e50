/*
 * assessment - describes the result: the verdict on each capability, and the limits of the answer.
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

/* A sentence, and its code for other programs. */
struct limit {
    const char *code;
    char text[ASSESSMENT_LIMIT];
};

/* "observed", "confirmed" or "not confirmed". */
const char *assessment_state(const struct result *result);

/* "tracepoint", "kprobe" or "trial". */
const char *assessment_method(const struct result *result);

/* The capabilities that the report mentions. */
uint64_t assessment_caps(const struct result *result);

/* "needed", "not needed" or "ignored". */
const char *assessment_of(const struct result *result, unsigned cap);

/* The reason for this verdict. */
const char *assessment_reason(const struct result *result, unsigned cap);

/* The capabilities that the program needs and --check does not allow. */
uint64_t assessment_outside(const struct result *result);

/* Whether every check was seen. If not, more may be needed than assessment_outside() reports. A
 * search does not depend on it: what its runs need was tried. */
bool assessment_saw_all(const struct result *result);

/* One line on what the runs have shown about the capability, written to text; "" if there is
 * nothing to report. */
const char *assessment_fact(const struct result *result, unsigned cap, char text[ASSESSMENT_FACT]);

/* The capabilities of the answer that were asked for with that identity. If another capability
 * suffices instead of one asked for, that other one. */
uint64_t assessment_phase(const struct result *result, const struct phase *phase);

/* The reasons why the answer is not confirmed. Returns their number; 0 if it is confirmed. */
size_t assessment_reasons(const struct result *result, struct limit reasons[REASONS]);

/* The limits of the answer that the reader must know. Returns their number. */
size_t assessment_limits(const struct result *result, struct limit limits[ASSESSMENT_LIMITS]);

/* Whether the program failed in the run with everything: there is no answer to use. */
bool assessment_program_failed(const struct result *result);

/* The exit status: 0, 1 (--check), 2 (not confirmed). */
int assessment_exit(const struct result *result);

#endif
