/*
 * file - reads small files, such as those in /proc, in one piece.
 */
#ifndef CAPWRAP_LEARN_FILE_H
#define CAPWRAP_LEARN_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Reads at most capacity - 1 bytes and adds a NUL. Returns the byte count, or -1 with errno. */
ssize_t file_read(const char *path, size_t capacity, char *text);

#endif
