/*
 * verify - the proof: from the kernel's own answers, that the goal was reached.
 *
 * An object of its own that names no writer: it reads through raw system calls (core/sys.h,
 * readers), makes the probes that must fail (core/sys.h, probes) and lets the kernel confirm an id
 * (core/sys.h, confirmation of ids).
 */
#ifndef CAPWRAP_VERIFY_H
#define CAPWRAP_VERIFY_H

#include "core/fail.h"
#include "core/plan.h"

/* First the old ids must not be possible to take back; then the whole state is read and compared
 * with the goal, and where an id may be another than it reads as, confirmed and read again; then
 * what the kernel refuses because of it is probed. Returns 0, or -1 with *f filled, after which the
 * process must end. */
int verify_goal(const struct plan *plan, struct fail *f);

#endif
