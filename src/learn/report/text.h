/*
 * text - what was learned, for a reader: lines of at most 80 columns, the answer first.
 */
#ifndef CAPWRAP_LEARN_TEXT_H
#define CAPWRAP_LEARN_TEXT_H

#include <stdio.h>

#include "learn/result.h"

/* Writes all of it; whether that worked is told by ferror(). */
void learn_text_write(FILE *out, const struct result *result);

#endif
