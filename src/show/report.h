/*
 * report - what capwrap says on standard error: failures, notes, steps.
 */
#ifndef CAPWRAP_REPORT_H
#define CAPWRAP_REPORT_H

#include <stddef.h>

#include "capwrap/launch.h"

/* Makes every control character a '?': a name from the command line may carry them to a terminal.
 */
void report_clean(char *text);

/* What failed, in one clean line without the step: subject, capabilities, text, errno text. */
void report_text(const struct fail *f, size_t size, char *text);

/* "capwrap: STEP: WHAT" and a hint for the place it runs in. Returns the exit status. */
int report_failure(const struct fail *f);

/* The steps that will be made, under -v. */
void report_steps(const struct launch *launch);

/* The notes, unless -q. Those that are only of interest to who looks closer need -v. */
void report_notes(const struct launch *launch);

#endif
