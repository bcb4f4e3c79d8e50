/*
 * option_table - the options of a program as a table, and what is not in it.
 */
#ifndef CAPWRAP_OPTION_TABLE_H
#define CAPWRAP_OPTION_TABLE_H

#include <stddef.h>

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

/* Options of other tools, by the words of their long names with commas between, and the hint. */
struct foreign_options {
    const char *names, *hint;
};

struct option_table {
    const struct option *options;
    size_t count;
    const struct foreign_options *foreign;
    size_t foreign_count;
};

/* The option of this name or letter; NULL for none. */
const struct option *option_by_name(const struct option_table *table, const char *name,
                                    size_t length);
const struct option *option_by_letter(const struct option_table *table, char letter);

#endif
