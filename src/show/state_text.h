/*
 * state_text - a process's privilege state in words.
 */
#ifndef CAPWRAP_STATE_TEXT_H
#define CAPWRAP_STATE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/cred.h"

/* One line for each part, indented by two blanks. Without securebits_known, which only a process
 * itself can read, their line is left out. */
void state_text_print(FILE *out, const struct cred *cred, bool securebits_known);

/* A set by its names, with commas between; one that lacks few of all, the kernel's capabilities, by
 * what it lacks. */
void state_text_set(FILE *out, uint64_t set, uint64_t all);

#endif
