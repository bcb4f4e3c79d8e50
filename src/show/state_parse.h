/*
 * state_parse - a process's state, as /proc/PID/status tells it (proc_pid_status(5)). Pure.
 */
#ifndef CAPWRAP_STATE_PARSE_H
#define CAPWRAP_STATE_PARSE_H

#include <stddef.h>

#include "core/cred.h"

struct process_state {
    struct cred cred;      /* but for cap_count and securebits, which the text does not tell */
    const char *name;      /* in the text, as the kernel has escaped it */
    uint32_t pid, process; /* the number of this thread, and that of its process */
    unsigned pid_levels; /* pid namespaces from that of the /proc to the thread's own, inclusive; 0
                            when the kernel does not tell it (before Linux 4.1) */
    bool ended;          /* nothing of this thread runs any more: its state is Z or X */
    bool seccomp_known;  /* the kernel tells the seccomp mode */
    uint32_t seccomp;    /* 0 none, 1 strict, 2 a filter */
};

/* Reads the text, which is cut up; the byte behind its size belongs to it. Leaves cap_count and
 * securebits of state->cred alone; release the group list with observe_free(), after a failure too.
 * Returns 0, -EPROTO when a line is not as the kernel writes it, missing or there twice, or
 * -ENOMEM. */
int state_parse(char *text, size_t size, struct process_state *state);

#endif
