/*
 * process - the existing processes, as read from /proc.
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
        start;     /* in clock ticks since boot: tells it from any later process with the same ID */
    uint64_t time; /* when it was read (just before); CLOCK_MONOTONIC, nanoseconds */
    unsigned threads;
    bool ended; /* a zombie: not waited for yet */
    char name[USAGE_NAME];
    struct ids uid, gid;
    uint32_t leader; /* the process ID, if pid is the ID of one of its threads */
    uint64_t permitted, ambient;
    uint64_t user_namespace; /* its inode; 0: unknown */
};

struct processes {
    struct process *list; /* sorted by process ID */
    size_t count, capacity;
};

/* Reads parent, start and name. Returns false if there is no such process. */
bool process_read(uint32_t pid, struct process *process);

/* Adds leader, identity, sets and user namespace. Returns false if the process is gone. */
bool process_read_state(struct process *process);

/* Reads the identity of one thread. */
bool process_read_thread(uint32_t pid, uint32_t tid, struct ids *uid, struct ids *gid);

/* Calls take for each thread of the process. */
void process_threads(uint32_t pid, void (*take)(void *context, uint32_t tid), void *context);

/* Reads all processes that exist and have not ended, without their state. Returns 0 or a negative
 * errno. Release with processes_free(). */
int processes_read(struct processes *all);

const struct process *processes_find(const struct processes *all, uint32_t pid);

/* The result of following the parents of a process upwards. */
enum process_line {
    LINE_REACHES, /* pid is `ancestor` or one of its descendants */
    LINE_ENDS,    /* it is neither: the line ends at a process without a parent here */
    LINE_BREAKS,  /* unknown: a parent is missing, which ended while /proc was read */
};

/* Follows the parents that /proc showed. */
enum process_line processes_line(const struct processes *all, uint32_t pid, uint32_t ancestor);

/* Whether the result is LINE_REACHES. */
bool processes_descends(const struct processes *all, uint32_t pid, uint32_t ancestor);

/* Whether it is the first process of a PID namespace. When that process ends, the kernel kills all
 * others in the namespace. */
bool process_is_first(uint32_t pid);

void processes_free(struct processes *all);

#endif
