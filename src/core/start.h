/*
 * start - reads what a plan needs besides the state of the process: how the user namespace maps
 * IDs, and the standard streams.
 *
 * Besides readers it uses calls that either succeed without a change or fail. Therefore it is not
 * part of observe, which the proof uses.
 */
#ifndef CAPWRAP_START_H
#define CAPWRAP_START_H

#include "core/fail.h"
#include "core/plan.h"

/* Completes *start for this request; start->cred must be observed already. Unless start->whole, the
 * bounding set is read too. Returns 0, or -1 with *f filled. */
int start_read(const struct request *request, struct start *start, struct fail *f);

#endif
