/*
 * errno_name - the names of errno(3), for programs that read the output. glibc has
 * strerrorname_np(3); other C libraries have no such function.
 */
#ifndef CAPWRAP_ERRNO_NAME_H
#define CAPWRAP_ERRNO_NAME_H

/* Returns "EPERM" for EPERM; NULL for a number that Linux does not use. */
const char *errno_name(int error);

#endif
