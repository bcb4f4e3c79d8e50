/*
 * notes - what a successful start has to say all the same.
 */
#ifndef CAPWRAP_NOTES_H
#define CAPWRAP_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/pipeline.h"

enum { NOTES_MOST = 4 };

struct note {
    const char *code;
    bool always; /* told without being asked (-v), because it differs from what was asked for */
    const char *text;
};

/* Fills notes and returns how many there are. */
size_t notes_collect(const struct pipeline *pipeline, struct note notes[NOTES_MOST]);

#endif
