/*
 * observe - the kernel's account of this process, read whole or not at all.
 */
#ifndef CAPWRAP_OBSERVE_H
#define CAPWRAP_OBSERVE_H

#include "core/cred.h"
#include "core/fail.h"
#include "core/plan.h"

/* Reads the state of the calling process; step names the stage for an error. last is the highest
 * number to ask about: CAP_BITS, or how many capabilities the kernel told before that it has.
 * Release the group list with observe_free(), after a failure too.
 * Without /proc, and without any library's idea of which capabilities exist: a kernel that knows
 * n of them answers EINVAL from n on, and one that answers otherwise is refused. */
int observe_cred(const char *step, unsigned last, struct cred *cred, struct fail *f);

/* As observe_cred, of what the start of a run has to know alone: of the ambient set, what can be in
 * it; of the bounding set only how many capabilities there are, and all of them are taken to be in
 * it. A kernel that answers for ever is refused. */
int observe_caller(struct cred *cred, struct fail *f);

/* Completes a state that observe_caller() read with what the plan needs of the bounding set:
 * everything where CAP_SETPCAP is missing or something kept is not permitted, else what is kept or
 * wanted; the rest, which is to be dropped, is taken to be in it. */
int observe_bounding(const struct request *request, struct cred *cred, struct fail *f);

void observe_free(struct cred *cred);

/* Brings a list into ascending order without repetition, in which lists are compared. */
void observe_sort(struct groups *groups);

#endif
