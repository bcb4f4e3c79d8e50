/*
 * trial - one run of the program under one set of capabilities, made by the launcher's own plan and
 * transition in a child: what works here is what capwrap will do.
 */
#ifndef CAPWRAP_LEARN_TRIAL_H
#define CAPWRAP_LEARN_TRIAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "capwrap/options.h"
#include "core/program.h"
#include "learn/failure.h"
#include "learn/watch.h"
#include "users/resolve.h"

/* What is run, the same in every trial. */
struct subject {
    struct options options; /* as capwrap's own: user, no_new_privs, command */
    struct cred cred;       /* of this process */
    struct request request;
    struct identity identity;
    char **environment;       /* NULL: as it is here */
    const char *test, *reset; /* shell lines; NULL: none */
    unsigned timeout;         /* seconds for a run; 0: none */
    int signals;              /* a signalfd for those that this program takes */
    sigset_t mask;            /* the signal mask that the program inherits */
    bool ignores_children;    /* and SIGCHLD ignored */
    off_t input;              /* where standard input stood, -1: it cannot be taken back there */
};

struct outcome {
    bool refused; /* by the launcher: it did not run at all, and refusal says why */
    struct fail refusal;
    struct program program; /* what was found of it; refusal may name a part of it */
    bool ended;             /* the program itself ended, with status, before the run was ended */
    int status;             /* as waitpid gives it */
    bool timed_out;         /* something was still running when the time was up */
    bool left;              /* the program ended and left processes behind */
    bool test_passed;
    bool interrupted;  /* by a signal to us */
    unsigned duration; /* milliseconds */
};

/* What watches a run; NULL members: nothing does. */
struct observer {
    struct watch *watch; /* out: open; the caller closes it */
    struct watch_taker taker;
};

/* Takes the signals that end a run, and what a subject has to know of this process. */
int trial_begin(struct subject *subject, struct failure *failure);

/* Runs the program with exactly these capabilities; limit: seconds for it where it has no timeout
 * of its own, 0: none. observer may be NULL. Returns -1 with *failure filled when the run as such
 * could not be made. */
int trial_run(struct subject *subject, uint64_t keep, unsigned limit, struct observer *observer,
              struct outcome *outcome, struct failure *failure);

/* Whether a run did what the first one did: the test passes, or else it ended in the same way. */
bool trial_works(const struct subject *subject, const struct outcome *first,
                 const struct outcome *outcome);

#endif
