/*
 * report - what capwrap prints on standard error: failures, notes, steps.
 */
#ifndef CAPWRAP_REPORT_H
#define CAPWRAP_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fail.h"
#include "core/pipeline.h"
#include "core/place.h"

/* Replaces control and format characters by escapes (text/printable.h): a name from the command
 * line could carry them to a terminal. In place; text has size bytes. */
void report_clean(size_t size, char *text);

/* Writes what failed, as one clean line without the step: subject, caps, text, errno text. */
void report_text(const struct fail *f, size_t size, char *text);

/* Prints "capwrap: STEP: WHAT" and a hint for this environment. Returns the exit status. */
int report_failure(const struct fail *f, const struct place *place);

/* Prints the steps that the plan will make, with their values. */
void report_steps(const struct plan *plan);

/* Prints what is removed from the environment where AT_SECURE is set, as comma-separated names:
 * those that capwrap removes, and those that a C library removed before, if they were set. */
void report_environment(const char *names, const char *known);

/* Prints the notes of a start whose program was found; all: also those that need -v. */
void report_notes(const struct pipeline *pipeline, bool all);

/* Returns 0, or -1 with *f filled when standard output was not written completely. */
int report_finish(struct fail *f);

#endif
