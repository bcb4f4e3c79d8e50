/*
 * narrowing - the configuration lines that remove from a service the capabilities that it was not
 * seen to use, for one platform each.
 */
#ifndef CAPWRAP_LEARN_NARROWING_H
#define CAPWRAP_LEARN_NARROWING_H

#include <stdio.h>

#include "learn/attach/attach.h"
#include "learn/report/snippets.h"

/* kind: as in snippets.h, except the first one, which starts a command. Lines, each with its
 * newline; the caller frees them. NULL without memory. */
char *narrowing_text(unsigned kind, const struct attached *attached);

/* Writes the lines after comments that describe their limits. 0, or -ENOMEM. */
int narrowing_write(FILE *out, const struct attached *attached, unsigned kind);

#endif
