/*
 * environment - the environment of the program: the login variables are the user's, and where
 * capwrap holds what its caller does not, nothing is left that changes how programs are loaded.
 */
#ifndef CAPWRAP_ENVIRONMENT_H
#define CAPWRAP_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "users/passwd.h"

/* A variable that glibc removes where AT_SECURE is set (ld.so(8), "secure-execution mode"), or that
 * musl does not heed there. One list for every build: not each C library removes them. */
bool environment_is_unsafe(const char *variable);

/* The names of those that are in the environment, with commas between, cut off after size bytes. */
void environment_list_unsafe(char *const *environment, size_t size, char *names);

/* The names of all that there are. */
void environment_list_known(size_t size, char *names);

/* What becomes of an environment. */
struct environment_rules {
    const struct account *account; /* whose login variables are set; NULL: they stay */
    bool secure;                   /* the variables of environment_is_unsafe() are removed */
    bool reset;                    /* nothing stays but what is named here and in passed */
    const char *passed;            /* with reset: further names, with commas between; or NULL */
};

/* environment by the rules. The login variables are HOME, USER and LOGNAME of the account in place
 * of every copy that is there; without an entry HOME=/ and the others removed. With reset they are,
 * with SHELL, PATH (PROGRAM_SEARCH_PATH) and the caller's TERM, all that there is beside what is
 * passed, which is the first copy of each, and goes before a variable that would be set. The list
 * stays for the program: release it alone with pool_release(). NULL without memory. */
char **environment_make(char *const *environment, const struct environment_rules *rules);

/* The value of the first copy of a variable, as getenv(3) gives it; NULL without one. */
const char *environment_value(char *const *environment, const char *name);

#endif
