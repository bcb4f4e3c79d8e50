/*
 * target - what --pid, --cgroup, --unit and --container name.
 */
#ifndef CAPWRAP_LEARN_TARGET_H
#define CAPWRAP_LEARN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/attach/cgroup.h"
#include "learn/error.h"
#include "learn/options.h"

struct target {
    struct target_name named;
    bool by_cgroup;          /* otherwise by the tree of processes below pid */
    uint32_t pid;            /* 0: by cgroup */
    uint64_t start;          /* of pid: tells it from a later one of its number */
    struct cgroup_tree tree; /* where by_cgroup */
    unsigned processes;      /* that there were at first */
};

/* "pid", "cgroup", "unit" or "container". */
const char *target_kind(enum target_kind kind);

/* Finds what is named. Returns 0, or -1 with *f filled. Release with target_free(). */
int target_find(const struct target_name *named, struct target *target, struct fail *f);

/* Finds it again, where it was started anew; false when it is not there. */
bool target_find_again(struct target *target);

void target_free(struct target *target);

#endif
