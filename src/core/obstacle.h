/*
 * obstacle - what stands in the way of a program that was found and is denied: the first component
 * of its path, every link on it followed, that this process may not pass.
 *
 * The explanation of an error, never a decision: execve has the last word.
 */
#ifndef CAPWRAP_OBSTACLE_H
#define CAPWRAP_OBSTACLE_H

#include <limits.h>

enum obstacle {
    OBSTACLE_OTHER, /* none of these: an access list or a security module, or it cannot be told */
    OBSTACLE_DIRECTORY, /* a directory that may not be searched */
    OBSTACLE_NOEXEC,    /* the mount of the file takes no programs */
    OBSTACLE_TYPE,      /* it is neither a file nor a directory */
    OBSTACLE_NOBODY,    /* the file has no execute permission at all */
    OBSTACLE_USER,      /* the file has one, and not for this user */
};

/* Writes into at which directory or file that is, where it is one that permission is missing for.
 */
enum obstacle obstacle_find(const char *path, char at[PATH_MAX]);

#endif
