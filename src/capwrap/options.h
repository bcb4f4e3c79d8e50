/*
 * options - the command line, and nothing but the command line: no environment variable and no
 * file configures capwrap.
 */
#ifndef CAPWRAP_OPTIONS_H
#define CAPWRAP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fail.h"

/* What to do. Everything but MODE_RUN only inspects, and prints to standard output. */
enum mode { MODE_RUN, MODE_STATUS, MODE_DECODE, MODE_LIST_CAPS, MODE_HELP, MODE_VERSION };

struct options {
    enum mode mode;
    const char *mode_value; /* the value of --status or --decode; NULL when none was given */
    const char *user;       /* USER[:GROUP] as given; NULL when not given, as the next one */
    const char *groups;
    uint64_t keep;
    bool keep_given, keep_all, keep_none;
    bool no_new_privs, lock_securebits, no_login_env, chown_stdio, close_fds, strict;
    bool dry_run, json, verbose, quiet;
    bool run_option; /* one of those that only MODE_RUN takes was given */
    char **command;  /* COMMAND and its arguments, NULL at the end */
};

/* Reads argv. Options end at the first other word or at --; long names are exact. What was read
 * until a refusal is in *options, so that the refusal can be reported as asked for (--json). */
int options_parse(int argc, char **argv, struct options *options, struct fail *f);

/* Prints --help on standard output. */
void options_help(void);

#endif
