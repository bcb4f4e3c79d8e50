/*
 * nolibc - what a program needs to do without a C library: the system call, and a start that calls
 * start() with the stack as the kernel has made it (the number of arguments, the arguments, NULL,
 * the environment, NULL). For -nostdlib -static -ffreestanding.
 */
#ifndef BENCH_NOLIBC_H
#define BENCH_NOLIBC_H

_Noreturn void start(const long *stack);

#if defined(__x86_64__)

static inline long call(long number, long a, long b, long c, long d, long e) {
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
}

__asm__(
    ".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start");

#elif defined(__aarch64__)

static inline long call(long number, long a, long b, long c, long d, long e) {
    register long eighth __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    register long fifth __asm__("x4") = e;

    __asm__ volatile("svc #0"
                     : "+r"(first)
                     : "r"(eighth), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                     : "memory");
    return first;
}

__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl start");

#else
/* cppcheck-suppress preprocessorErrorDirective */
#error "no system call written for this architecture"
#endif

#endif
