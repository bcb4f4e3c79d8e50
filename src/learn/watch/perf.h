/*
 * watch - every capability check that the kernel makes for a process and all that it starts.
 */
#ifndef CAPWRAP_LEARN_PERF_H
#define CAPWRAP_LEARN_PERF_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "learn/error.h"
#include "learn/watch/record.h"

struct watch;

/* What takes the records, in the order of their time. */
struct watch_sink {
    void (*take)(void *context, const struct record *record);
    void *context;
};

/* Finds out how checks can be watched here, and watches from now on. The process has not made the
 * execve yet from which on its records are handed over. Returns NULL with *f filled. */
struct watch *watch_open(pid_t pid, struct fail *f);

/* The kernel's own tracepoint, or a kprobe in its place. */
bool watch_is_kprobe(const struct watch *watch);

/* What to poll: fills polls, which has room for capacity, and returns how many there are. Each
 * becomes readable when its buffer fills; draining at the end needs no poll. */
size_t watch_polls(const struct watch *watch, size_t capacity, struct pollfd *polls);

/* Hands over what there is. last: the watched processes have ended, so nothing will follow. Returns
 * 0 or -ENOMEM. */
int watch_drain(struct watch *watch, bool last, const struct watch_sink *sink);

/* How many records the kernel had no room for, so far; of any process, which nobody can tell. */
uint64_t watch_lost(const struct watch *watch);

/* Ends the watch and removes what was made for it. NULL is allowed. */
void watch_close(struct watch *watch);

#endif
