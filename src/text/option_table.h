/*
 * option_table - the options of a program as a table, and options that it does not have.
 */
#ifndef CAPWRAP_OPTION_TABLE_H
#define CAPWRAP_OPTION_TABLE_H

#include <stddef.h>

#include "core/fail.h"

enum takes { NO_VALUE, VALUE, VALUE_AFTER_EQUALS };

/* One option: everything that the parser and --help use. */
struct option {
    const char *name;
    char letter; /* '\0' for none */
    enum takes takes;
    const char *argument; /* as shown by --help, with the characters before it: " USER", "=HEX" */
    const char *help;     /* for --help; a newline ends each line but the last */
    /* Stores the option in the program's struct; value is NULL where there is none. Returns 0, or
     * fills *f and returns -1, which ends the reading. */
    int (*read)(const struct option *option, void *into, const char *value, struct fail *f);
    size_t place; /* the offset of the field that it fills */
    int what;     /* for use by the program */
};

/* Options of other tools: their long names without dashes, comma-separated, and the hint. */
struct foreign_options {
    const char *names, *hint;
};

struct option_table {
    const struct option *options;
    size_t count;
    const struct foreign_options *foreign;
    size_t foreign_count;
};

/* Returns the option of this name or letter; NULL for none. */
const struct option *option_by_name(const struct option_table *table, const char *name,
                                    size_t length);
const struct option *option_by_letter(const struct option_table *table, char letter);

#endif
