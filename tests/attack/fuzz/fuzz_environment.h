/*
 * fuzz_environment - everything around one run of capwrap, made from a few numbers: the machine,
 * the state at the start, files, environment, the user database, and which calls fail or lie. All
 * numbers zero is root on an ordinary machine, undisturbed.
 */
#ifndef CAPWRAP_FUZZ_ENVIRONMENT_H
#define CAPWRAP_FUZZ_ENVIRONMENT_H

#include <sys/types.h>

#include "fake/kernel.h"
#include "fuzz.h"

enum { FUZZ_VARIABLES = 12 };

struct fuzz_environment {
    char *variables[FUZZ_VARIABLES + 1];
    bool listen_pid;   /* LISTEN_PID is this process */
    pid_t fork_result; /* 0: the process goes on as the child */
    int wait_status;
    uid_t stream_owners[3];
};

/* Sets fake, users_fake and proc_fake as well. */
void fuzz_environment_make(struct input *input, struct fuzz_environment *environment);

/* After the run, before fuzz_environment_excuses(). */
void fuzz_environment_end(void);

/* What may differ from the request, because no program can notice; bits of sets one by one. */
struct excuses {
    bool uid, gid, groups, permitted, effective, inheritable, securebits, no_new_privs;
    uint64_t bounding, ambient;
    bool signal, keyring, streams;
    bool who;  /* the user and groups of the caller's own ids */
    bool file; /* what execve makes of the program's file */
};

/*
 * Some lies never leave sys.c, so they are not made here: that sys_new_session_keyring() or
 * sys_close_above_stderr() succeeded (both check themselves), and ids that are still the poison
 * (-EIO).
 *
 * Excused is a part of the state when the last call that could tell it, in the read-back of verify,
 * lied and returned what was expected: the ids, groups or capability sets as zeros; one bit of the
 * bounding or ambient set as 0, or as a capability that this kernel does not have (EINVAL);
 * securebits 0; no_new_privs 0. A lie that says anything else, and a lie about the start alone,
 * excuses nothing, except for what is not read back as a state of its own:
 *   the parent-death signal, when the start is reported without one;
 *   the keyring, when the ids at the start are reported as zeros: it is renewed when they change;
 *   the bounding set, when the capability sets are reported as zeros at start and read-back:
 *   where nothing is permitted it may stay;
 *   the owner of a stream, when it is reported as one whose owner does not change;
 *   without --user the groups that depend on who the caller is, and the owner of a stream, when the
 *   ids are reported as zeros at the start and in the read-back;
 *   what execve makes of the file, when a call that inspects files failed or lied, or when verify
 *   read as zeros ids that the program keeps: the inspection of the file is a diagnosis.
 */
void fuzz_environment_excuses(const struct cred *expected, struct excuses *excuses);

/* The calls that were made, the first of several alike, and those that failed or lied. */
void fuzz_environment_print(FILE *out);

/* What execve will find at path, through its interpreters; false when it finds nothing clear. */
bool fuzz_environment_exec_file(const char *path, struct exec_file *file);

#endif
