/*
 * directory - the working directory that --chdir names, entered as the new user.
 */
#ifndef CAPWRAP_DIRECTORY_H
#define CAPWRAP_DIRECTORY_H

#include <limits.h>

#include "core/fail.h"
#include "core/sys.h"

/* Makes path the working directory; *entered identifies the directory that was opened. Refuses with
 * step "chdir". The refusal names the directory on the path that this process may not search, or
 * the first name that is missing. */
int directory_enter(const char *path, struct sys_directory *entered, struct fail *f);

/* Returns the part of path after its last slash. */
const char *directory_last_name(const char *path);

/* Finds the first directory on the path, including path itself, for which access(2) would return
 * error; symbolic links are followed. Writes "" when there is none. -EACCES: this process may not
 * search it. */
void directory_find(const char *path, int error, char found[PATH_MAX]);

#endif
