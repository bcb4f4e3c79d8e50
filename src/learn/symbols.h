/*
 * symbols - which function of the kernel an address belongs to, as /proc/kallsyms tells it.
 *
 * Where the kernel hides its addresses (kptr_restrict, without CAP_SYSLOG) there is nothing to
 * know: every name is NULL, and symbols_hidden() says so.
 */
#ifndef CAPWRAP_LEARN_SYMBOLS_H
#define CAPWRAP_LEARN_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct symbol {
    uint64_t start;
    size_t name; /* offset into names */
};

struct symbols {
    struct symbol *list; /* functions, by address */
    size_t count, capacity;
    char *names;
    size_t names_size, names_capacity;
};

/* Reads lines "ADDRESS TYPE NAME [MODULE]". Returns 0 or -ENOMEM. Release with symbols_free(). */
int symbols_read(struct symbols *symbols, FILE *file);

/* As symbols_read, from /proc/kallsyms; without that file as where addresses are hidden. */
int symbols_load(struct symbols *symbols);

bool symbols_hidden(const struct symbols *symbols);

/* The function that address is in; NULL when not known. */
const char *symbols_name(const struct symbols *symbols, uint64_t address);

void symbols_free(struct symbols *symbols);

/* The system call that a function of the kernel is the entry of, as strace would call it: "socket"
 * for __x64_sys_socket. NULL for any other function. */
const char *symbols_syscall(const char *function);

#endif
