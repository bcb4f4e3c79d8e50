/*
 * proc_file - a file of the kernel's, read whole (proc(5)).
 */
#ifndef CAPWRAP_PROC_FILE_H
#define CAPWRAP_PROC_FILE_H

#include <stddef.h>

/* Reads path, below the directory dir (or AT_FDCWD), into *text, which is *size bytes and a NUL and
 * the caller's to free(3). Returns 0; -errno when the file cannot be opened or read to its end
 * (-ESRCH: the process has ended), there is no memory, or the answer is longer than the buffer;
 * then *text is NULL. */
int proc_file_read(int dir, const char *path, char **text, size_t *size);

#endif
