/*
 * supervise - one run of the program under one set of capabilities, from its start to the end of
 * all that it left behind.
 */
#ifndef CAPWRAP_LEARN_SUPERVISE_H
#define CAPWRAP_LEARN_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fail.h"
#include "core/program.h"
#include "learn/trial/launch.h"
#include "learn/watch/perf.h"

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
    struct watch_sink sink;
};

/* Takes the signals that end a run, and what a subject has to know of this process. */
int trial_begin(struct subject *subject, struct fail *f);

/* Runs the program with exactly these capabilities; limit: seconds for it where it has no timeout
 * of its own, 0: none. observer may be NULL. Returns -1 with *f filled when the run as such
 * could not be made. */
int trial_run(struct subject *subject, uint64_t keep, unsigned limit, struct observer *observer,
              struct outcome *outcome, struct fail *f);

/* Whether a run did what the first one did: the test passes, or else it ended in the same way. */
bool trial_works(const struct subject *subject, const struct outcome *first,
                 const struct outcome *outcome);

#endif
