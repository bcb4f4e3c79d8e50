/*
 * streams - the standard streams at the start.
 */
#ifndef CAPWRAP_STREAMS_H
#define CAPWRAP_STREAMS_H

#include "core/fail.h"

/* Opens those of the descriptors 0 to 2 that are closed, so that no file opened later becomes
 * standard error and receives messages of capwrap. They cannot be read or written, and execve
 * closes them again: the program gets what the caller passed. (In secure mode, with capwrap's own
 * file capabilities, the C library has opened /dev/full and /dev/null there before main.) */
int streams_keep_open(struct fail *f);

#endif
