/*
 * status - --status[=PID]: the IDs and capability sets of a process.
 */
#ifndef CAPWRAP_STATUS_H
#define CAPWRAP_STATUS_H

#include <stdbool.h>

#include "core/fail.h"

/* Prints the state of the process with this number, including each of its threads, or of this
 * process if word is NULL. Returns 0, or -1 with *f filled. */
int status_print(const char *word, bool json, struct fail *f);

#endif
