/*
 * verify - the proof: from the kernel's own answers, that the goal was reached.
 *
 * An object of its own that names no writer: it reads through raw system calls (core/sys.h,
 * readers), makes the probes that must fail (core/sys.h, probes) and lets the kernel confirm an id
 * (core/sys.h, confirmation of ids). umask(2) is the one reader that writes.
 */
#ifndef CAPWRAP_VERIFY_H
#define CAPWRAP_VERIFY_H

#include "core/fail.h"
#include "core/plan.h"
#include "core/program.h"

/* First the old ids must not be possible to take back; then the whole state is read and compared
 * with the goal, and where an id may be another than it reads as, confirmed and read again; then
 * what the kernel refuses because of it is probed. Returns 0, or -1 with *f filled, after which the
 * process must end. */
int verify_goal(const struct plan *plan, struct fail *f);

/* What the program inherits as it was asked for: the working directory is the one that --chdir
 * opened, and the umask the one of --umask. Writes in order to read: umask(2) has no other way. */
int verify_inherited(const struct plan *plan, const struct program *program, struct fail *f);

#endif
