#include "learn/watch/process_tree.h"

#include <errno.h>
#include <stdlib.h>

enum { PER_WORD = 64 };

static bool has(const struct process_tree *tree, uint32_t pid) {
    return pid < RECORD_PIDS && (tree->members[pid / PER_WORD] >> pid % PER_WORD & 1) != 0;
}

static void set(struct process_tree *tree, uint32_t pid, bool member) {
    uint64_t bit = UINT64_C(1) << pid % PER_WORD;

    if (pid >= RECORD_PIDS)
        return;
    if (member)
        tree->members[pid / PER_WORD] |= bit;
    else
        tree->members[pid / PER_WORD] &= ~bit;
}

int process_tree_begin(struct process_tree *tree, pid_t first) {
    tree->first = (uint32_t)first;
    tree->begun = false;
    tree->members = calloc(RECORD_PIDS / PER_WORD, sizeof tree->members[0]);
    return tree->members == NULL ? -ENOMEM : 0;
}

bool process_tree_add(struct process_tree *tree, const struct record *record) {
    bool begins = record->kind == RECORD_COMM && record->exec && record->pid == tree->first;

    if (record->kind == RECORD_FORK) {
        set(tree, record->pid, has(tree, record->parent));
    } else if (begins && !tree->begun) {
        tree->begun = true;
        set(tree, record->pid, true);
    }
    return has(tree, record->pid);
}

bool process_tree_starts(const struct process_tree *tree, const struct record *record) {
    return record->kind == RECORD_CHECK && record->pid == tree->first && !tree->begun;
}

void process_tree_free(struct process_tree *tree) {
    free(tree->members);
    tree->members = NULL;
}
