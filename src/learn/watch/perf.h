/*
 * perf - records every capability check that the kernel makes for a process and its descendants.
 */
#ifndef CAPWRAP_LEARN_PERF_H
#define CAPWRAP_LEARN_PERF_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "learn/error.h"
#include "learn/watch/record.h"

struct watch;

/* Receives the records, in the order of their time. */
struct watch_sink {
    void (*take)(void *context, const struct record *record);
    void *context;
};

/* What is recorded in addition to the checks and the calls that change an identity. */
struct watch_events {
    bool failures; /* some runs will record every system call that fails */
    bool cgroups;  /* record the cgroup of each check; an error if the kernel cannot */
};

/* Finds out how checks can be watched on this system. Returns NULL with *f filled on failure. */
struct watch *watch_open(const struct watch_events *events, struct fail *f);

/* Watches from now on. pid must not have called execve yet: its records are passed on from that
 * execve on. failures: also record every system call that fails, which slows the program down more.
 * Removing events is slow (the kernel waits for all processors each time), so one watch serves all
 * runs. Returns 0, or -1 with *f filled. */
int watch_follow(struct watch *watch, pid_t pid, bool failures, struct fail *f);

/* As watch_follow, but for every process of the machine: the records are passed on from now on.
 */
int watch_everything(struct watch *watch, struct fail *f);

/* Passes the records that are held back so far to the sink, in any order, and keeps them. Returns
 * as watch_drain. */
int watch_peek(struct watch *watch, const struct watch_sink *sink);

/* Records nothing until the next watch_follow(). */
void watch_pause(struct watch *watch);

/* Whether this kernel has events for the changes of identity and of capability sets. */
bool watch_has_calls(const struct watch *watch);

/* Whether a kprobe is used instead of the kernel's own tracepoint. */
bool watch_is_kprobe(const struct watch *watch);

/* Fills polls with the descriptors to poll, and returns their number; with NULL, only counts them.
 * A descriptor becomes readable when its buffer fills; draining at the end needs no poll. */
size_t watch_polls(const struct watch *watch, struct pollfd *polls);

/* Passes on the records. last: the watched processes have ended, so no record will follow. Returns
 * 0 or -ENOMEM. */
int watch_drain(struct watch *watch, bool last, const struct watch_sink *sink);

/* How many records the kernel dropped for lack of room since watch_follow(). They may be of any
 * process. */
uint64_t watch_lost(const struct watch *watch);

/* As watch_lost: how many records arrived after later ones had been passed on. Their order is
 * wrong. */
uint64_t watch_late(const struct watch *watch);

/* Raises the soft limit of open files to the hard limit: a watch needs several descriptors for each
 * processor. Returns the former limit, for the program. */
struct rlimit watch_raise_limit(void);

/* Ends the watch and removes the events made for it. NULL is allowed. */
void watch_close(struct watch *watch);

#endif
