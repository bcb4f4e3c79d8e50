/*
 * earlier - reads the answer of an earlier run or watch from the JSON document that it wrote.
 */
#ifndef CAPWRAP_LEARN_EARLIER_H
#define CAPWRAP_LEARN_EARLIER_H

#include <stddef.h>
#include <stdint.h>

#include "learn/error.h"

struct earlier {
    const char *file;
    const char *state; /* "observed" or "confirmed" */
    uint64_t used;     /* what it needed or used, including what it took from earlier runs */
};

/* Parses a whole document. Returns 0; -EPROTO if it is not a document of version 1, -EAGAIN if its
 * answer was not confirmed. Pure. */
int earlier_parse(const char *text, size_t size, struct earlier *earlier);

/* As earlier_parse, from a file. Returns 0, or -1 with *f filled. */
int earlier_read(const char *file, struct earlier *earlier, struct fail *f);

#endif
