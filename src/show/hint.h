/*
 * hint - one imperative for each failure, in the words of the place it happens in.
 *
 * Where capwrap runs is guessed from the surroundings. The guess chooses words, never behaviour.
 */
#ifndef CAPWRAP_HINT_H
#define CAPWRAP_HINT_H

#include <stddef.h>

#include "core/fail.h"

void hint_for(const struct fail *f, size_t size, char *text);

#endif
