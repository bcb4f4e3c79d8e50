/*
 * seccomp-errno - executes COMMAND under a seccomp filter that refuses one system call, as
 * container runtimes and systemd do, or that answers it with success and does nothing.
 *
 *   seccomp-errno CALL ERRNO COMMAND [ARGUMENT...]
 *
 * CALL is a name of the table below, ERRNO is EPERM, ENOSYS, or 0 for success. Exits 99 when it
 * cannot.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SETUP_FAILED = 99 };

static _Noreturn void die(const char *what) {
    fprintf(stderr, "seccomp-errno: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

static uint32_t call_number(const char *name) {
    static const struct {
        const char *name;
        uint32_t number;
    } calls[] = {
        {"keyctl", SYS_keyctl},       {"setgroups", SYS_setgroups},
        {"setresgid", SYS_setresgid}, {"setresuid", SYS_setresuid},
        {"capset", SYS_capset},       {"close_range", SYS_close_range},
        {"geteuid", SYS_geteuid},     {"getegid", SYS_getegid},
        {"getresuid", SYS_getresuid},
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].number;
    errno = EINVAL;
    die(name);
}

static uint32_t error_number(const char *name) {
    if (strcmp(name, "EPERM") == 0)
        return EPERM;
    if (strcmp(name, "ENOSYS") == 0)
        return ENOSYS;
    if (strcmp(name, "0") == 0)
        return 0;
    errno = EINVAL;
    die(name);
}

int main(int argc, char **argv) {
    errno = EINVAL;
    if (argc < 4)
        die("CALL ERRNO COMMAND...");

    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call_number(argv[1]), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error_number(argv[2])),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {
        .len = sizeof(filter) / sizeof(filter[0]),
        .filter = filter,
    };

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        die("the filter");
    execvp(argv[3], argv + 3);
    die(argv[3]);
}
