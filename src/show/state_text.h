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

#endif
