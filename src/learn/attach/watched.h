/*
 * watched - what was seen of processes that ran already, in words.
 */
#ifndef CAPWRAP_LEARN_WATCHED_H
#define CAPWRAP_LEARN_WATCHED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "learn/attach/attach.h"

enum { WATCHED_LIMITS = 16, WATCHED_LIMIT = 1024 };

/* A sentence, and the word that a program can rely on. */
struct watched_limit {
    const char *code;
    char text[WATCHED_LIMIT];
};

/* What the reader has to know about how far the answer goes. Returns how many there are. */
size_t watched_limits(const struct attached *attached, struct watched_limit limits[WATCHED_LIMITS]);

/* "time", "idle", "signal", "gone"; "running" while it goes on. */
const char *watched_end(const struct attached *attached);

/* Held, and neither used nor refused. */
uint64_t watched_unused(const struct seen_sets *sets);

/* Used, now or in an earlier run. */
uint64_t watched_together(const struct attached *attached);

/* Used now, and in no earlier run. */
uint64_t watched_new(const struct attached *attached);

/* Used, now or earlier, and not in the list of --check. */
uint64_t watched_outside(const struct attached *attached);

/* The exit status: 0, or 1 where --check fails. */
int watched_exit(const struct attached *attached);

/* How many programs there are to tell of, with that of all which found no room. */
size_t watched_programs(const struct attached *attached);

const struct seen_program *watched_program(const struct attached *attached, size_t i);

#endif
