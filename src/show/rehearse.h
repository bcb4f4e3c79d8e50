/*
 * rehearse - --dry-run: a child makes the whole transition, proves it and looks at the program;
 * the caller stays as it is and nothing is executed.
 */
#ifndef CAPWRAP_REHEARSE_H
#define CAPWRAP_REHEARSE_H

#include "capwrap/launch.h"

/* status: 0, or -1 when launch->fail says why there is no plan. Prints the account on standard
 * output, failures on standard error as in a real run. Returns the exit status of the real run,
 * except for what only execve can know. */
int rehearse(struct launch *launch, int status);

#endif
