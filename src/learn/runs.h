/*
 * runs - makes the run with everything, and searches for the smallest set by further runs.
 */
#ifndef CAPWRAP_LEARN_RUNS_H
#define CAPWRAP_LEARN_RUNS_H

#include "learn/result.h"

/* Makes the run with everything; without a watch, one with no capabilities before it. Fills the
 * fields of result about it. Returns 0, or -1 with *f filled. */
int runs_first(struct result *result, struct fail *f);

/* With --verify: searches, and decides whether the answer is confirmed. Returns as runs_first. */
int runs_search(struct result *result, struct fail *f);

#endif
