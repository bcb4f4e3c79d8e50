/*
 * directory - the working directory that --chdir names, entered as the new user.
 */
#ifndef CAPWRAP_DIRECTORY_H
#define CAPWRAP_DIRECTORY_H

#include <limits.h>

#include "core/fail.h"
#include "core/sys.h"

/* Makes path the working directory; *entered is the one that was opened. Refuses with step "chdir",
 * and names the directory on the way that this process may not search. */
int directory_enter(const char *path, struct sys_directory *entered, struct fail *f);

/* The first directory on the way to path, itself among them, that this process may not search,
 * symbolic links followed; "" where there is none. */
void directory_find_denied(const char *path, char denied[PATH_MAX]);

#endif
