/*
 * failure - an error of the learner as a value: as the launcher's, with a hint of its own where the
 * launcher has none.
 */
#ifndef CAPWRAP_LEARN_FAILURE_H
#define CAPWRAP_LEARN_FAILURE_H

#include "core/fail.h"

struct failure {
    struct fail fail;
    char hint[256]; /* one imperative; "" where it is the launcher's to give (show/hint.h) */
};

/* Fills *failure with exit status 125 and returns -1. step, error, format: as fail_set(). */
int failure_set(struct failure *failure, const char *step, int error, const char *hint,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Prints "capwrap-learn: STEP: WHAT" and the hint. Returns the exit status. */
int failure_print(const struct failure *failure);

#endif
