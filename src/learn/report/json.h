/*
 * json - writes the result for programs: JSON of version 1, docs/learn.schema.json.
 */
#ifndef CAPWRAP_LEARN_JSON_H
#define CAPWRAP_LEARN_JSON_H

#include <stdio.h>

#include "learn/result.h"

/* 0, or -ENOMEM. */
int learn_json_write(FILE *out, const struct result *result);

#endif
