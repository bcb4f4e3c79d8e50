/*
 * proc_file - a file of the kernel's, read whole (proc(5)).
 */
#ifndef CAPWRAP_PROC_FILE_H
#define CAPWRAP_PROC_FILE_H

#include <stddef.h>

/* Reads path into *text, which is *size bytes and a NUL and the caller's to free(3). What was read
 * until an error ends the text: such files have no size to compare with. Returns 0; -errno when the
 * file cannot be opened, there is no memory, or the answer is none; then *text is NULL. */
int proc_file_read(const char *path, char **text, size_t *size);

#endif
