/*
 * verify - the proof: checks, from what the kernel itself reports, that the goal was reached.
 *
 * It is a separate object file that references no writer. It reads with raw system calls
 * (core/sys.h, readers), makes the probes that must fail (core/sys.h, probes) and lets the kernel
 * confirm an ID (core/sys.h, confirmation of ids). umask(2) is the only reader that writes.
 */
#ifndef CAPWRAP_VERIFY_H
#define CAPWRAP_VERIFY_H

#include "core/fail.h"
#include "core/plan.h"
#include "core/program.h"

/* First checks that the old IDs cannot be taken back. Then reads the whole state and compares it
 * with the goal; an ID that may differ from what is read is confirmed and read again. Then probes
 * what the kernel must refuse in this state. Returns 0, or -1 with *f filled, after which the
 * process must exit. */
int verify_goal(const struct plan *plan, struct fail *f);

/* Checks what the program inherits: the working directory is the one that --chdir opened, and the
 * umask is that of --umask. Writes in order to read, because umask(2) offers no other way. */
int verify_inherited(const struct plan *plan, const struct program *program, struct fail *f);

#endif
