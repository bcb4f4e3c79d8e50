/*
 * words - the grammar of a command line, for a program's own table of options.
 *
 * -abc, -uVALUE, -u VALUE, --name, --name=VALUE, --name VALUE. Long names are exact
 * (docs/adr/0004-option-parser.md). Options end at the first other word or at --.
 */
#ifndef CAPWRAP_WORDS_H
#define CAPWRAP_WORDS_H

#include <stddef.h>

#include "core/fail.h"

enum takes { NO_VALUE, VALUE, VALUE_AFTER_EQUALS };

struct option {
    const char *name;
    char letter; /* '\0' for none */
    enum takes takes;
    size_t place; /* of what it fills in what the program reads into: its offset */
    int what;     /* the program's own */
};

struct grammar {
    const struct option *options;
    size_t count;
    /* Is given each option as it is met; value is NULL where there is none. Returns 0, or fills *f
     * and returns -1, which ends the reading. */
    int (*take)(void *into, const struct option *option, const char *value, struct fail *f);
};

/* Reads argv into what take fills; *command is set to the first word behind the options. Returns 0,
 * or -1 with *f filled. */
int words_read(const struct grammar *grammar, int argc, char **argv, void *into, char ***command,
               struct fail *f);

#endif
