/*
 * output - where the report goes, and in which form.
 */
#ifndef CAPWRAP_LEARN_OUTPUT_H
#define CAPWRAP_LEARN_OUTPUT_H

#include <stdio.h>

#include "learn/options.h"

/* Opens what -o names, before anything is started: *file is NULL for standard error. With "-" the
 * report alone goes to standard output: from here on descriptor 1, which all that is started
 * inherits, is standard error. Returns -1 with *f filled. */
int output_open(const struct learn_options *options, FILE **file, struct fail *f);

/* What is reported, and how: in the form of --format (0, or -ENOMEM), and as text. */
struct output_report {
    int (*write)(FILE *out, const void *what);
    void (*text)(FILE *out, const void *what);
    const void *what;
};

/* Writes the report and closes file. Where it cannot take the report, standard error gets it as
 * text: what was learned took its time. Returns -1 with *f filled. */
int output_finish(const struct learn_options *options, const struct output_report *report,
                  FILE *file, struct fail *f);

/* Prints an error, as JSON too where that was asked for: to file, which is closed, or where there
 * is none yet to standard output, if that was named. Returns the exit status. */
int output_error(const struct learn_options *options, FILE *file, const struct fail *f);

#endif
