/*
 * error - creates errors of capwrap-learn, and prints all errors.
 */
#ifndef CAPWRAP_LEARN_ERROR_H
#define CAPWRAP_LEARN_ERROR_H

#include <stdio.h>

#include "core/fail.h"

/* Fills *f with exit status 125 and returns -1. step, error, format: as fail_set(). hint: a static
 * string, one imperative. */
int error_set(struct fail *f, const char *step, int error, const char *hint, const char *format,
              ...) __attribute__((format(printf, 5, 6)));

/* Prints "capwrap-learn: STEP: WHAT" and the hint. If document is not NULL, also prints the same as
 * JSON to it. Returns the exit status. */
int error_print(const struct fail *f, FILE *document);

#endif
