#include "learn/lineage.h"

#include <errno.h>
#include <stdlib.h>

enum { PER_WORD = 64 };

static bool has(const struct lineage *lineage, uint32_t pid) {
    return pid < RECORD_PIDS && (lineage->members[pid / PER_WORD] >> pid % PER_WORD & 1) != 0;
}

static void set(struct lineage *lineage, uint32_t pid, bool member) {
    uint64_t bit = UINT64_C(1) << pid % PER_WORD;

    if (pid >= RECORD_PIDS)
        return;
    if (member)
        lineage->members[pid / PER_WORD] |= bit;
    else
        lineage->members[pid / PER_WORD] &= ~bit;
}

int lineage_begin(struct lineage *lineage, pid_t first) {
    lineage->first = (uint32_t)first;
    lineage->members = calloc(RECORD_PIDS / PER_WORD, sizeof lineage->members[0]);
    return lineage->members == NULL ? -ENOMEM : 0;
}

bool lineage_take(struct lineage *lineage, const struct record *record) {
    if (record->kind == RECORD_FORK)
        set(lineage, record->pid, has(lineage, record->parent));
    else if (record->kind == RECORD_COMM && record->exec && record->pid == lineage->first)
        set(lineage, record->pid, true);
    return has(lineage, record->pid);
}

void lineage_free(struct lineage *lineage) {
    free(lineage->members);
    lineage->members = NULL;
}
