/*
 * observe - reads the state of this process from the kernel, completely or not at all.
 */
#ifndef CAPWRAP_OBSERVE_H
#define CAPWRAP_OBSERVE_H

#include "core/cred.h"
#include "core/fail.h"
#include "core/plan.h"

/* Reads the state of the calling process; step names the stage for an error. last is the highest
 * capability number to query: CAP_BITS, or the number of capabilities that the kernel reported
 * before. Release the group list with observe_free(), also after a failure.
 * Uses neither /proc nor a library's list of capabilities: a kernel that has n capabilities returns
 * EINVAL for n and above. A kernel that answers otherwise is refused. */
int observe_cred(const char *step, unsigned last, struct cred *cred, struct fail *f);

/* As observe_cred, but reads only what the start of a run needs. It queries the ambient set only
 * for capabilities that can be in it. Of the bounding set it determines only the number of
 * capabilities, and assumes that all are in it. It refuses a kernel that never returns EINVAL. */
int observe_caller(struct cred *cred, struct fail *f);

/* Completes the state from observe_caller() with the part of the bounding set that the plan needs.
 * Where CAP_SETPCAP or a capability to keep is not permitted, it reads the whole set. Otherwise it
 * reads only what is kept or wanted; the rest will be dropped and is assumed to be in the set. */
int observe_bounding(const struct request *request, struct cred *cred, struct fail *f);

void observe_free(struct cred *cred);

/* Sorts a list in ascending order and removes duplicates: lists are compared in this form. */
void observe_sort(struct groups *groups);

#endif
