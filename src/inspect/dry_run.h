/*
 * dry_run - --dry-run: a child makes the whole transition, verifies it and checks the program; the
 * caller stays as it is and nothing is executed.
 */
#ifndef CAPWRAP_DRY_RUN_H
#define CAPWRAP_DRY_RUN_H

#include <stdbool.h>

#include "core/pipeline.h"
#include "users/mistaken.h"

struct dry_run {
    struct mistaken_line line;
    bool json, reasons; /* how it is reported: show/document.h */
};

/* p: advanced up to the preflight, for a request with dry_run; or with status -1 as far as it got
 * before *f was filled. Prints the account on standard output, failures on standard error as in a
 * real run. Returns the exit status of the real run, except for what only execve can know. */
int dry_run(struct pipeline *p, const struct dry_run *asked, int status, struct fail *f);

#endif
