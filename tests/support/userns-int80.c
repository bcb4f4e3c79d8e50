/*
 * userns-int80 - makes the system calls that create or enter a user namespace from a 64-bit program
 * in the i386 way (int $0x80, with the numbers of that ABI), each in a child.
 *
 *   userns-int80
 *
 * Prints CALL=done, or CALL=ERROR with the error's name; CALL=signal if the processor or a
 * hypervisor rejects the instruction. Exits with 99 on machines other than x86-64.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errno-word.h"

/* arch/x86/entry/syscalls/syscall_32.tbl */
enum { I386_CLONE = 120, I386_UNSHARE = 310, I386_SETNS = 346, I386_CLONE3 = 435 };

static long call(long number, long first, long second) {
#ifdef __x86_64__
    __asm__ volatile("int $0x80"
                     : "+a"(number)
                     : "b"(first), "c"(second), "d"(0), "S"(0), "D"(0)
                     : "memory", "r8", "r9", "r10", "r11");
    return number;
#else
    (void)number, (void)first, (void)second;
    _exit(99);
#endif
}

static const struct {
    const char *name;
    long number, first, second;
} CALLS[] = {
    {"unshare", I386_UNSHARE, CLONE_NEWUSER, 0},
    {"clone", I386_CLONE, CLONE_NEWUSER | SIGCHLD, 0}, /* its child exits at once */
    {"setns", I386_SETNS, -1, CLONE_NEWUSER},
    {"setns_any", I386_SETNS, -1, 0},
    {"clone3", I386_CLONE3, 0, 0},
};

int main(void) {
    for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            long answer = call(CALLS[i].number, CALLS[i].first, CALLS[i].second);
            _exit(answer < 0 ? (int)-answer : 0);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 99;
        const char *said = WIFSIGNALED(status)        ? "signal"
                           : WEXITSTATUS(status) == 0 ? "done"
                                                      : errno_word(WEXITSTATUS(status));
        if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
            return 99;
        (void)printf("%s=%s\n", CALLS[i].name, said);
        (void)fflush(stdout);
    }
    return 0;
}
