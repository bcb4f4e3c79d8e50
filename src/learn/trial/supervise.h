/*
 * supervise - one run of the program with one set of capabilities, from its start to the end of all
 * processes that it left behind.
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
    bool begun;   /* a process was created for it; false if it was interrupted before */
    bool refused; /* by the launcher: the program did not run; refusal contains the reason */
    struct fail refusal;
    struct program program; /* what was found of it; refusal may point into it */
    bool ended;             /* the program itself ended, with status, before the run was ended */
    int status;             /* as from waitpid */
    bool timed_out;         /* something was still running at the time limit */
    bool left;              /* the program ended and left processes behind */
    bool test_passed;
    bool passes_without; /* the test succeeded before the program was started: it was not */
    bool test_ended;     /* a test ended before the run was to end */
    int test_status;     /* of the last such test, as from waitpid */
    char test_output[SHELL_OUTPUT];
    unsigned test_after; /* milliseconds until the test succeeded */
    bool interrupted;    /* by a signal to this process */
    unsigned duration;   /* milliseconds */
};

/* What observes a run. */
struct observer {
    struct watch *watch; /* NULL: the run is not watched */
    bool failures;       /* record the calls that fail */
    struct watch_sink sink;
    struct sample_sink samples; /* receives what /proc shows of processes that end or are ended */
};

/* Sets up the signals that end a run, and records what the subject needs of this process. */
int trial_begin(struct subject *subject, struct fail *f);

/* Resets to the initial state, starts the fixture, checks that the test fails, and runs the program
 * with exactly these capabilities. limit: seconds, if the subject has no timeout; 0: none.
 * Returns -1 with *f filled if the run could not be made. */
int trial_run(struct subject *subject, uint64_t keep, unsigned limit, struct observer *observer,
              struct outcome *outcome, struct fail *f);

/* Resets to the initial state and runs the test without the program; *succeeds: its result. */
int trial_test_alone(const struct subject *subject, bool *succeeds, struct fail *f);

/* Whether the program worked: the test passed, or without a test it had the expected status. */
bool trial_works(const struct subject *subject, const struct outcome *outcome);

#endif
