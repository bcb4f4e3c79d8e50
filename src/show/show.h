/*
 * show - the options that only look, and states in words.
 */
#ifndef CAPWRAP_SHOW_H
#define CAPWRAP_SHOW_H

#include <stdio.h>

#include "capwrap/options.h"
#include "core/cred.h"

/* Carries out an option other than MODE_RUN. Returns the exit status. */
int show(const struct options *options);

/* A state, one line for each part, indented by two blanks. */
void show_cred(FILE *out, const struct cred *cred, bool securebits_known);

/* 0, or a failure when what was written to standard output did not all get there. */
int show_finish(struct fail *f);

#endif
