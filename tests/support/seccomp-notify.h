/*
 * seccomp-notify - runs a command and answers chosen system calls of it instead of the kernel
 * (seccomp_unotify(2)).
 *
 * The kernel answers what the supervisor does not answer itself. The command inherits no descriptor
 * and no flag of the supervisor, which exits as the command does: with its status or signal.
 */
#ifndef SECCOMP_NOTIFY_H
#define SECCOMP_NOTIFY_H

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "seccomp-filter.h"

enum { TIME_LIMIT = 30000 }; /* milliseconds without one of the calls */

/* Decides one call: fills response->error (-errno) or response->val and clears response->flags, or
 * changes nothing to leave the call to the kernel. */
typedef void answer_call(const struct seccomp_notif *call, struct seccomp_notif_resp *response);

/* The listener must reach the parent without a system call, which the filter might match. So the
 * two share their descriptors until the child's execve ends the sharing. */
static pid_t start_command(const struct call *calls, size_t count, char **command, int *listener) {
    _Atomic int *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    *shared = -1;

    pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child < 0)
        die("clone");
    if (child == 0) {
        int fd =
            install_filter(calls, count, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
        *shared = fd < 0 ? -1 - errno : fd;
        if (fd >= 0)
            execvp(command[0], command);
        _exit(SETUP_FAILED);
    }
    while (*shared == -1)
        sched_yield();
    *listener = *shared;
    errno = -1 - *listener;
    if (*listener < 0)
        die("the filter");
    return child;
}

/* Calls of threads and children of the command are left to the kernel: the calls are counted for
 * the command itself. */
static void answer_one(int listener, pid_t child, answer_call *answer) {
    static union {
        struct seccomp_notif call;
        char room[512]; /* that of a newer kernel may be longer */
    } in;
    static union {
        struct seccomp_notif_resp response;
        char room[512];
    } out;

    /* Not by ioctl(2), whose request is an int in musl. */
    memset(&in, 0, sizeof in);
    memset(&out, 0, sizeof out);
    if (syscall(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, &in) != 0)
        return; /* the caller was killed in the meantime */
    out.response.id = in.call.id;
    out.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (in.call.pid == (uint32_t)child)
        answer(&in.call, &out.response);
    (void)syscall(SYS_ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
}

/* Exits as the command did. */
static _Noreturn void end_as(pid_t child) {
    const struct rlimit no_core = {0, 0};
    int status;

    if (waitpid(child, &status, 0) != child)
        die("waitpid");
    if (WIFSIGNALED(status)) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(WTERMSIG(status), SIG_DFL);
        (void)raise(WTERMSIG(status));
    }
    exit(WEXITSTATUS(status));
}

static _Noreturn void supervise(const struct call *calls, size_t count, char **command,
                                answer_call *answer) {
    int listener = -1;
    pid_t child = start_command(calls, count, command, &listener);
    int ended = (int)syscall(SYS_pidfd_open, child, 0);
    struct pollfd fds[] = {
        {.fd = listener, .events = POLLIN},
        {.fd = ended, .events = POLLIN},
    };

    if (ended < 0)
        die("pidfd_open");
    for (;;) {
        if (poll(fds, 2, TIME_LIMIT) == 0)
            (void)kill(child, SIGKILL);
        if ((fds[0].revents & POLLIN) != 0)
            answer_one(listener, child, answer);
        else if (fds[1].revents != 0)
            end_as(child);
    }
}

#endif
