/*
 * lineage - which processes are the program: the one that it begins as, from its execve on, and
 * all that descend from it, as the records of a whole machine tell. Pure.
 *
 * A record of a fork says who made the process, whoever its parent is by now. That a process has
 * ended needs no record: its number comes back in one of a fork.
 */
#ifndef CAPWRAP_LEARN_PROCESS_TREE_H
#define CAPWRAP_LEARN_PROCESS_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "learn/watch/record.h"

struct process_tree {
    uint32_t first;
    uint64_t *members; /* a bit for each process id; pages that are not touched take no memory */
};

/* The program will be what `first` executes. Returns 0 or -ENOMEM. Release with
 * process_tree_free(). */
int process_tree_begin(struct process_tree *tree, pid_t first);

/* Takes a record; records come in the order of their time. Returns whether it is about the program.
 */
bool process_tree_add(struct process_tree *tree, const struct record *record);

void process_tree_free(struct process_tree *tree);

#endif
