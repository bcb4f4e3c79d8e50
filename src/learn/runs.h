/*
 * runs - the run with everything, and the search for the least by running again.
 */
#ifndef CAPWRAP_LEARN_RUNS_H
#define CAPWRAP_LEARN_RUNS_H

#include "learn/result.h"

/* Makes the run with everything; without a watch one with nothing before it. Fills what result
 * tells of it. Returns 0, or -1 with *f filled. */
int runs_first(struct result *result, struct fail *f);

/* With --verify: the search, and whether its answer is confirmed. As runs_first. */
int runs_search(struct result *result, struct fail *f);

#endif
