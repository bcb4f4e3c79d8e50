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

/* environment with HOME, USER and LOGNAME of the account in place of every copy that is there;
 * without an entry HOME=/ and the others removed. They stay where account is NULL. With secure, the
 * variables of environment_is_unsafe() are removed too. It stays for the program: release the list
 * alone with pool_release(). NULL without memory. */
char **environment_make(char *const *environment, const struct account *account, bool secure);

#endif
