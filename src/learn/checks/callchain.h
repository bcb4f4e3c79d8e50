/*
 * callchain - the kernel functions that a check was called from. Pure.
 */
#ifndef CAPWRAP_LEARN_CALLCHAIN_H
#define CAPWRAP_LEARN_CALLCHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/kallsyms.h"

/* The function of the chain's i-th address, which is where a call returns to; NULL when not known.
 * The innermost is first. */
const char *callchain_function(const struct kallsyms *kallsyms, const uint64_t *chain, size_t i);

/* From the outside in, the first function that is the entry of a system call, as strace would call
 * it, and *whole is true. Where there is none, because it may end in a jump, the outermost function
 * that is not common to all, or "?", and *whole is false. */
const char *callchain_call(const struct kallsyms *kallsyms, const uint64_t *chain, size_t depth,
                           bool *whole);

#endif
