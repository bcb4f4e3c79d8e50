/*
 * target - finds what --pid, --cgroup, --unit and --container name.
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
    bool by_cgroup;          /* otherwise by the process tree below pid */
    uint32_t pid;            /* 0: by cgroup */
    uint64_t start;          /* of pid: distinguishes it from a later process with its ID */
    struct cgroup_tree tree; /* where by_cgroup */
    unsigned processes;      /* the number of processes at the beginning */
};

/* "pid", "cgroup", "unit" or "container". */
const char *target_kind(enum target_kind kind);

/* Finds the target. Returns 0, or -1 with *f filled. Release with target_free(). */
int target_find(const struct target_name *named, struct target *target, struct fail *f);

/* Finds the target again after it was restarted; returns false if it is not there. */
bool target_find_again(struct target *target);

void target_free(struct target *target);

#endif
