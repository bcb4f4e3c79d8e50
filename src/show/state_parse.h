/*
 * state_parse - a process's state, as /proc/PID/status tells it (proc_pid_status(5)). Pure.
 */
#ifndef CAPWRAP_STATE_PARSE_H
#define CAPWRAP_STATE_PARSE_H

#include <stddef.h>

#include "core/cred.h"

/* Reads the text, which is cut up; the byte behind its size belongs to it. Fills *cred but for
 * cap_count and securebits, which the text does not tell; release the group list with
 * observe_free(), after a failure too. Returns 0, -EPROTO when a line is not as the kernel writes
 * it, missing or there twice, or -ENOMEM. */
int state_parse(char *text, size_t size, struct cred *cred);

#endif
