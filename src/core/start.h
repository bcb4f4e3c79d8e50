/*
 * start - what a plan has to know beside the process's own state: what the user namespace makes of
 * ids, and the standard streams.
 *
 * Beside readers it asks by calls that succeed only where they change nothing, or fail. So it is no
 * part of observe, which the proof uses.
 */
#ifndef CAPWRAP_START_H
#define CAPWRAP_START_H

#include "core/fail.h"
#include "core/plan.h"

/* Completes *start, whose cred is observed already, for this request. Unless start->whole, of the
 * bounding set too. Returns 0, or -1 with *f filled. */
int start_read(const struct request *request, struct start *start, struct fail *f);

#endif
