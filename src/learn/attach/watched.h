/*
 * watched - describes what was seen of processes that ran already.
 */
#ifndef CAPWRAP_LEARN_WATCHED_H
#define CAPWRAP_LEARN_WATCHED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "learn/attach/attach.h"

enum { WATCHED_LIMITS = 32, WATCHED_LIMIT = 1024 };

/* A sentence, and its code for other programs. */
struct watched_limit {
    const char *code;
    char text[WATCHED_LIMIT];
};

/* The limits of the answer that the reader must know. Returns their number. */
size_t watched_limits(const struct attached *attached, struct watched_limit limits[WATCHED_LIMITS]);

/* "time", "idle", "signal" or "gone"; "running" while the watch continues. */
const char *watched_end(const struct attached *attached);

/* Held, but neither used nor refused. */
uint64_t watched_unused(const struct seen_sets *sets);

/* Used, now or in an earlier run. */
uint64_t watched_together(const struct attached *attached);

/* Used now, but in no earlier run. */
uint64_t watched_new(const struct attached *attached);

/* Used now or earlier, but not in the list of --check. */
uint64_t watched_outside(const struct attached *attached);

/* Whether every check of every process was seen. If not, more may be used than watched_outside()
 * reports. */
bool watched_saw_all(const struct attached *attached);

/* The exit status: 0; 1 if --check fails; 2 if that cannot be determined. */
int watched_exit(const struct attached *attached);

/* The number of programs to report, including the one for all that did not fit. */
size_t watched_programs(const struct attached *attached);

const struct seen_program *watched_program(const struct attached *attached, size_t i);

#endif
