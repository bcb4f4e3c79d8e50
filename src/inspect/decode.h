/*
 * decode - --decode=HEX and --list-caps: the names of capabilities.
 */
#ifndef CAPWRAP_DECODE_H
#define CAPWRAP_DECODE_H

#include <stdbool.h>

#include "core/fail.h"

/* Prints the names of a set as /proc/PID/status shows it, with or without 0x. Returns 0, or -1 with
 * *f filled. */
int decode_set(const char *word, bool json, struct fail *f);

/* Prints the capabilities of this kernel, and for each whether this process has it; with allows,
 * and in JSON, also what it allows. Returns 0, or -1 with *f filled. */
int decode_list(bool json, bool allows, struct fail *f);

#endif
