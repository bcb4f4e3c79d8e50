/*
 * environment - the environment of the program: sets the user's login variables, and removes
 * variables that affect how programs are loaded where capwrap has privilege that its caller lacks.
 */
#ifndef CAPWRAP_ENVIRONMENT_H
#define CAPWRAP_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "users/passwd.h"

/* Whether glibc removes variable where AT_SECURE is set (ld.so(8), "secure-execution mode"), or
 * musl ignores it there. All builds use one list: not every C library removes them. */
bool environment_is_unsafe(const char *variable);

/* Writes the names of those in the environment, comma-separated, truncated to size bytes. */
void environment_list_unsafe(char *const *environment, size_t size, char *names);

/* Writes the names of all such variables. */
void environment_list_known(size_t size, char *names);

/* How an environment is changed. */
struct environment_rules {
    const struct account *account; /* whose login variables are set; NULL: they are unchanged */
    bool secure;                   /* remove the variables of environment_is_unsafe() */
    bool reset;                    /* keep only what environment_make() lists and passed */
    const char *passed;            /* with reset: further names, comma-separated; or NULL */
};

/* Returns a copy of environment changed by the rules. HOME, USER and LOGNAME of the account replace
 * every existing copy; without an entry, HOME=/ is set and the others are removed. With reset, the
 * result contains only these, SHELL, PATH (PROGRAM_SEARCH_PATH), the caller's TERM and the passed
 * variables. The first copy of a passed variable is used; it has precedence over a variable set
 * here. The strings stay valid: release only the list, with pool_release(). NULL without memory. */
char **environment_make(char *const *environment, const struct environment_rules *rules);

/* Returns the value of the first copy of a variable, as getenv(3) does; NULL without one. */
const char *environment_value(char *const *environment, const char *name);

#endif
