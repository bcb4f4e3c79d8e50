/*
 * optparse - reads command lines with a program's own table of options, and prints their help text.
 *
 * -abc, -uVALUE, -u VALUE, --name, --name=VALUE, --name VALUE. Long names must match exactly
 * (docs/adr/0004-option-parser.md). Options end at the first other word or at --. A value must not
 * be empty. A word that is an option is not the value of the one before it; --name=VALUE passes it.
 */
#ifndef CAPWRAP_OPTPARSE_H
#define CAPWRAP_OPTPARSE_H

#include <stdio.h>

#include "core/fail.h"
#include "text/option_table.h"

/* Reads argv and stores the options in into; *command is set to the first word after the options.
 * Returns 0, or -1 with *f filled. */
int optparse_read(const struct option_table *table, int argc, char **argv, void *into,
                  char ***command, struct fail *f);

/* For struct option.read: sets the bool at place. */
int optparse_flag(const struct option *option, void *into, const char *value, struct fail *f);

/* For struct option.read: sets the const char * at place. Refuses an option that is given twice;
 * step names the stage that failed. */
int optparse_word(const char *step, const struct option *option, void *into, const char *value,
                  struct fail *f);

/* The option is given more than once. Fills *f and returns -1. */
int optparse_refuse_twice(const char *step, const struct option *option, struct fail *f);

/* Prints one or more lines for each option. */
void optparse_help(FILE *out, const struct option_table *table);

#endif
