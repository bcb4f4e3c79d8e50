/*
 * process - another process as /proc shows it: its name, its program, and the state of each of its
 * threads. Only reads.
 */
#ifndef CAPWRAP_PROCESS_H
#define CAPWRAP_PROCESS_H

#include <limits.h>

#include "core/cred.h"
#include "core/fail.h"

struct thread {
    pid_t number;
    char name[128];
    struct cred cred; /* but for the securebits, which are not told; cap_count is this process's */
    bool ended;       /* it runs no more, and its process or nobody has waited for it */
    bool seccomp_known; /* the kernel tells the seccomp mode */
    unsigned seccomp;   /* 0 none, 1 strict, 2 a filter */
};

struct process {
    char program[PATH_MAX]; /* the file that it executes; "" when it is not told */
    int same_users; /* it is in this user namespace: 1, 0, or negative when it is not told */
    bool ended;     /* all of its threads have: it holds nothing any more */
    struct thread *threads; /* the main one first, the others ascending */
    size_t thread_count;
};

/* The process id that a word names, the value of the option step. Returns 0, or -1 with *f filled;
 * word must outlive *f. */
int process_number(const char *step, const char *word, pid_t *pid, struct fail *f);

/* Reads process pid; cap_count is how many capabilities this kernel has. step names the option for
 * an error. Refuses, with -1 and *f filled, when there is no such process or it ends meanwhile,
 * when pid is a thread's number, and when /proc is of another pid namespace. Release with
 * process_free(), after a failure too. */
int process_read(const char *step, pid_t pid, unsigned cap_count, struct process *process,
                 struct fail *f);
void process_free(struct process *process);

/* The capabilities that a state holds in a set in which another one does not have them. */
uint64_t process_more(const struct cred *cred, const struct cred *than);

#endif
