/*
 * cgroup - the cgroups that a check can be told to come from: those of the hierarchy that perf
 * uses.
 */
#ifndef CAPWRAP_LEARN_CGROUP_H
#define CAPWRAP_LEARN_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CGROUP_IDS = 8192 };

/* A cgroup and all below it, also those that are gone: a check may be older. Numbers are not used
 * again soon; of so many the oldest are forgotten. Zeros at first; release with cgroup_free(). */
struct cgroup_tree {
    char path[PATH_MAX];  /* of its directory */
    char below[PATH_MAX]; /* in the hierarchy; "": not known */
    uint64_t *ids;
    size_t count, capacity, next;
};

/* Where that hierarchy is mounted. Returns 0; -ENOENT where it is nowhere. */
int cgroup_root(char root[PATH_MAX]);

/* The directory of a cgroup, named by a path of the file system or of the hierarchy. Returns 0;
 * -ENOENT when there is none of that name, -EXDEV when it is one of another hierarchy. */
int cgroup_find(const char *name, char path[PATH_MAX]);

/* A directory of that name, or one whose name has it as a part, somewhere below root. False when
 * there is none. */
bool cgroup_search(const char *root, const char *name, bool part, char path[PATH_MAX]);

/* The cgroup of a process; false when it is not known, or that of the whole hierarchy. */
bool cgroup_of(uint32_t pid, char path[PATH_MAX]);

/* Whether a check in that cgroup tells it, and not one above it. On the unified hierarchy the
 * kernel begins with that when a controller is enabled in the root for the first time
 * (subtree_ss_mask in kernel/cgroup/cgroup.c); until then perf_event_open(2) answers ENOENT. True
 * where it gives another answer: the watch meets it too, and says what is missing. */
bool cgroup_is_told(const char *path);

/* The tree of that directory: adds which cgroups there are. Returns 0 or -ENOMEM. */
int cgroup_read(struct cgroup_tree *tree);

/* A cgroup was made, with that path in the hierarchy: adds it, where it belongs to the tree. */
void cgroup_made(struct cgroup_tree *tree, uint64_t id, const char *below);

bool cgroup_has(const struct cgroup_tree *tree, uint64_t id);

/* Calls take for each process in the tree. Returns how many there were. */
unsigned cgroup_processes(const char *path, void (*take)(void *context, uint32_t pid),
                          void *context);

void cgroup_free(struct cgroup_tree *tree);

#endif
