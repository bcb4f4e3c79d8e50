/*
 * options - the command line, which is the only input: no environment variable and no file
 * configures capwrap.
 */
#ifndef CAPWRAP_OPTIONS_H
#define CAPWRAP_OPTIONS_H

#include <stdbool.h>

#include "core/fail.h"
#include "core/plan.h"
#include "users/resolve.h"

/* The action. Every mode except MODE_RUN only inspects, and prints to standard output. */
enum mode {
    MODE_RUN,
    MODE_ASSERT,
    MODE_STATUS,
    MODE_DECODE,
    MODE_LIST_CAPS,
    MODE_HELP,
    MODE_VERSION
};

struct options {
    enum mode mode;
    const char
        *mode_value; /* the value of --assert, --status or --decode; NULL when none was given */
    struct who who;  /* --user, --groups, --no-login-env: words to be resolved */
    struct request request; /* the request to the core, without the identity */
    bool keep_given, keep_none;
    bool reset_env;
    const char *pass_env; /* comma-separated names; NULL: none */
    bool json, verbose, quiet;
    const char *run_option; /* the last one that only MODE_RUN, and perhaps MODE_ASSERT, accepts */
    const char *start_option; /* the last one that MODE_ASSERT does not accept; NULL without one */
    char **command;           /* COMMAND and its arguments, NULL at the end */
};

/* Reads argv. Options end at the first other word or at --; long names must match exactly. After a
 * refusal, *options holds what was read before it, so that the refusal can be reported as requested
 * (--json). */
int options_parse(int argc, char **argv, struct options *options, struct fail *f);

/* If *f says that COMMAND was not found, has no hint with values, and COMMAND is the name of an
 * option, sets the hint to this option. */
void options_advise(const char *command, struct fail *f);

/* Prints --help on standard output. */
void options_help(void);

#endif
