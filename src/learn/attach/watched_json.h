/*
 * watched_json - writes what was seen of processes that ran already, for programs: JSON of version
 * 1, docs/learn-watch.schema.json.
 */
#ifndef CAPWRAP_LEARN_WATCHED_JSON_H
#define CAPWRAP_LEARN_WATCHED_JSON_H

#include <stdio.h>

#include "learn/attach/attach.h"

/* 0, or -ENOMEM. */
int watched_json_write(FILE *out, const struct attached *attached);

#endif
