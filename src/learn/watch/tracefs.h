/*
 * tracefs - the kernel's event of a capability check, found or made.
 *
 * From Linux 6.14 on there is the tracepoint capability:cap_capable. Before, a kprobe of our own on
 * the function of that name records the same; it is removed by tracefs_release(), or, after a run
 * that was killed, by the next one.
 */
#ifndef CAPWRAP_LEARN_TRACEFS_H
#define CAPWRAP_LEARN_TRACEFS_H

#include <stdint.h>

#include "learn/error.h"
#include "learn/watch/record.h"

struct tracefs {
    int folder;     /* of tracefs, mounted or not; -1: not open */
    int probes;     /* kprobe_events, locked while our probe is not yet in use; -1: none */
    char probe[64]; /* the name of our probe; "": none */
    uint64_t id;    /* what perf_event_open(2) calls the event */
    struct format format;
};

/* Finds the tracepoint or makes the probe. Returns 0, or -1 with *f filled. */
int tracefs_find(struct tracefs *tracefs, struct fail *f);

/* The number of another event, such as "syscalls/sys_enter_setuid". Returns 0 or a negative errno;
 * -ENOENT where this kernel has none. */
int tracefs_event(const struct tracefs *tracefs, const char *event, unsigned *id);

/* The event is in use now: it cannot be removed by another run any more. */
void tracefs_in_use(const struct tracefs *tracefs);

/* Removes the probe, if there is one; the event must not be in use any more. */
void tracefs_release(struct tracefs *tracefs);

#endif
