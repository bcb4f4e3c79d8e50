/*
 * program - finds the program with the new identity, and checks the state after execve.
 */
#ifndef CAPWRAP_PROGRAM_H
#define CAPWRAP_PROGRAM_H

#include <limits.h>

#include "core/cred.h"
#include "core/fail.h"
#include "core/plan.h"
#include "core/sys.h"

/* The directories that are searched for COMMAND when PATH is not set. */
#define PROGRAM_SEARCH_PATH "/usr/bin:/bin"

/* The kernel follows #! five times and returns ELOOP at the sixth (execve(2)). */
enum { PROGRAM_INTERPRETERS = 5 };

/* The kernel reads this many bytes of a file to find its #! line (linux/binfmts.h). */
enum { PROGRAM_HEAD = 256 };

struct program {
    const char *command;     /* in: COMMAND */
    const char *search_path; /* in: the value of PATH, or NULL when unset */
    /* In, for a report: the environment that the program gets; NULL: the caller's, unchanged */
    char *const *environment;
    struct exec_file file;          /* out: the last file of the chain */
    struct cred after;              /* out: the state after execve */
    struct sys_directory directory; /* out: the directory that --chdir entered */
    bool no_new_privs;              /* in force at execve */
    bool inspected;                 /* the check was completed and after is filled */
    bool directory_closed;          /* the note: the user may not search the working directory */
    unsigned streams_closed;        /* the note: bit n: the user may not reopen stream n */
    bool signal_cleared;            /* the note: execve clears the inherited parent-death signal */
    bool ambient_cleared; /* the note: permitted and effective are right; ambient becomes empty */
    unsigned interpreter_count;
    char path[PATH_MAX]; /* out: the argument of execve; "" when not reached */
    char interpreters[PROGRAM_INTERPRETERS][PROGRAM_HEAD]; /* out */
    /* Initially "", and changed only in a refusal. */
    char denied[PATH_MAX];   /* out: the file that was found but is denied */
    char obstacle[PATH_MAX]; /* out: what denies access (core/obstacle.h), or directories of the
                                search path that the user may not search */
};

/* Finds and checks the program. The goal must be the state in force at execve. The caller must
 * already have the new identity, because the search uses it. Refuses with exit status 127 (not
 * found), 126 (found, but not executable) or 125 (would run in another state). */
int program_find(const struct plan *plan, struct program *program, struct fail *f);

/* Runs after the proof, in the proven state. Refuses with 126 what execve would refuse, as far as
 * the kernel reports this in advance (since Linux 6.14), and a file that --close-fds made
 * unreachable. A dry run also refuses what the file format predicts. A real run leaves that to
 * execve, which changes nothing when it refuses. */
int program_check(const struct plan *plan, const struct program *program, struct fail *f);

/* Executes the program. Returns only on failure, with *f filled and exit status 126. */
int program_exec(const struct program *program, char *const argv[], char *const envp[],
                 struct fail *f);

#endif
