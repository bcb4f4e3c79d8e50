/*
 * children - the descendants of this process: what a run has started and what it leaves behind.
 *
 * This process is their subreaper (PR_SET_CHILD_SUBREAPER): it becomes the parent of every orphan,
 * so that no process escapes. A child's process ID is not reused until the child is waited for.
 */
#ifndef CAPWRAP_LEARN_CHILDREN_H
#define CAPWRAP_LEARN_CHILDREN_H

#include <stdbool.h>

#include "learn/error.h"

/* Becomes the subreaper. Fails if there are children already: they could not be distinguished from
 * those of a run. */
int children_begin(struct fail *f);

/* Sends a signal to each child. Returns the number of children, or -errno without /proc. */
int children_signal(int signal);

/* Ends all descendants. Afterwards there are no children. */
int children_end(struct fail *f);

#endif
