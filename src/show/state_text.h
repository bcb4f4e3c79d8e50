/*
 * state_text - prints the privilege state of a process as text.
 */
#ifndef CAPWRAP_STATE_TEXT_H
#define CAPWRAP_STATE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/cred.h"

/* Prints one line for each part, indented by two blanks. Without securebits_known, their line is
 * omitted: only a process itself can read them. */
void state_text_print(FILE *out, const struct cred *cred, bool securebits_known);

/* Prints the names in a set, comma-separated. If the set lacks only a few of all, the capabilities
 * of the kernel, prints those that it lacks. */
void state_text_set(FILE *out, uint64_t set, uint64_t all);

#endif
