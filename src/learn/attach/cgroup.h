/*
 * cgroup - the cgroups that can be recorded with a check: those of the hierarchy that perf
 * uses.
 */
#ifndef CAPWRAP_LEARN_CGROUP_H
#define CAPWRAP_LEARN_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CGROUP_IDS = 8192 };

/* A cgroup and all below it, including removed ones, because a check may be older. IDs are not
 * reused soon; beyond CGROUP_IDS the oldest are dropped. Initialise with zeros; cgroup_free(). */
struct cgroup_tree {
    char path[PATH_MAX];  /* of its directory */
    char below[PATH_MAX]; /* in the hierarchy; "": not known */
    uint64_t *ids;
    size_t count, capacity, next;
};

/* Finds where that hierarchy is mounted. Returns 0; -ENOENT if it is not mounted. */
int cgroup_root(char root[PATH_MAX]);

/* Finds the directory of a cgroup, named by its path in the file system or in the hierarchy.
 * Returns 0; -ENOENT if there is no such cgroup, -EXDEV if it belongs to another hierarchy. */
int cgroup_find(const char *name, char path[PATH_MAX]);

/* Finds a directory below root, at any depth, with that name, or (part) with a name that contains
 * it. Returns false if there is none. */
bool cgroup_search(const char *root, const char *name, bool part, char path[PATH_MAX]);

/* The cgroup of a process; returns false if it is unknown or the root of the hierarchy. */
bool cgroup_of(uint32_t pid, char path[PATH_MAX]);

/* Whether the kernel records this cgroup with a check, and not one above it. On the unified
 * hierarchy it does so from the first time that a controller is enabled in the root
 * (subtree_ss_mask in kernel/cgroup/cgroup.c); until then perf_event_open(2) fails with ENOENT.
 * Returns true on any other error: the watch meets it too and reports what is missing. */
bool cgroup_is_told(const char *path);

/* Adds all cgroups of the tree of that directory. Returns 0 or -ENOMEM. */
int cgroup_read(struct cgroup_tree *tree);

/* A cgroup with that path in the hierarchy was created: adds it if it belongs to the tree. */
void cgroup_made(struct cgroup_tree *tree, uint64_t id, const char *below);

bool cgroup_has(const struct cgroup_tree *tree, uint64_t id);

/* Calls take for each process in the tree. Returns the number of processes. */
unsigned cgroup_processes(const char *path, void (*take)(void *context, uint32_t pid),
                          void *context);

void cgroup_free(struct cgroup_tree *tree);

#endif
