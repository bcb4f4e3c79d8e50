#include "core/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int streams_keep_open(struct fail *f) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        int held = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC); /* the lowest free descriptor: fd */
        if (held != fd)
            return fail_set(f, "start", FAIL_SYSTEM_CALL, errno,
                            "descriptor %d is closed and cannot be held", fd);
    }
    return 0;
}
