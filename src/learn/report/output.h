/*
 * output - opens the destination of the report and writes the report in the requested format.
 */
#ifndef CAPWRAP_LEARN_OUTPUT_H
#define CAPWRAP_LEARN_OUTPUT_H

#include <stdio.h>

#include "learn/options.h"

/* Opens the file of -o before anything is started; *file is NULL for standard error. With "-" only
 * the report is written to standard output: from then on, descriptor 1, which every child inherits,
 * is standard error. Returns -1 with *f filled on failure. */
int output_open(const struct learn_options *options, FILE **file, struct fail *f);

/* The report and how to write it: in the format of --format (0, or -ENOMEM), and as text. */
struct output_report {
    int (*write)(FILE *out, const void *what);
    void (*text)(FILE *out, const void *what);
    const void *what;
};

/* Writes the report and closes file. If that fails, writes the report to standard error as text, so
 * that it is not lost. Returns -1 with *f filled on failure. */
int output_finish(const struct learn_options *options, const struct output_report *report,
                  FILE *file, struct fail *f);

/* Prints an error. If JSON was requested, also prints it as JSON: to file, which is closed, or, if
 * file is NULL and -o - was given, to standard output. A file of --runs is unchanged. Returns the
 * exit status. */
int output_error(const struct learn_options *options, FILE *file, const struct fail *f);

#endif
