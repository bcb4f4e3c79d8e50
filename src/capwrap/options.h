/*
 * options - the command line, and nothing but the command line: no environment variable and no
 * file configures capwrap.
 */
#ifndef CAPWRAP_OPTIONS_H
#define CAPWRAP_OPTIONS_H

#include <stdbool.h>

#include "core/fail.h"
#include "core/plan.h"
#include "users/resolve.h"

/* What to do. Everything but MODE_RUN only inspects, and prints to standard output. */
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
    struct who who;  /* --user, --groups, --no-login-env: words that are still to be resolved */
    struct request request; /* what is asked of the core, but for the identity */
    bool keep_given, keep_none;
    bool reset_env;
    const char *pass_env; /* names with commas between; NULL: none */
    bool json, verbose, quiet;
    const char *run_option;   /* the last one that only MODE_RUN and perhaps MODE_ASSERT take */
    const char *start_option; /* the last one that MODE_ASSERT does not take; NULL without one */
    char **command;           /* COMMAND and its arguments, NULL at the end */
};

/* Reads argv. Options end at the first other word or at --; long names are exact. What was read
 * until a refusal is in *options, so that the refusal can be reported as asked for (--json). */
int options_parse(int argc, char **argv, struct options *options, struct fail *f);

/* Where *f tells that COMMAND was not found and has no hint of values: if it is the name of an
 * option, sets the hint to this option. */
void options_advise(const char *command, struct fail *f);

/* Prints --help on standard output. */
void options_help(void);

#endif
