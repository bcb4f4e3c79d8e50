/*
 * narrowing - the lines that take from a service what it was not seen to use, for one platform
 * each.
 */
#ifndef CAPWRAP_LEARN_NARROWING_H
#define CAPWRAP_LEARN_NARROWING_H

#include <stdio.h>

#include "learn/attach/attach.h"
#include "learn/report/snippets.h"

/* kind: as in snippets.h, but for the first one, which starts a command. Lines, each with its
 * newline; the caller's to free. NULL without memory. */
char *narrowing_text(unsigned kind, const struct attached *attached);

/* Writes the lines, behind comments that say how far they go. 0, or -ENOMEM. */
int narrowing_write(FILE *out, const struct attached *attached, unsigned kind);

#endif
