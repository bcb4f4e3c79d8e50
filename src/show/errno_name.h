/*
 * errno_name - the names of errno(3), for a reader that is a program. glibc has strerrorname_np(3),
 * other C libraries have nothing.
 */
#ifndef CAPWRAP_ERRNO_NAME_H
#define CAPWRAP_ERRNO_NAME_H

/* "EPERM" for EPERM; NULL for what Linux does not use. */
const char *errno_name(int error);

#endif
