/*
 * symbols - which function of the kernel an address belongs to, as /proc/kallsyms tells it.
 *
 * Where the kernel hides its addresses (kptr_restrict, without CAP_SYSLOG) there is nothing to
 * know: every name is NULL, and kallsyms_hidden() says so.
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
    struct symbol *list; /* functions, by address */
    size_t count, capacity;
    char *names;
    size_t names_size, names_capacity;
};

/* Reads lines "ADDRESS TYPE NAME [MODULE]". Returns 0 or -ENOMEM. Release with kallsyms_free(). */
int kallsyms_read(struct kallsyms *kallsyms, FILE *file);

/* As kallsyms_read, from /proc/kallsyms; without that file as where addresses are hidden. */
int kallsyms_load(struct kallsyms *kallsyms);

bool kallsyms_hidden(const struct kallsyms *kallsyms);

/* The function that address is in; NULL when not known. */
const char *kallsyms_name(const struct kallsyms *kallsyms, uint64_t address);

void kallsyms_free(struct kallsyms *kallsyms);

/* The system call that a function of the kernel is the entry of, as strace would call it: "socket"
 * for __x64_sys_socket. NULL for any other function. */
const char *kallsyms_syscall(const char *function);

#endif
