/*
 * kallsyms - finds the kernel function that contains an address, from /proc/kallsyms.
 *
 * If the kernel hides its addresses (kptr_restrict, without CAP_SYSLOG), every name is NULL and
 * kallsyms_hidden() returns true.
 */
#ifndef CAPWRAP_LEARN_KALLSYMS_H
#define CAPWRAP_LEARN_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct symbol {
    uint64_t start;
    size_t name; /* offset into names */
};

struct kallsyms {
    struct symbol *list; /* functions, sorted by address */
    size_t count, capacity;
    char *names;
    size_t names_size, names_capacity;
};

/* Reads lines "ADDRESS TYPE NAME [MODULE]". Returns 0 or -ENOMEM. Release with kallsyms_free(). */
int kallsyms_read(struct kallsyms *kallsyms, FILE *file);

/* As kallsyms_read, from /proc/kallsyms; if there is no such file, as if addresses were hidden. */
int kallsyms_load(struct kallsyms *kallsyms);

bool kallsyms_hidden(const struct kallsyms *kallsyms);

/* The function that contains the address; NULL: unknown. */
const char *kallsyms_name(const struct kallsyms *kallsyms, uint64_t address);

void kallsyms_free(struct kallsyms *kallsyms);

/* The system call whose entry is this kernel function, as strace prints it: "socket" for
 * __x64_sys_socket. NULL for any other function. */
const char *kallsyms_syscall(const char *function);

#endif
