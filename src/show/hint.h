/*
 * hint - one imperative for each failure, worded for the environment in which capwrap runs.
 */
#ifndef CAPWRAP_HINT_H
#define CAPWRAP_HINT_H

#include <stddef.h>

#include "core/fail.h"
#include "core/place.h"

/* Writes the hint of f itself, or the hint for its code in this environment. */
void hint_for(const struct fail *f, const struct place *place, size_t size, char *text);

#endif
