/*
 * text - what was learned, for a reader: lines of at most 80 columns, the answer first.
 */
#ifndef CAPWRAP_LEARN_TEXT_H
#define CAPWRAP_LEARN_TEXT_H

#include <stdio.h>

#include "learn/report/assessment.h"
#include "learn/result.h"

/* How it was without a capability, for the text; "" where that is not known. */
enum { LEFT_OUT_TEXT = 80 };
void learn_left_out(const struct left_out *left_out, char text[LEFT_OUT_TEXT]);

/* Writes all of it; whether that worked is told by ferror(). */
void learn_text_write(FILE *out, const struct result *result);

#endif
