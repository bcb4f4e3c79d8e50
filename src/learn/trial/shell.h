/*
 * shell - runs a shell command of the user to its end while the program does not run: the reset,
 * the test without the program, the check whether the fixture is ready.
 */
#ifndef CAPWRAP_LEARN_SHELL_H
#define CAPWRAP_LEARN_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "learn/error.h"
#include "learn/trial/launch.h"

enum { SHELL_OUTPUT = 1024 };

struct shell_result {
    bool succeeded;
    bool timed_out;            /* or interrupted */
    int status;                /* as from waitpid */
    char output[SHELL_OUTPUT]; /* the end of what it wrote */
};

/* Whether a signal to end is pending that no run has read yet (these signals are blocked). */
bool shell_interrupted(void);

/* Runs the command for at most that many seconds (0: no limit) or until it is interrupted, and ends
 * what it left behind. Returns 0, or -1 with *f filled if it could not be run. */
int shell_run(const struct subject *subject, const char *line, unsigned seconds,
              struct shell_result *result, struct fail *f);

/* A file in memory for the output of a command, or -1. */
int shell_output_open(void);

/* Copies the end of its contents. */
void shell_output_read(int fd, char output[SHELL_OUTPUT]);

#endif
