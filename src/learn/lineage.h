/*
 * lineage - which processes are the program: the one that it begins as, from its execve on, and
 * all that descend from it, as the records of a whole machine tell. Pure.
 *
 * A record of a fork says who made the process, whoever its parent is by now. That a process has
 * ended needs no record: its number comes back in one of a fork.
 */
#ifndef CAPWRAP_LEARN_LINEAGE_H
#define CAPWRAP_LEARN_LINEAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "learn/record.h"

struct lineage {
    uint32_t first;
    uint64_t *members; /* a bit for each process id; pages that are not touched take no memory */
};

/* The program will be what `first` executes. Returns 0 or -ENOMEM. Release with lineage_free(). */
int lineage_begin(struct lineage *lineage, pid_t first);

/* Takes a record; records come in the order of their time. Returns whether it is about the program.
 */
bool lineage_take(struct lineage *lineage, const struct record *record);

void lineage_free(struct lineage *lineage);

#endif
