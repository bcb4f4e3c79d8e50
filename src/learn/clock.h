/*
 * clock - CLOCK_MONOTONIC (clock_gettime(2)), by which perf stamps its records as well.
 */
#ifndef CAPWRAP_LEARN_CLOCK_H
#define CAPWRAP_LEARN_CLOCK_H

#include <stdint.h>

/* Now, in nanoseconds. */
uint64_t clock_now(void);

/* Now, in milliseconds: what is waited for. */
int64_t clock_milliseconds(void);

#endif
