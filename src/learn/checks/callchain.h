/*
 * callchain - finds the kernel functions that a check was called from. Pure.
 */
#ifndef CAPWRAP_LEARN_CALLCHAIN_H
#define CAPWRAP_LEARN_CALLCHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/kallsyms.h"

/* The function of the i-th address of the chain, which is a return address; NULL: unknown.
 * The innermost function is first. */
const char *callchain_function(const struct kallsyms *kallsyms, const uint64_t *chain, size_t i);

/* The system call's name, as strace prints it: of the outermost function that is the entry of one;
 * *whole is true. If there is none, because the entry may end in a jump: the outermost function
 * that not every call has, or "?"; *whole is false. */
const char *callchain_call(const struct kallsyms *kallsyms, const uint64_t *chain, size_t depth,
                           bool *whole);

/* Whether the return value of the system call, as callchain_call() names it, does not report the
 * outcome: a netlink message is answered by another message, a request of io_uring by its
 * completion, and setfsuid(2) never fails. */
bool callchain_answers_later(const struct kallsyms *kallsyms, const uint64_t *chain, size_t depth,
                             const char *call);

#endif
