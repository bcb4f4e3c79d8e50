/*
 * document - what was learned, for a program: JSON of version 1, docs/learn.schema.json.
 */
#ifndef CAPWRAP_LEARN_DOCUMENT_H
#define CAPWRAP_LEARN_DOCUMENT_H

#include <stdio.h>

#include "learn/learned.h"

/* 0, or -ENOMEM. */
int document_write(FILE *out, const struct learned *learned);

#endif
