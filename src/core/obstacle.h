/*
 * obstacle - why a program that was found cannot be executed: the first component of its path, with
 * every link followed, that denies access to this process.
 *
 * It only explains an error and never decides: execve alone decides.
 */
#ifndef CAPWRAP_OBSTACLE_H
#define CAPWRAP_OBSTACLE_H

#include <limits.h>

enum obstacle {
    OBSTACLE_OTHER,     /* none of these: an access list, a security module, or unknown */
    OBSTACLE_DIRECTORY, /* a directory that the user may not search */
    OBSTACLE_NOEXEC,    /* the file is on a mount with noexec */
    OBSTACLE_TYPE,      /* it is neither a regular file nor a directory */
    OBSTACLE_NOBODY,    /* the file has no execute permission at all */
    OBSTACLE_USER,      /* the file has one, but not for this user */
};

/* Returns the reason. Writes to at the path of the directory or file that lacks a permission, if
 * there is one. */
enum obstacle obstacle_find(const char *path, char at[PATH_MAX]);

#endif
