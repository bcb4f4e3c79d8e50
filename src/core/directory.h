/*
 * directory - the working directory that --chdir names, entered as the new user.
 */
#ifndef CAPWRAP_DIRECTORY_H
#define CAPWRAP_DIRECTORY_H

#include <limits.h>

#include "core/fail.h"
#include "core/sys.h"

/* Makes path the working directory; *entered is the one that was opened. Refuses with step "chdir",
 * and names the directory on the way that this process may not search, or the first name that is
 * missing. */
int directory_enter(const char *path, struct sys_directory *entered, struct fail *f);

/* The end of a path, behind its last slash. */
const char *directory_last_name(const char *path);

/* The first directory on the way to path, path itself among them, for which access(2) answers this
 * error, symbolic links followed; "" where there is none. -EACCES: this process may not search it.
 */
void directory_find(const char *path, int error, char found[PATH_MAX]);

#endif
