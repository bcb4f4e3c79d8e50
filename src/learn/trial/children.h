/*
 * family - the descendants of this process: what a run has started, and what it leaves behind.
 *
 * This process is their subreaper (PR_SET_CHILD_SUBREAPER): whose parent ends becomes its child, so
 * that nothing gets away, and a child's process id stays its own until it is waited for.
 */
#ifndef CAPWRAP_LEARN_CHILDREN_H
#define CAPWRAP_LEARN_CHILDREN_H

#include <stdbool.h>

#include "learn/error.h"

/* Becomes the subreaper. Refuses when there are children already: they could not be told from those
 * of a run. */
int children_begin(struct fail *f);

/* Sends a signal to each child. Returns how many there are, or -errno without /proc. */
int children_signal(int signal);

/* Ends all descendants. Afterwards there is no child any more. */
int children_end(struct fail *f);

#endif
