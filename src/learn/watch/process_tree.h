/*
 * process_tree - which processes belong to the program: the first one, from its execve on, and all
 * its descendants, found from the records of the whole machine. Pure.
 *
 * A fork record names the process that forked, even if the parent has changed since. No record of
 * an exit is needed: when a process ID is used again, a fork record says so.
 */
#ifndef CAPWRAP_LEARN_PROCESS_TREE_H
#define CAPWRAP_LEARN_PROCESS_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "learn/watch/record.h"

struct process_tree {
    uint32_t first;
    bool begun;        /* first has executed the program: its process ID may be reused */
    uint64_t *members; /* one bit per process ID; untouched pages use no memory */
};

/* The program is what `first` executes next. Returns 0 or -ENOMEM. Release with
 * process_tree_free(). */
int process_tree_begin(struct process_tree *tree, pid_t first);

/* Takes a record, in the order of their time. Returns whether it is about the program.
 */
bool process_tree_add(struct process_tree *tree, const struct record *record);

/* Whether it is a check by the process that will become the program but has not yet executed it.
 * Call it after process_tree_add(). */
bool process_tree_starts(const struct process_tree *tree, const struct record *record);

void process_tree_free(struct process_tree *tree);

#endif
