/*
 * entries - the names in a directory.
 *
 * Uses raw system calls: the C library trusts the result of getdents64(2) without a check, and
 * loops forever at an entry whose length is 0.
 */
#ifndef CAPWRAP_ENTRIES_H
#define CAPWRAP_ENTRIES_H

/* Calls each with data and every name in the directory that fd refers to. Stops when each returns a
 * value other than 0, and returns that value. Returns -EIO when a result is not valid, and for a
 * directory without an end. A directory that is removed meanwhile has no more names. */
int entries_each(int fd, int (*each)(void *data, const char *name), void *data);

#endif
