/*
 * earlier - the answer of an earlier run or watch, read from the JSON document that it wrote.
 */
#ifndef CAPWRAP_LEARN_EARLIER_H
#define CAPWRAP_LEARN_EARLIER_H

#include <stddef.h>
#include <stdint.h>

#include "learn/error.h"

struct earlier {
    const char *file;
    const char *state; /* "observed" or "confirmed" */
    uint64_t used;     /* what it needed or used, with what it had from others before */
};

/* Reads a whole document. Returns 0; -EPROTO where it is none of version 1, -EAGAIN where it is of
 * an answer that was not confirmed. Pure. */
int earlier_parse(const char *text, size_t size, struct earlier *earlier);

/* As earlier_parse, from a file. Returns 0, or -1 with *f filled. */
int earlier_read(const char *file, struct earlier *earlier, struct fail *f);

#endif
