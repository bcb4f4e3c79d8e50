/*
 * options - the command line of capwrap-learn, and nothing but the command line.
 */
#ifndef CAPWRAP_LEARN_OPTIONS_H
#define CAPWRAP_LEARN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/fail.h"

/* What --format takes: the ready configuration of one platform has the number of its snippet
 * (report/snippets.h) behind FORMAT_SNIPPET. */
enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_SNIPPET };

/* What to watch that runs already. */
enum target_kind { TARGET_PID, TARGET_CGROUP, TARGET_UNIT, TARGET_CONTAINER };

struct target_name {
    enum target_kind kind;
    const char *name;
};

enum { TARGETS_MOST = 16 };

struct learn_options {
    const char *user; /* USER[:GROUP]; NULL when not given, as the others */
    const char *test, *reset, *fixture, *fixture_ready; /* shell lines */
    const char *output;                                 /* -o FILE; "-": standard output */
    const char *timeout_word, *repeat_word, *check_word, *format_word, *expect_word;
    const char *for_word, *idle_word;
    const char *runs[TARGETS_MOST]; /* --runs: files */
    unsigned run_count;
    struct target_name targets[TARGETS_MOST]; /* in place of a command */
    unsigned target_count;
    unsigned seconds, idle; /* --for and --until-idle; 0: not given */
    unsigned format;        /* --format and --json */
    unsigned timeout;       /* seconds; 0: not given */
    unsigned repeat;        /* how often a set that fails is tried; 0: not given */
    unsigned expect_status; /* of a program that works, where there is no test */
    uint64_t check;         /* --check, as a mask */
    bool verify, no_trace, json, verbose, help, version;
    char **command; /* COMMAND and its arguments, NULL at the end */
};

/* Reads argv. Options end at the first other word or at --; long names are exact. Returns 0, or -1
 * with *f filled. */
int learn_options_parse(int argc, char **argv, struct learn_options *options, struct fail *f);

/* Prints the line that learns the same again and reports in another format, without a newline. */
void learn_options_again(FILE *out, const struct learn_options *options, const char *format);

/* Prints --help on standard output. */
void learn_options_help(void);

/* Gives a filled *f, that COMMAND was not found, the hint that it is the name of an option. */
void learn_options_advise(const struct learn_options *options, struct fail *f);

#endif
