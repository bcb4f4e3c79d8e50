/*
 * optparse - command lines, read by a program's own table of options, and their help text.
 *
 * -abc, -uVALUE, -u VALUE, --name, --name=VALUE, --name VALUE. Long names are exact
 * (docs/adr/0004-option-parser.md). Options end at the first other word or at --. No value is
 * empty, and a word that is an option is no value of the one before it: --name=VALUE is for such.
 */
#ifndef CAPWRAP_OPTPARSE_H
#define CAPWRAP_OPTPARSE_H

#include <stdio.h>

#include "core/fail.h"
#include "text/option_table.h"

/* Reads argv into what the options fill; *command is set to the first word behind the options.
 * Returns 0, or -1 with *f filled. */
int optparse_read(const struct option_table *table, int argc, char **argv, void *into,
                  char ***command, struct fail *f);

/* For struct option.read: sets the bool at place. */
int optparse_flag(const struct option *option, void *into, const char *value, struct fail *f);

/* For struct option.read: sets the const char * at place. Given twice: refused, with step as the
 * stage that failed. */
int optparse_word(const char *step, const struct option *option, void *into, const char *value,
                  struct fail *f);

/* The option stands on the line once more. Fills *f and returns -1. */
int optparse_refuse_twice(const char *step, const struct option *option, struct fail *f);

/* Prints a line or more for each option. */
void optparse_help(FILE *out, const struct option_table *table);

#endif
