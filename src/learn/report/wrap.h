/*
 * wrap - text in lines of at most 80 columns.
 */
#ifndef CAPWRAP_LEARN_WRAP_H
#define CAPWRAP_LEARN_WRAP_H

#include <stdio.h>

/* Writes text and a newline: the first line behind what stands already in `used` columns, the
 * others behind `indent` columns that begin with mark. Control characters, of a name for one, do
 * not get to a terminal, nor out of a comment. Text beyond 4095 bytes is cut. */
void wrap(FILE *out, size_t used, const char *mark, size_t indent, const char *text);

#endif
