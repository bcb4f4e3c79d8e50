/*
 * status - --status[=PID]: ids and capability sets of a process.
 */
#ifndef CAPWRAP_STATUS_H
#define CAPWRAP_STATUS_H

#include <stdbool.h>

#include "core/fail.h"

/* Prints the state of the process whose number word is, with each of its threads, or of this one
 * where it is NULL. Returns 0, or -1 with *f filled. */
int status_print(const char *word, bool json, struct fail *f);

#endif
