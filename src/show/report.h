/*
 * report - what capwrap says on standard error: failures, notes, steps.
 */
#ifndef CAPWRAP_REPORT_H
#define CAPWRAP_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fail.h"
#include "core/pipeline.h"
#include "core/place.h"

/* Shows control and format characters as escapes (text/printable.h): a name from the command line
 * may carry them to a terminal. In place; text has size bytes. */
void report_clean(size_t size, char *text);

/* What failed, in one clean line without the step: subject, capabilities, text, errno text. */
void report_text(const struct fail *f, size_t size, char *text);

/* "capwrap: STEP: WHAT" and a hint for the place it runs in. Returns the exit status. */
int report_failure(const struct fail *f, const struct place *place);

/* The steps that the plan will make, with their values. */
void report_steps(const struct plan *plan);

/* What is removed from the environment where AT_SECURE is set, as names with commas between: what
 * capwrap removes, and what a C library has removed before, as far as it was set. */
void report_environment(const char *names, const char *known);

/* The notes of a start whose program was found; all: those that are of interest under -v too. */
void report_notes(const struct pipeline *pipeline, bool all);

/* 0, or -1 with *f filled when what was written to standard output did not all get there. */
int report_finish(struct fail *f);

#endif
