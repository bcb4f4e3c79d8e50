/*
 * optparse - command lines, read by a program's own table of options, and their help text.
 *
 * -abc, -uVALUE, -u VALUE, --name, --name=VALUE, --name VALUE. Long names are exact
 * (docs/adr/0004-option-parser.md). Options end at the first other word or at --.
 */
#ifndef CAPWRAP_OPTPARSE_H
#define CAPWRAP_OPTPARSE_H

#include <stddef.h>
#include <stdio.h>

#include "core/fail.h"

enum takes { NO_VALUE, VALUE, VALUE_AFTER_EQUALS };

/* One option: all that the parser and --help say of it. */
struct option {
    const char *name;
    char letter; /* '\0' for none */
    enum takes takes;
    const char *argument; /* as --help shows it, with what stands before it: " USER", "=HEX" */
    const char *help;     /* for --help; a newline where a line ends */
    /* Reads the option into what the program fills; value is NULL where there is none. Returns 0,
     * or fills *f and returns -1, which ends the reading. */
    int (*read)(const struct option *option, void *into, const char *value, struct fail *f);
    size_t place; /* of what it fills in what the program reads into: its offset */
    int what;     /* the program's own */
};

struct option_table {
    const struct option *options;
    size_t count;
};

/* Reads argv into what the options fill; *command is set to the first word behind the options.
 * Returns 0, or -1 with *f filled. */
int optparse_read(const struct option_table *table, int argc, char **argv, void *into,
                  char ***command, struct fail *f);

/* For struct option.read: sets the bool at place. */
int optparse_flag(const struct option *option, void *into, const char *value, struct fail *f);

/* For struct option.read: sets the const char * at place. Given twice, or empty: refused, with step
 * as the stage that failed. */
int optparse_word(const char *step, const struct option *option, void *into, const char *value,
                  struct fail *f);

/* Prints a line or more for each option. */
void optparse_help(FILE *out, const struct option_table *table);

#endif
