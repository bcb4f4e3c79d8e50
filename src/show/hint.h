/*
 * hint - one imperative for each failure, in the words of the place it happens in.
 */
#ifndef CAPWRAP_HINT_H
#define CAPWRAP_HINT_H

#include <stddef.h>

#include "core/fail.h"
#include "core/place.h"

/* Writes the hint of f itself, or the one for its code in this place. */
void hint_for(const struct fail *f, const struct place *place, size_t size, char *text);

#endif
