/*
 * seccomp-filter - a seccomp filter that takes one action for each system call of a list.
 *
 * It is installed without no_new_privs, so that the command under it behaves as without the filter;
 * this requires CAP_SYS_ADMIN.
 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SETUP_FAILED = 99, CALLS_LIMIT = 100, CALL_LENGTH = 9 /* instructions for one call */ };

/* A system call or, if arguments are given, only those calls whose first arguments are these:
 * each option of prctl(2) is a call of its own. The lower 32 bits are compared. */
struct call {
    uint32_t number;
    unsigned arguments;
    uint32_t argument[3];
};

static _Noreturn void die(const char *what) {
    fprintf(stderr, "seccomp: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

/* Parses [:ARGUMENT]..., up to three; returns the rest. */
static inline const char *parse_arguments(const char *word, struct call *call) {
    while (*word == ':' && call->arguments < 3) {
        char *end;
        call->argument[call->arguments++] = (uint32_t)strtoul(word + 1, &end, 10);
        word = end;
    }
    return word;
}

/* Parses NUMBER[:ARGUMENT]...; returns the rest. */
static inline const char *parse_call(const char *word, struct call *call) {
    char *end;

    *call = (struct call){.number = (uint32_t)strtoul(word, &end, 10)};
    errno = EINVAL;
    if (end == word)
        die(word);
    return parse_arguments(end, call);
}

static inline bool is_call(const struct call *call, const struct seccomp_data *data) {
    bool same = (uint32_t)data->nr == call->number;

    for (unsigned i = 0; i < call->arguments; i++)
        same = same && (uint32_t)data->args[i] == call->argument[i];
    return same;
}

/* Writes the instructions "if it is this call, return action"; returns their number. */
static unsigned compile_call(const struct call *call, uint32_t action, struct sock_filter *out) {
    const uint32_t low_half = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    unsigned length = 0;

    for (unsigned i = 0; i <= call->arguments; i++) {
        uint32_t place = offsetof(struct seccomp_data, nr);
        if (i > 0)
            place = (uint32_t)offsetof(struct seccomp_data, args) + 8 * (i - 1) + low_half;
        uint32_t value = i == 0 ? call->number : call->argument[i - 1];
        uint8_t over_the_rest = (uint8_t)(2 * (call->arguments - i) + 1);
        out[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, place);
        out[length++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, over_the_rest);
    }
    out[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
    return length;
}

/* Installs the filter for this process; everything else is allowed. Returns 0, or with
 * SECCOMP_FILTER_FLAG_NEW_LISTENER a descriptor; -1 on failure. */
static int install_filter(const struct call *calls, size_t count, uint32_t action, unsigned flags) {
    static struct sock_filter filter[CALLS_LIMIT * CALL_LENGTH + 1];
    struct sock_fprog program = {.len = 0, .filter = filter};

    errno = E2BIG;
    if (count > CALLS_LIMIT)
        die("calls");
    for (size_t i = 0; i < count; i++)
        program.len =
            (unsigned short)(program.len + compile_call(&calls[i], action, filter + program.len));
    filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

#endif
