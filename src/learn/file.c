#include "learn/file.h"

#include <fcntl.h>
#include <unistd.h>

ssize_t file_read(const char *path, size_t capacity, char *text) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t more = fd >= 0 ? 1 : -1;

    while (more > 0 && used < capacity - 1) {
        more = read(fd, text + used, capacity - 1 - used);
        used += more > 0 ? (size_t)more : 0;
    }
    if (fd >= 0)
        (void)close(fd);
    text[used] = '\0';
    return more < 0 ? -1 : (ssize_t)used;
}
