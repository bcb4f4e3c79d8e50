/*
 * launch - what a run's child does: it becomes the program, by the launcher's own pipeline, so that
 * what works here is what capwrap will do; or a shell that runs a line of the user's.
 */
#ifndef CAPWRAP_LEARN_LAUNCH_H
#define CAPWRAP_LEARN_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "core/pipeline.h"
#include "users/resolve.h"

/* What is run, the same in every trial. */
struct subject {
    const char *user;         /* as it was given, or chosen; NULL: the caller */
    char **command;           /* COMMAND and its arguments, NULL at the end */
    struct pipeline pipeline; /* of this process, observed */
    struct identity identity;
    struct request request;   /* all but the capabilities to keep */
    char **environment;       /* NULL: as it is here */
    const char *search_path;  /* PATH for the program; NULL: none */
    const char *test, *reset; /* shell lines; NULL: none */
    const char *fixture, *fixture_ready;
    int keeper;             /* of the fixture: a socket; -1: none */
    unsigned expect_status; /* of a program that works, without a test */
    struct rlimit files;    /* the limit of open files that the program inherits */
    unsigned timeout;       /* seconds for a run; 0: none */
    int signals;            /* a signalfd for those that this program takes */
    sigset_t mask;          /* the signal mask that the program inherits */
    bool ignores_children;  /* and SIGCHLD ignored */
    off_t input;            /* where standard input stood, -1: it cannot be taken back there */
};

/* What the child reports of its start, in memory that both share. */
struct child_report {
    bool refused;
    struct fail fail;
    struct pipeline pipeline;
};

/* In a child: waits for a byte from go[0], which comes when the process is watched, then becomes
 * the program with exactly these capabilities. Without the byte, or refused, it exits with 125. */
_Noreturn void launch_program(const struct subject *subject, uint64_t keep, const int go[2],
                              struct child_report *report);

/* In a child: becomes a shell for this line, without standard streams but for what it writes, which
 * goes to output (-1: nowhere). Exits with 127 where there is none. */
_Noreturn void launch_shell(const struct subject *subject, const char *line, int output);

#endif
