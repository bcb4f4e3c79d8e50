/*
 * launch - what the child of a run does: it becomes the program by the launcher's own pipeline, so
 * that the result also holds for capwrap; or it becomes a shell that runs a command of the user.
 */
#ifndef CAPWRAP_LEARN_LAUNCH_H
#define CAPWRAP_LEARN_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "core/pipeline.h"
#include "users/resolve.h"

/* What is run; the same in every trial. */
struct subject {
    const char *user;         /* as given or chosen; NULL: the caller */
    char **command;           /* COMMAND and its arguments, NULL at the end */
    struct pipeline pipeline; /* of this process, observed */
    struct identity identity;
    struct request request;   /* everything but the capabilities to keep */
    char **environment;       /* NULL: that of this process */
    const char *search_path;  /* PATH for the program; NULL: none */
    const char *test, *reset; /* shell commands; NULL: none */
    const char *fixture, *fixture_ready;
    int keeper;             /* of the fixture: a socket; -1: none */
    unsigned expect_status; /* exit status of a program that works, if there is no test */
    struct rlimit files;    /* the limit of open files that the program inherits */
    unsigned timeout;       /* seconds for a run; 0: none */
    int signals;            /* a signalfd for the signals that this program handles */
    sigset_t mask;          /* the signal mask that the program inherits */
    bool ignores_children;  /* and whether it inherits an ignored SIGCHLD */
    off_t input;            /* the offset of standard input at the start; -1: cannot be restored */
    bool begun;             /* a run was made */
    bool input_taken;       /* a run has read bytes from it that no other run can read */
};

/* What the child reports about its start, in shared memory. */
struct child_report {
    bool refused;
    struct fail fail;
    struct pipeline pipeline;
};

/* In a child: waits for a byte from go[0], which is sent when the process is watched, then becomes
 * the program with exactly these capabilities. Without the byte, or on failure, exits with 125. */
_Noreturn void launch_program(const struct subject *subject, uint64_t keep, const int go[2],
                              struct child_report *report);

/* In a child: becomes a shell for this command. It has no standard streams, but what it writes is
 * passed to output (-1: discarded). Exits with 127 if there is no shell. */
_Noreturn void launch_shell(const struct subject *subject, const char *line, int output);

#endif
