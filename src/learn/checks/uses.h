/*
 * uses - which process asked for a capability, in which system call, and how often. Pure.
 */
#ifndef CAPWRAP_LEARN_USES_H
#define CAPWRAP_LEARN_USES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/noise.h"

enum {
    USAGE_NAME = 16,   /* of a process name, with its NUL: TASK_COMM_LEN */
    USAGE_ASKERS = 16, /* the maximum number of distinct uses of one capability */
};

struct use {
    char process[USAGE_NAME];
    const char *call; /* valid as long as the usage's kallsyms */
    uint64_t checks;
    const struct noise_rule *noise; /* why the use does not count; NULL: it counts */
};

struct uses {
    uint64_t checks; /* of all */
    struct use list[USAGE_ASKERS];
    size_t count;
    uint64_t others; /* checks of uses that did not fit into the list */
};

/* Whether both are of the same process, call and rule. */
bool uses_same(const struct use *a, const struct use *b);

/* Adds the checks to those of the same process, call and rule. */
void uses_add(struct uses *uses, const struct use *use);

#endif
