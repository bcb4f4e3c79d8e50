/*
 * process - the processes that there are, as /proc tells of them.
 */
#ifndef CAPWRAP_LEARN_PROCESS_H
#define CAPWRAP_LEARN_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/checks/uses.h"

struct process {
    uint32_t pid, parent;
    uint64_t
        start;     /* in ticks since the machine started: tells it from a later one of its number */
    uint64_t time; /* before it was read; CLOCK_MONOTONIC, nanoseconds */
    unsigned threads;
    bool ended; /* and was not waited for */
    char name[USAGE_NAME];
    struct ids uid, gid;
    uint32_t leader; /* the process, where pid is that of one of its threads */
    uint64_t permitted, ambient;
    uint64_t user_namespace; /* its inode; 0: not known */
};

struct processes {
    struct process *list; /* by process id */
    size_t count, capacity;
};

/* Parent, start and name. False when there is no such process. */
bool process_read(uint32_t pid, struct process *process);

/* Adds leader, identity, sets and user namespace. False when it is gone. */
bool process_read_state(struct process *process);

/* The identity of one thread. */
bool process_read_thread(uint32_t pid, uint32_t tid, struct ids *uid, struct ids *gid);

/* Calls take for each of its threads. */
void process_threads(uint32_t pid, void (*take)(void *context, uint32_t tid), void *context);

/* All that there are and have not ended, without their state. Returns 0 or a negative errno.
 * Release with processes_free(). */
int processes_read(struct processes *all);

const struct process *processes_find(const struct processes *all, uint32_t pid);

/* From one parent to the next above it. */
enum process_line {
    LINE_REACHES, /* pid is `ancestor`, or one of its descendants */
    LINE_ENDS,    /* it is not: this goes up to a process that has no parent here */
    LINE_BREAKS,  /* not known: some parent is missing, which ended while /proc was read */
};

/* By what /proc tells of parents. */
enum process_line processes_line(const struct processes *all, uint32_t pid, uint32_t ancestor);

/* Whether the line reaches it. */
bool processes_descends(const struct processes *all, uint32_t pid, uint32_t ancestor);

/* Whether it is the first process of a process namespace. When that ends, the kernel kills all
 * others of it. */
bool process_is_first(uint32_t pid);

void processes_free(struct processes *all);

#endif
