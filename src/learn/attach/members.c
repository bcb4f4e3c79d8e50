#include "learn/attach/members.h"

#include <stdlib.h>
#include <string.h>

#include "learn/array.h"

/* ---- the table ---- */

struct member *members_find(const struct members *members, uint32_t pid) {
    uint32_t place = pid_map_get(&members->places, pid);

    return place == 0 ? NULL : &members->list[place - 1];
}

struct member *members_put(struct members *members, const struct member *member) {
    struct member *known = members_find(members, member->pid);

    if (known == NULL) {
        struct member *list =
            array_grow(members->list, sizeof *list, members->count, 1, &members->capacity);
        if (list != NULL)
            members->list = list;
        if (list == NULL ||
            !pid_map_set(&members->places, member->pid, (uint32_t)members->count + 1)) {
            members->no_memory = true;
            return NULL;
        }
        known = &members->list[members->count++];
    }
    *known = *member;
    return known;
}

/* Records of what a process does while it exits may follow the record of its end. */
static bool has_ended(const struct members *members, uint32_t pid) {
    for (size_t i = 0; i < MEMBERS_ENDED; i++)
        if (members->ended[i] == pid)
            return true;
    return false;
}

struct member *members_act(struct members *members, uint32_t pid) {
    const struct member unknown = {.pid = pid, .name = "?"};
    struct member *member = members_find(members, pid);

    if (member == NULL) {
        members->unclear += members->trees && !has_ended(members, pid);
        return members_put(members, &unknown);
    }
    member->executing = false;
    return member;
}

void members_remove(struct members *members, uint32_t pid) {
    struct member *member = members_find(members, pid);
    const struct member *last = members->list + members->count - (members->count > 0);

    if (member == NULL)
        return;
    pid_map_remove(&members->places, pid);
    if (member != last) {
        *member = *last; /* it has an entry already, so this allocates no memory */
        (void)pid_map_set(&members->places, member->pid, (uint32_t)(member - members->list + 1));
    }
    members->count--;
}

bool member_is_watched(const struct member *member) {
    return member->in_tree || (member->in_cgroup && !member->starting);
}

/* Only the most recent ones are remembered, so that an address that is reused for the credentials
 * of another process is not taken for its own for long. */
void member_add_cred(struct member *member, uint64_t cred) {
    if (cred != 0 && !member_has_cred(member, cred))
        member->creds[member->next_cred++ % MEMBER_CREDS] = cred;
}

bool member_has_cred(const struct member *member, uint64_t cred) {
    for (size_t i = 0; i < MEMBER_CREDS; i++)
        if (member->creds[i] == cred && cred != 0)
            return true;
    return false;
}

/* ---- what /proc shows ---- */

void members_put_process(struct members *members, const struct process *process) {
    struct member member = {.pid = process->pid,
                            .parent = process->parent,
                            .threads = process->threads > 1,
                            .scanned = true,
                            .told = process->time};

    memcpy(member.name, process->name, sizeof member.name);
    (void)members_put(members, &member);
}

void members_adopt(struct members *members, const struct processes *now, uint32_t root) {
    for (size_t i = 0; i < now->count; i++) {
        const struct process *process = &now->list[i];
        if (!processes_descends(now, process->pid, root))
            continue;
        if (members_find(members, process->pid) == NULL)
            members_put_process(members, process);
        struct member *member = members_find(members, process->pid);
        if (member == NULL)
            continue;
        member->in_tree = true;
        member->told = process->time;
    }
}

/* ---- from then on ---- */

static void take_fork(struct members *members, const struct record *record) {
    struct member *parent = members_find(members, record->parent);
    const struct member *known = members_find(members, record->pid);
    struct member child = {.name = "?"};

    if (parent != NULL)
        parent->executing = false;
    if (record->pid == record->parent) {
        if (parent != NULL)
            parent->threads = true;
        return;
    }
    if (parent != NULL)
        child = *parent;
    else
        members->unclear += members->trees && record->parent != 0;
    child.pid = record->pid;
    child.parent = record->parent;
    child.scanned = child.threads = child.ended = child.stale = false;
    child.told = 0;
    if (known != NULL && record->time < known->told)
        child.in_tree |= known->in_tree; /* /proc has already shown it: members_adopt() */
    child.raised = 0;
    child.program = 0;
    child.counted = false;
    memset(child.creds, 0, sizeof child.creds); /* a process has credentials of its own */
    (void)members_put(members, &child);
}

/* A process has the name of its first thread. From version 254 on, systemd's child first executes
 * systemd-executor, which sets a name in parentheses (before 254 the child itself did), prepares
 * the service and executes it. */
static void take_name(const struct members *members, const struct record *record) {
    struct member *member = members_find(members, record->pid);

    if (member == NULL || record->pid != record->tid)
        return;
    member->starting &= !record->exec || strcmp(member->name, "systemd") == 0;
    (void)strncpy(member->name, record->comm, sizeof member->name - 1);
    member->name[sizeof member->name - 1] = '\0';
    member->to_read |= record->exec;
    member->executing = record->exec;
}

/* The last thread may not be the first one. Also, an execve that makes a process undumpable, such
 * as of a set-user-ID program, removes perf's events from it with a record like that of its end.
 * Whether it still exists is checked later. */
static void take_end(struct members *members, const struct record *record) {
    struct member *member = members_find(members, record->pid);

    if (member == NULL || record->pid != record->tid)
        return;
    if (member->threads || member->executing) {
        member->ended = true;
        return;
    }
    if (!member_is_watched(member))
        members->ended[members->next_ended++ % MEMBERS_ENDED] = record->pid;
    members_remove(members, record->pid);
}

void members_add(struct members *members, const struct record *record) {
    if (record->kind == RECORD_FORK)
        take_fork(members, record);
    else if (record->kind == RECORD_COMM)
        take_name(members, record);
    else if (record->kind == RECORD_END)
        take_end(members, record);
}

void members_free(struct members *members) {
    free(members->list);
    free(members->events);
    pid_map_free(&members->places);
    *members = (struct members){0};
}
