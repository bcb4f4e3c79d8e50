/*
 * state_parse - parses the state of a process in /proc/PID/status (proc_pid_status(5)). Pure.
 */
#ifndef CAPWRAP_STATE_PARSE_H
#define CAPWRAP_STATE_PARSE_H

#include <stddef.h>

#include "core/cred.h"

struct process_state {
    struct cred cred;      /* without cap_count and securebits, which the text does not contain */
    const char *name;      /* in the text, as escaped by the kernel */
    uint32_t pid, process; /* the IDs of this thread and of its process */
    unsigned pid_levels;   /* number of PID namespaces from that of /proc to the thread's own,
                              inclusive; 0 if not reported (before Linux 4.1) */
    bool ended;            /* this thread no longer runs: its state is Z or X */
    bool seccomp_known;    /* the kernel reports the seccomp mode */
    uint32_t seccomp;      /* 0 none, 1 strict, 2 a filter */
};

/* Parses the text, which is modified; text[size] must be writable. Leaves cap_count and securebits
 * of state->cred unchanged. Release the group list with observe_free(), also after a failure.
 * Returns 0, -EPROTO when a line is missing, duplicated or not as the kernel writes it, or
 * -ENOMEM. */
int state_parse(char *text, size_t size, struct process_state *state);

#endif
