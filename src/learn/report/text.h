/*
 * text - writes the result for a reader: lines of at most 80 columns, the answer first.
 */
#ifndef CAPWRAP_LEARN_TEXT_H
#define CAPWRAP_LEARN_TEXT_H

#include <stdio.h>

#include "learn/result.h"

/* Writes the whole report; ferror() shows whether that succeeded. */
void learn_text_write(FILE *out, const struct result *result);

#endif
