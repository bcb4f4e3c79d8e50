/*
 * descriptors - lists the open descriptors of this process, from /proc/self/fd.
 *
 * Uses raw system calls: the C library trusts the result of getdents64(2) without a check.
 */
#ifndef CAPWRAP_DESCRIPTORS_H
#define CAPWRAP_DESCRIPTORS_H

/* Calls each with data and every open descriptor except the one that reads the directory. Stops
 * when each returns a value other than 0, and returns that value. Returns -ENOENT when
 * /proc/self/fd is not a directory of proc(5), and -EIO when a result is not valid. */
int descriptors_each(int (*each)(void *data, int fd), void *data);

#endif
