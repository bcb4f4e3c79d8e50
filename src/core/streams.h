/*
 * streams - the standard streams at the start.
 */
#ifndef CAPWRAP_STREAMS_H
#define CAPWRAP_STREAMS_H

#include "core/fail.h"

/* Takes descriptors 0 to 2 where the caller left them closed, so that no file opened later becomes
 * standard error and receives our text. Nothing can be read from or written to these, and execve
 * closes them again: the program finds what the caller gave. (In secure mode, with capwrap's own
 * file capabilities, the C library has opened /dev/full and /dev/null there before main.) */
int streams_keep_open(struct fail *f);

#endif
