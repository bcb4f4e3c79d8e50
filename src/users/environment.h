/*
 * environment - the environment of the program, in which the login variables are the user's.
 */
#ifndef CAPWRAP_ENVIRONMENT_H
#define CAPWRAP_ENVIRONMENT_H

#include "users/passwd.h"

/* environment with HOME, USER and LOGNAME of the account in place of every copy that is there;
 * without an entry HOME=/ and the others removed. It stays for the program: release the list alone
 * with pool_release(). NULL without memory. */
char **environment_make(char *const *environment, const struct account *account);

#endif
