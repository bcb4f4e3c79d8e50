/*
 * assert - --assert=PID: whether a process has the state that this command line would give it.
 */
#ifndef CAPWRAP_ASSERT_H
#define CAPWRAP_ASSERT_H

#include <stdbool.h>

#include "core/plan.h"

enum { EXIT_DIFFERENT = 1 };

/* Compares each thread of the process with this number with what the request would give, and prints
 * the result. caller is the state of this process as the kernel reports it. Returns 0,
 * EXIT_DIFFERENT, or -1 with *f filled when there is no result. */
int assert_print(const char *word, const struct request *request, const struct cred *caller,
                 bool json, bool quiet, struct fail *f);

#endif
