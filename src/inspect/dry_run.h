/*
 * dry_run - --dry-run: a child process makes the whole transition, verifies it and checks the
 * program; the caller is unchanged and nothing is executed.
 */
#ifndef CAPWRAP_DRY_RUN_H
#define CAPWRAP_DRY_RUN_H

#include <stdbool.h>

#include "core/pipeline.h"
#include "users/mistaken.h"

struct dry_run {
    struct mistaken_line line;
    bool json, reasons; /* the format of the report: show/document.h */
};

/* p: advanced to the preflight, inclusive, for a request with dry_run; or, with status -1, to the
 * stage that filled *f. Prints the report on standard output, failures on standard error as in a
 * real run. Returns the exit status of the real run, except for what only execve can detect. */
int dry_run(struct pipeline *p, const struct dry_run *asked, int status, struct fail *f);

#endif
