/*
 * configuration - the configuration of one platform that comes of what was learned, with how far
 * that goes as comments, or why there is none.
 */
#ifndef CAPWRAP_LEARN_CONFIGURATION_H
#define CAPWRAP_LEARN_CONFIGURATION_H

#include <stdio.h>

#include "learn/report/snippets.h"
#include "learn/result.h"

/* What the configurations are made from; its pointers are those of result. */
struct snippet configuration_of(const struct result *result);

/* Why there is no configuration, as the end of a sentence; NULL where there is one. What failed, or
 * was not confirmed, is not to be pasted anywhere. */
const char *configuration_refused(const struct result *result);

/* Writes the configuration, or a comment that says why there is none. 0, or -ENOMEM. */
int configuration_write(FILE *out, const struct result *result, unsigned kind);

#endif
