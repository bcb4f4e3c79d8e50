/*
 * family - the descendants of this process: what a run has started, and what it leaves behind.
 *
 * This process is their subreaper (PR_SET_CHILD_SUBREAPER): whose parent ends becomes its child, so
 * that nothing gets away, and a child's process id stays its own until it is waited for.
 */
#ifndef CAPWRAP_LEARN_FAMILY_H
#define CAPWRAP_LEARN_FAMILY_H

#include <stdbool.h>

#include "learn/failure.h"

/* Becomes the subreaper. Refuses when there are children already: they could not be told from those
 * of a run. */
int family_begin(struct failure *failure);

/* Sends a signal to each child. Returns how many there are, or -errno without /proc. */
int family_signal(int signal);

/* Ends all descendants. Afterwards there is no child any more. */
int family_end(struct failure *failure);

#endif
