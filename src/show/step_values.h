/*
 * step_values - the effect of a step of the transition in a plan, as values.
 */
#ifndef CAPWRAP_STEP_VALUES_H
#define CAPWRAP_STEP_VALUES_H

#include "core/plan.h"
#include "text/capname.h"

enum { STEP_VALUES = 2 * CAPNAME_LIST_SIZE + 32 };

/* Writes the values for the step of that name (core/transition), such as "0 -> 33". */
void step_values(const struct plan *plan, const char *name, char text[STEP_VALUES]);

#endif
