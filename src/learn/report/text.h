/*
 * report - what was result, for a reader: plain text of 80 columns, but for the ready lines.
 */
#ifndef CAPWRAP_LEARN_TEXT_H
#define CAPWRAP_LEARN_TEXT_H

#include <stdio.h>

#include "learn/report/snippets.h"
#include "learn/result.h"

/* What the ready lines speak of; its pointers are those of learned. */
struct snippet learn_snippet(const struct result *result);

/* Writes all of it; whether that worked is told by ferror(). */
void learn_text_write(FILE *out, const struct result *result);

#endif
