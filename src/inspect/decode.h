/*
 * decode - --decode=HEX and --list-caps: which capabilities there are.
 */
#ifndef CAPWRAP_DECODE_H
#define CAPWRAP_DECODE_H

#include "core/fail.h"

/* Prints the names of a set as /proc/PID/status shows it, with or without 0x. Returns 0, or -1 with
 * *f filled. */
int decode_set(const char *word, struct fail *f);

/* Prints this kernel's capabilities, and for each whether this process has it. Returns 0, or -1
 * with *f filled. */
int decode_list(struct fail *f);

#endif
