/*
 * clock - CLOCK_MONOTONIC (clock_gettime(2)), which perf also uses for the time of its records.
 */
#ifndef CAPWRAP_LEARN_CLOCK_H
#define CAPWRAP_LEARN_CLOCK_H

#include <stdint.h>

/* Now, in nanoseconds. */
uint64_t clock_now(void);

/* Now, in milliseconds, for waiting. */
int64_t clock_milliseconds(void);

#endif
