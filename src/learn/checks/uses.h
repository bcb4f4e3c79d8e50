/*
 * uses - who asked for a capability, in which system call, and how often. Pure.
 */
#ifndef CAPWRAP_LEARN_USES_H
#define CAPWRAP_LEARN_USES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/noise.h"

enum {
    USAGE_NAME = 16,   /* of a process, with its NUL: TASK_COMM_LEN */
    USAGE_ASKERS = 16, /* so many askers of one capability are told apart */
};

struct use {
    char process[USAGE_NAME];
    const char *call; /* outlives the tally's symbols no longer than these do */
    uint64_t checks;
    const struct noise_rule *noise; /* why it does not count; NULL: it does */
};

struct uses {
    uint64_t checks; /* of all */
    struct use list[USAGE_ASKERS];
    size_t count;
    uint64_t others; /* checks of askers that found no room */
};

/* They are of one process, call and rule. */
bool uses_same(const struct use *a, const struct use *b);

/* Adds its checks to those of the same process, call and rule. */
void uses_add(struct uses *uses, const struct use *use);

#endif
