/*
 * userns-ways - tries every way to create or enter a user namespace on Linux, each in a child:
 *
 *   userns-ways PID        PID: a process in another user namespace of the same user
 *
 * Prints WAY=open, or WAY=ERROR with the name of the error if it is a relevant one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errno-word.h"

#define HIGH (1UL << 32) /* the kernel takes an int and ignores this bit */

static pid_t other;

static long namespace_fd(void) {
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/ns/user", other);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static long pidfd(void) { return syscall(SYS_pidfd_open, other, 0); }

static long by_unshare(void) { return syscall(SYS_unshare, (long)CLONE_NEWUSER); }
static long by_unshare_high(void) { return syscall(SYS_unshare, (long)(CLONE_NEWUSER | HIGH)); }
static long by_unshare_more(void) {
    return syscall(SYS_unshare, (long)(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS));
}

/* The child exits at once. */
static long by_clone(void) {
#ifdef __s390x__
    long child = syscall(SYS_clone, 0L, (long)(CLONE_NEWUSER | SIGCHLD), 0L, 0L, 0L);
#else
    long child = syscall(SYS_clone, (long)(CLONE_NEWUSER | SIGCHLD), 0L, 0L, 0L, 0L);
#endif
    if (child == 0)
        _exit(0);
    return child;
}

static long by_clone3(void) {
    struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};

    long child = syscall(SYS_clone3, &args, sizeof args);
    if (child == 0)
        _exit(0);
    return child;
}

static long by_setns(void) { return syscall(SYS_setns, namespace_fd(), (long)CLONE_NEWUSER); }
static long by_setns_any(void) { return syscall(SYS_setns, namespace_fd(), 0L); }
static long by_setns_high(void) { return syscall(SYS_setns, namespace_fd(), (long)HIGH); }
static long by_setns_pidfd(void) { return syscall(SYS_setns, pidfd(), (long)CLONE_NEWUSER); }
static long by_setns_pidfd_more(void) {
    return syscall(SYS_setns, pidfd(), (long)(CLONE_NEWUSER | CLONE_NEWUTS));
}

static const struct {
    const char *name;
    long (*go)(void);
} WAYS[] = {
    {"unshare", by_unshare},
    {"unshare_high", by_unshare_high},
    {"unshare_more", by_unshare_more},
    {"clone", by_clone},
    {"clone3", by_clone3},
    {"setns", by_setns},
    {"setns_any", by_setns_any},
    {"setns_high", by_setns_high},
    {"setns_pidfd", by_setns_pidfd},
    {"setns_pidfd_more", by_setns_pidfd_more},
};

/* cppcheck-suppress constParameter; main has this type */
int main(int argc, char *argv[]) {
    other = argc == 2 ? (pid_t)strtol(argv[1], NULL, 10) : 0;
    if (other <= 0) {
        (void)fprintf(stderr, "userns-ways: usage: userns-ways PID\n");
        return 99;
    }
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(WAYS[i].go() >= 0 ? 0 : errno);
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
            return 99;
        int error = WEXITSTATUS(status);
        (void)printf("%s=%s\n", WAYS[i].name, error == 0 ? "open" : errno_word(error));
    }
    return 0;
}
