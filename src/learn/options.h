/*
 * options - parses the command line of capwrap-learn.
 */
#ifndef CAPWRAP_LEARN_OPTIONS_H
#define CAPWRAP_LEARN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/fail.h"

/* Values of --format: for the configuration of one platform, FORMAT_SNIPPET plus the number of its
 * snippet (report/snippets.h). */
enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_SNIPPET };

/* A running target to watch. */
enum target_kind { TARGET_PID, TARGET_CGROUP, TARGET_UNIT, TARGET_CONTAINER };

struct target_name {
    enum target_kind kind;
    const char *name;
};

enum { TARGETS_MOST = 16 };

struct learn_options {
    const char *user; /* USER[:GROUP]; NULL if not given, like all others */
    const char *test, *reset, *fixture, *fixture_ready; /* shell lines */
    const char *output;                                 /* -o FILE; "-": standard output */
    const char *timeout_word, *repeat_word, *check_word, *format_word, *expect_word;
    const char *for_word, *idle_word;
    const char *runs[TARGETS_MOST]; /* --runs: files */
    unsigned run_count;
    struct target_name targets[TARGETS_MOST]; /* instead of a command */
    unsigned target_count;
    unsigned seconds, idle; /* --for and --until-idle, in seconds; 0: not given */
    unsigned format;        /* --format and --json */
    unsigned timeout;       /* seconds; 0: not given */
    unsigned repeat;        /* how often a failing set is tried; 0: not given */
    unsigned expect_status; /* of a program that works, if there is no test */
    uint64_t check;         /* --check, as a mask */
    bool verify, no_trace, json, verbose, help, version;
    char **command; /* COMMAND and its arguments, NULL at the end */
};

/* Parses argv. Options end at -- or at the first argument that is not an option; long names must be
 * complete. Returns 0, or -1 with *f filled. */
int learn_options_parse(int argc, char **argv, struct learn_options *options, struct fail *f);

/* Prints the command that repeats this run with another report format, without a newline. */
void learn_options_again(FILE *out, const struct learn_options *options, const char *format);

/* Prints --help on standard output. */
void learn_options_help(void);

/* Adds a hint to *f, which reports that COMMAND was not found: COMMAND is the name of an option. */
void learn_options_advise(const struct learn_options *options, struct fail *f);

#endif
