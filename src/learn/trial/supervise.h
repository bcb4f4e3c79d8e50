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
#include "learn/trial/sample.h"
#include "learn/trial/shell.h"
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
    bool passes_without; /* the test succeeded before the program was started: it was not */
    int test_status;     /* of the last test that ended, as waitpid gives it */
    char test_output[SHELL_OUTPUT];
    unsigned test_after; /* milliseconds until it succeeded */
    bool interrupted;    /* by a signal to us */
    unsigned duration;   /* milliseconds */
};

/* What watches a run. */
struct observer {
    struct watch *watch; /* NULL: it is not watched */
    bool failures;       /* record the calls that fail */
    struct watch_sink sink;
    struct sample_sink samples; /* takes what /proc tells of those that end or are ended */
};

/* Takes the signals that end a run, and what a subject has to know of this process. */
int trial_begin(struct subject *subject, struct fail *f);

/* Brings the beginning back, starts the fixture, sees that the test fails, and runs the program
 * with exactly these capabilities; limit: seconds for it where it has no timeout of its own, 0:
 * none. Returns -1 with *f filled when the run as such could not be made. */
int trial_run(struct subject *subject, uint64_t keep, unsigned limit, struct observer *observer,
              struct outcome *outcome, struct fail *f);

/* Brings the beginning back and runs the test without the program: whether it succeeds. */
int trial_test_alone(const struct subject *subject, bool *succeeds, struct fail *f);

/* Whether the program did its work: the test passes, or else it ended with the status expected. */
bool trial_works(const struct subject *subject, const struct outcome *outcome);

#endif
