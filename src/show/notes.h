/*
 * notes - what a successful start has to say all the same.
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
    bool always;   /* told without being asked (-v), because it differs from what was asked for */
    uint64_t caps; /* the capabilities that it is about, whose names go before the text */
    const char *text;
};

enum { NOTE_SIZE = 4096 };

/* Fills notes and returns how many there are. */
size_t notes_collect(const struct pipeline *pipeline, struct note notes[NOTES_MOST]);

/* Writes a note in one line. */
void note_print(const struct note *note, char text[NOTE_SIZE]);

#endif
