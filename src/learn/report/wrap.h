/*
 * wrap - wraps text into lines of at most 80 columns.
 */
#ifndef CAPWRAP_LEARN_WRAP_H
#define CAPWRAP_LEARN_WRAP_H

#include <stdio.h>

/* Writes text and a newline: the first line follows the `used` columns already written, the others
 * start with `indent` columns that begin with mark. Control characters, for example of a name, are
 * replaced: none reaches a terminal or ends a comment. Text beyond 4095 bytes is cut off. */
void wrap(FILE *out, size_t used, const char *mark, size_t indent, const char *text);

#endif
