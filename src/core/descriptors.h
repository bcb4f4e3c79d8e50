/*
 * descriptors - which descriptors of this process are open, by /proc/self/fd.
 *
 * By raw system calls: the C library believes what getdents64(2) says of its own answer.
 */
#ifndef CAPWRAP_DESCRIPTORS_H
#define CAPWRAP_DESCRIPTORS_H

/* Calls each with data for every open descriptor but the one that is needed for asking, until it
 * returns another value than 0, which is then returned. -ENOENT when this is no folder of proc(5),
 * and -EIO for an answer that is none. */
int descriptors_each(int (*each)(void *data, int fd), void *data);

#endif
