#include "learn/trial/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "learn/trial/children.h"

enum { EVERY = 5 }; /* milliseconds between two checks whether it has ended */

int shell_output_open(void) {
    int fd = memfd_create("output", MFD_CLOEXEC);

    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, O_APPEND);
    return fd;
}

void shell_output_read(int fd, char output[SHELL_OUTPUT]) {
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    off_t start = size > SHELL_OUTPUT - 1 ? size - (SHELL_OUTPUT - 1) : 0;

    ssize_t got = size > 0 ? pread(fd, output, SHELL_OUTPUT - 1, start) : 0;
    while (got > 0 && output[got - 1] == '\n')
        got--;
    output[got > 0 ? got : 0] = '\0';
}

bool shell_interrupted(void) {
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t waiting;
    bool found = false;

    (void)sigpending(&waiting);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        found |= sigismember(&waiting, ends[i]) == 1;
    return found;
}

/* Returns whether it ended in time. */
static bool wait_for(pid_t child, unsigned seconds, int *status) {
    const struct timespec pause = {.tv_nsec = EVERY * 1000000L};

    for (long left = (long)seconds * 1000;; left -= EVERY) {
        pid_t ended = waitpid(child, status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR))
            return ended == child;
        if ((seconds != 0 && left <= 0) || shell_interrupted())
            return false;
        (void)nanosleep(&pause, NULL);
    }
}

int shell_run(const struct subject *subject, const char *line, unsigned seconds,
              struct shell_result *result, struct fail *f) {
    int output = shell_output_open();

    memset(result, 0, sizeof *result);
    pid_t child = fork();
    if (child == 0)
        launch_shell(subject, line, output);
    if (child < 0) {
        int error = errno;
        if (output >= 0)
            (void)close(output);
        return error_set(f, "run", error, "raise the limits of memory, processes or open files",
                         "fork");
    }
    result->timed_out = !wait_for(child, seconds, &result->status);
    result->succeeded =
        !result->timed_out && WIFEXITED(result->status) && WEXITSTATUS(result->status) == 0;
    shell_output_read(output, result->output);
    if (output >= 0)
        (void)close(output);
    return children_end(f);
}
