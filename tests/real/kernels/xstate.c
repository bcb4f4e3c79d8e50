/*
 * kernels-xstate - lets user-mode-linux 6.1 run on processors with AVX-512: a library to preload.
 *
 * It saves and restores a process's floating-point registers with ptrace(2), in a buffer that ends
 * after AVX. Linux gives out the beginning of a larger state, but takes a whole one only: the first
 * process dies ("ptrace set fp regs failed"). So its buffer is laid over the whole state here. That
 * is what was read last, if it was this process's: between the two calls user-mode-linux makes it
 * handle a signal, which clears the registers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { WHOLE_MOST = 65536 };

typedef long call(enum __ptrace_request request, pid_t pid, void *addr, void *data);

static struct {
    pid_t pid;
    size_t size;
    char state[WHOLE_MOST];
} last;

static long read_whole(call *real, pid_t pid, void *type) {
    struct iovec whole = {.iov_base = last.state, .iov_len = sizeof last.state};

    last.pid = 0;
    long result = real(PTRACE_GETREGSET, pid, type, &whole);
    if (result != 0)
        return result;
    last.pid = pid;
    last.size = whole.iov_len;
    return 0;
}

static long read_part(call *real, pid_t pid, void *type, struct iovec *part) {
    long result = read_whole(real, pid, type);

    if (result != 0)
        return result;
    if (part->iov_len > last.size)
        part->iov_len = last.size;
    memcpy(part->iov_base, last.state, part->iov_len);
    return 0;
}

static long write_part(call *real, pid_t pid, void *type, const struct iovec *part) {
    if (last.pid != pid) {
        long result = read_whole(real, pid, type);
        if (result != 0)
            return result;
    }
    struct iovec whole = {.iov_base = last.state, .iov_len = last.size};
    memcpy(last.state, part->iov_base, part->iov_len < last.size ? part->iov_len : last.size);
    return real(PTRACE_SETREGSET, pid, type, &whole);
}

long ptrace(enum __ptrace_request request, ...) {
    static call *real;
    va_list arguments;

    if (real == NULL)
        real = (call *)dlsym(RTLD_NEXT, "ptrace");
    va_start(arguments, request);
    pid_t pid = va_arg(arguments, pid_t);
    void *addr = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    if (request == PTRACE_GETREGSET && addr == (void *)NT_X86_XSTATE)
        return read_part(real, pid, addr, data);
    if (request == PTRACE_SETREGSET && addr == (void *)NT_X86_XSTATE)
        return write_part(real, pid, addr, data);
    return real(request, pid, addr, data);
}
