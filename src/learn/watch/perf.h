/*
 * watch - every capability check that the kernel makes for a process and all that it starts.
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

/* What takes the records, in the order of their time. */
struct watch_sink {
    void (*take)(void *context, const struct record *record);
    void *context;
};

/* What is recorded beside the checks and the calls that change an identity. */
struct watch_events {
    bool failures; /* runs are to follow in which every system call that fails is recorded */
    bool cgroups;  /* the cgroup of each check; refused where the kernel cannot tell it */
};

/* Finds out how checks can be watched here. Returns NULL with *f filled. */
struct watch *watch_open(const struct watch_events *events, struct fail *f);

/* Watches from now on; the process has not made the execve yet from which on its records are handed
 * over. failures: every system call that fails is recorded as well, which costs a program more.
 * Events are taken away slowly (each time the kernel waits for all processors), so that one watch
 * serves all runs. Returns 0, or -1 with *f filled. */
int watch_follow(struct watch *watch, pid_t pid, bool failures, struct fail *f);

/* As watch_follow, of every process of the machine that there is: its records are handed over from
 * now on. */
int watch_everything(struct watch *watch, struct fail *f);

/* Shows what there is so far of records that are held back, in any order, and keeps it. As
 * watch_drain. */
int watch_peek(struct watch *watch, const struct watch_sink *sink);

/* Records nothing until the next watch_follow(). */
void watch_pause(struct watch *watch);

/* The changes of identity and of capability sets are recorded: this kernel has events for them. */
bool watch_has_calls(const struct watch *watch);

/* The kernel's own tracepoint, or a kprobe in its place. */
bool watch_is_kprobe(const struct watch *watch);

/* What to poll: fills polls, which has room for that many, and returns how many there are; NULL:
 * counts. Each becomes readable when its buffer fills; draining at the end needs no poll. */
size_t watch_polls(const struct watch *watch, struct pollfd *polls);

/* Hands over what there is. last: the watched processes have ended, so nothing will follow. Returns
 * 0 or -ENOMEM. */
int watch_drain(struct watch *watch, bool last, const struct watch_sink *sink);

/* How many records the kernel had no room for since watch_follow(); of any process, which nobody
 * can tell. */
uint64_t watch_lost(const struct watch *watch);

/* As watch_lost: how many records came when later ones had been handed over already: their order is
 * wrong. */
uint64_t watch_late(const struct watch *watch);

/* Raises the limit of open files as far as it goes: a watch takes some for each processor. Returns
 * what it was, for the program. */
struct rlimit watch_raise_limit(void);

/* Ends the watch and removes what was made for it. NULL is allowed. */
void watch_close(struct watch *watch);

#endif
