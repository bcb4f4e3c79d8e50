/*
 * configuration - writes the configuration of one platform from the result, with its limits as
 * comments, or the reason why there is none.
 */
#ifndef CAPWRAP_LEARN_CONFIGURATION_H
#define CAPWRAP_LEARN_CONFIGURATION_H

#include <stdio.h>

#include "learn/report/snippets.h"
#include "learn/result.h"

/* The values that configurations are made from; the pointers point into result. */
struct snippet configuration_of(const struct result *result);

/* Why there is no configuration, as the end of a sentence; NULL if there is one. A result that
 * failed or was not confirmed must not be used as a configuration. */
const char *configuration_refused(const struct result *result);

/* Writes the configuration, or a comment with the reason why there is none. 0, or -ENOMEM. */
int configuration_write(FILE *out, const struct result *result, unsigned kind);

#endif
