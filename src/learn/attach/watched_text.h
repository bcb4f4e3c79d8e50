/*
 * watched_text - writes what was seen of processes that ran already, for a reader.
 */
#ifndef CAPWRAP_LEARN_WATCHED_TEXT_H
#define CAPWRAP_LEARN_WATCHED_TEXT_H

#include <stdio.h>

#include "learn/attach/attach.h"

/* Writes the whole report; ferror() shows whether that succeeded. */
void watched_text_write(FILE *out, const struct attached *attached);

#endif
