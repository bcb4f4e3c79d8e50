/*
 * tracefs - finds the kernel's event of a capability check, or creates one.
 *
 * Linux 6.14 and later have the tracepoint capability:cap_capable. On older kernels a kprobe of our
 * own on the function of that name records the same. tracefs_release() removes it; if a run was
 * killed, the next one removes it.
 */
#ifndef CAPWRAP_LEARN_TRACEFS_H
#define CAPWRAP_LEARN_TRACEFS_H

#include <stdint.h>

#include "learn/error.h"
#include "learn/watch/record.h"

struct tracefs {
    int folder;     /* descriptor of tracefs, mounted or not; -1: not open */
    int probes;     /* kprobe_events, locked until our probe is in use; -1: none */
    char probe[64]; /* the name of our probe; "": none */
    uint64_t id;    /* the ID of the event for perf_event_open(2) */
    struct format format;
};

/* Finds the tracepoint or creates the probe. Returns 0, or -1 with *f filled. */
int tracefs_find(struct tracefs *tracefs, struct fail *f);

/* Reads the ID of another event, such as "syscalls/sys_enter_setuid". Returns 0 or a negative
 * errno; -ENOENT if this kernel does not have the event. */
int tracefs_event(const struct tracefs *tracefs, const char *event, unsigned *id);

/* The event is in use now: another run can no longer remove it. */
void tracefs_in_use(const struct tracefs *tracefs);

/* Removes the probe, if there is one; the event must no longer be in use. */
void tracefs_release(struct tracefs *tracefs);

#endif
