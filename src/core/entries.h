/*
 * entries - the names in a folder.
 *
 * By raw system calls: the C library believes what getdents64(2) says of its own answer, and goes
 * on for ever at an entry without a length.
 */
#ifndef CAPWRAP_ENTRIES_H
#define CAPWRAP_ENTRIES_H

/* Calls each with data and every name in the folder that fd is open for, until it returns another
 * value than 0, which is then returned. -EIO for an answer that is none, and for a folder without
 * an end. One that is removed meanwhile has no more names. */
int entries_each(int fd, int (*each)(void *data, const char *name), void *data);

#endif
