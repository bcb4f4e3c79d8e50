#include "core/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { AT_FIRST = 4096 };

/* Reads to the end. Returns 0, -errno, or -EIO when more was returned than requested. */
static int read_all(int fd, char **text, size_t *size) {
    size_t capacity = 0;

    for (ssize_t got = 1; got > 0;) {
        if (*size + 1 >= capacity) {
            capacity = capacity == 0 ? AT_FIRST : capacity * 2;
            char *grown = realloc(*text, capacity);
            if (grown == NULL)
                return -ENOMEM;
            *text = grown;
        }
        got = read(fd, *text + *size, capacity - *size - 1);
        if (got < 0)
            return -errno;
        if ((size_t)got > capacity - *size - 1)
            return -EIO; /* not a valid result */
        *size += (size_t)got;
    }
    (*text)[*size] = '\0';
    return 0;
}

int proc_file_read(int dir, const char *path, char **text, size_t *size) {
    *text = NULL;
    *size = 0;
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = read_all(fd, text, size);
    (void)close(fd);
    if (error != 0) {
        free(*text);
        *text = NULL;
    }
    return error;
}
