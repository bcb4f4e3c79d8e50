/*
 * program - find the program with the new identity, and check what execve will make of it.
 */
#ifndef CAPWRAP_PROGRAM_H
#define CAPWRAP_PROGRAM_H

#include <limits.h>

#include "core/cred.h"
#include "core/fail.h"
#include "core/plan.h"
#include "core/sys.h"

/* Where COMMAND is looked for when PATH is not set. */
#define PROGRAM_SEARCH_PATH "/usr/bin:/bin"

/* The kernel follows #! five times and gives ELOOP at the sixth (execve(2)). */
enum { PROGRAM_INTERPRETERS = 5 };

/* The kernel reads this much of a file to find its #! line (linux/binfmts.h). */
enum { PROGRAM_HEAD = 256 };

struct program {
    const char *command;     /* in: COMMAND */
    const char *search_path; /* in: the value of PATH, or NULL when unset */
    /* In, for a report: what the program gets instead of the caller's environment; NULL: nothing */
    char *const *environment;
    struct exec_file file;          /* out: the last file of the chain */
    struct cred after;              /* out: the state after execve */
    struct sys_directory directory; /* out: where --chdir went to */
    bool no_new_privs;              /* in force at execve */
    bool inspected;                 /* the check was completed: after is filled */
    bool directory_closed;          /* the note: the user may not search the working directory */
    unsigned streams_closed;        /* the note: bit n: the user may not open stream n again */
    bool signal_cleared;            /* the note: execve disarms the inherited parent-death signal */
    bool ambient_cleared; /* the note: permitted and effective are right, ambient comes out empty */
    unsigned interpreter_count;
    char path[PATH_MAX]; /* out: what execve gets; "" when not reached */
    char interpreters[PROGRAM_INTERPRETERS][PROGRAM_HEAD]; /* out */
    /* "" before, and touched in a refusal alone. */
    char denied[PATH_MAX];   /* out: the file that was found and is denied */
    char obstacle[PATH_MAX]; /* out: what stands in its way (core/obstacle.h), or the directories of
                                the search path that the user may not search */
};

/* Finds and checks it. The goal must be the state in force at execve; the caller must already have
 * the new identity, because that is what the search is made with. Refuses with 127 (not found), 126
 * (found, not executable) or 125 (would run in another state). */
int program_find(const struct plan *plan, struct program *program, struct fail *f);

/* After the proof, and in its state: refuses with 126 what execve would refuse, as far as the
 * kernel tells it before (from Linux 6.14 on), and what --close-fds has taken away. In a dry run
 * also what the file's format lets predict; a real run leaves that to execve, which changes nothing
 * when it refuses. */
int program_check(const struct plan *plan, const struct program *program, struct fail *f);

/* Replaces the process. Returns only on failure, with *f filled and exit status 126. */
int program_exec(const struct program *program, char *const argv[], char *const envp[],
                 struct fail *f);

#endif
