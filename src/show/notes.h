/*
 * notes - what capwrap reports about a start that succeeds.
 */
#ifndef CAPWRAP_NOTES_H
#define CAPWRAP_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pipeline.h"

enum { NOTES_MOST = 7 };

struct note {
    const char *code;
    bool always;   /* printed without -v, because it differs from the request */
    uint64_t caps; /* the capabilities that it is about; their names come before the text */
    const char *text;
};

enum { NOTE_SIZE = 4096 };

/* Fills notes and returns their number. */
size_t notes_collect(const struct pipeline *pipeline, struct note notes[NOTES_MOST]);

/* Writes a note as one line. */
void note_print(const struct note *note, char text[NOTE_SIZE]);

#endif
