/*
 * process - reads another process from /proc: its name, its program, and the state of each of its
 * threads. It changes nothing.
 */
#ifndef CAPWRAP_PROCESS_H
#define CAPWRAP_PROCESS_H

#include <limits.h>

#include "core/cred.h"
#include "core/fail.h"

struct thread {
    pid_t number;
    char name[128];
    struct cred cred; /* without securebits, which /proc does not contain; cap_count is that of this
                         process */
    bool ended;       /* it has ended (state Z or X) */
    bool seccomp_known; /* the kernel reports the seccomp mode */
    unsigned seccomp;   /* 0 none, 1 strict, 2 a filter */
};

struct process {
    char program[PATH_MAX]; /* the file that it executes; "" when not readable */
    int same_users;         /* it is in this user namespace: 1, 0, or negative when not readable */
    bool ended;             /* all of its threads have ended: it holds nothing any more */
    struct thread *threads; /* the main one first, then the others in ascending order */
    size_t thread_count;
};

/* Parses the process ID in word, the value of the option step. Returns 0, or -1 with *f filled;
 * word must outlive *f. */
int process_number(const char *step, const char *word, pid_t *pid, struct fail *f);

/* Reads process pid; cap_count is the number of capabilities of this kernel. step names the option
 * for an error. Refuses, with -1 and *f filled, when there is no such process or it ends meanwhile,
 * when pid is the ID of a thread, and when /proc is of another PID namespace. Release with
 * process_free(), also after a failure. */
int process_read(const char *step, pid_t pid, unsigned cap_count, struct process *process,
                 struct fail *f);
void process_free(struct process *process);

/* Returns the capabilities that cred has in a set in which than does not have them. */
uint64_t process_more(const struct cred *cred, const struct cred *than);

#endif
