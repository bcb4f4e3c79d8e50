/*
 * proc_status - another process's state, as /proc/PID/status tells it (proc_pid_status(5)).
 */
#ifndef CAPWRAP_PROC_STATUS_H
#define CAPWRAP_PROC_STATUS_H

#include <sys/types.h>

#include "core/cred.h"
#include "core/fail.h"

/* Replaces what *cred holds (its group list is released) but for cap_count and securebits, which
 * the file does not tell. */
int proc_status_read(pid_t pid, struct cred *cred, struct fail *f);

#endif
