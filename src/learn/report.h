/*
 * report - what was learned, for a reader: plain text of 80 columns, but for the ready lines.
 */
#ifndef CAPWRAP_LEARN_REPORT_H
#define CAPWRAP_LEARN_REPORT_H

#include <stdio.h>

#include "learn/learned.h"
#include "learn/snippets.h"

/* What the ready lines speak of; its pointers are those of learned. */
struct snippet learn_snippet(const struct learned *learned);

/* Writes all of it; whether that worked is told by ferror(). */
void learn_report(FILE *out, const struct learned *learned);

#endif
