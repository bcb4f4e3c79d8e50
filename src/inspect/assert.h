/*
 * assert - --assert=PID: does a running process hold what this command line would give it?
 */
#ifndef CAPWRAP_ASSERT_H
#define CAPWRAP_ASSERT_H

#include <stdbool.h>

#include "core/plan.h"

enum { EXIT_DIFFERENT = 1 };

/* Compares each thread of the process whose number word is with what the request would give, and
 * prints the outcome. caller is what the kernel told of this process. Returns 0, EXIT_DIFFERENT, or
 * -1 with *f filled when it cannot be told. */
int assert_print(const char *word, const struct request *request, const struct cred *caller,
                 bool json, bool quiet, struct fail *f);

#endif
