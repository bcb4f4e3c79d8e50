/*
 * proc_file - reads a whole file of the kernel (proc(5)).
 */
#ifndef CAPWRAP_PROC_FILE_H
#define CAPWRAP_PROC_FILE_H

#include <stddef.h>

/* Reads path, relative to the directory dir (or AT_FDCWD), into *text: *size bytes and a NUL. The
 * caller releases *text with free(3). Returns 0, or -errno when the file cannot be opened or read
 * to its end (-ESRCH: the process has ended), there is no memory, or read(2) returns more than the
 * buffer holds; then *text is NULL. */
int proc_file_read(int dir, const char *path, char **text, size_t *size);

#endif
