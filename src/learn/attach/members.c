#include "learn/attach/members.h"

#include <stdlib.h>
#include <string.h>

#include "learn/array.h"

/* ---- the table ---- */

struct member *members_find(const struct members *members, uint32_t pid) {
    uint32_t place = pid_map_get(&members->places, pid);

    return place == 0 ? NULL : &members->list[place - 1];
}

/* One more, or one in the place of an older one of that number. */
static struct member *put(struct members *members, const struct member *member) {
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

struct member *members_find_or_add(struct members *members, uint32_t pid) {
    const struct member unknown = {.pid = pid, .name = "?"};
    struct member *member = members_find(members, pid);

    return member != NULL ? member : put(members, &unknown);
}

void members_remove(struct members *members, uint32_t pid) {
    struct member *member = members_find(members, pid);
    struct member *last = members->list + members->count - (members->count > 0);

    if (member == NULL)
        return;
    pid_map_remove(&members->places, pid);
    if (member != last) {
        *member = *last; /* it has a place already, so that this takes no memory */
        (void)pid_map_set(&members->places, member->pid, (uint32_t)(member - members->list + 1));
    }
    members->count--;
}

bool member_is_watched(const struct member *member) {
    return member->in_tree || (member->in_cgroup && !member->starting);
}

/* Of all that it has had, so many are remembered: an address that is used again for the credentials
 * of others is not taken for its own for long. */
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

/* ---- the beginning ---- */

void members_note(struct members *members, const struct record *record) {
    bool fork = record->kind == RECORD_FORK && record->pid != record->parent;
    bool end = record->kind == RECORD_END && record->pid == record->tid;

    if (!fork && !end)
        return;
    struct first_event *events = array_grow(members->events, sizeof *events, members->event_count,
                                            1, &members->event_capacity);
    if (events == NULL) {
        members->no_memory = true;
        return;
    }
    members->events = events;
    events[members->event_count++] = (struct first_event){
        .pid = record->pid, .parent = record->parent, .time = record->time, .end = end};
}

static int by_pid_and_time(const void *a, const void *b) {
    const struct first_event *left = a, *right = b;

    if (left->pid != right->pid)
        return left->pid < right->pid ? -1 : 1;
    return (left->time > right->time) - (left->time < right->time);
}

/* The first of each number stays. */
static void sort_events(struct members *members) {
    size_t count = 0;

    if (members->event_count == 0)
        return;
    qsort(members->events, members->event_count, sizeof members->events[0], by_pid_and_time);
    for (size_t i = 0; i < members->event_count; i++)
        if (i == 0 || members->events[i].pid != members->events[count - 1].pid)
            members->events[count++] = members->events[i];
    members->event_count = count;
}

static const struct first_event *first_of(const struct members *members, uint32_t pid) {
    size_t low = 0, high = members->event_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (members->events[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < members->event_count && members->events[low].pid == pid ? &members->events[low]
                                                                         : NULL;
}

/* What /proc told is about the process that was there when the watch began. */
static bool was_there(const struct members *members, const struct process *process) {
    const struct first_event *first = first_of(members, process->pid);

    return first == NULL || (first->end && process->time < first->time);
}

static void put_process(struct members *members, const struct process *process) {
    struct member member = {.pid = process->pid,
                            .parent = process->parent,
                            .threads = process->threads > 1,
                            .scanned = true};

    memcpy(member.name, process->name, sizeof member.name);
    (void)put(members, &member);
}

/* From one to the next above it. */
static bool descends(const struct members *members, uint32_t pid, uint32_t root) {
    for (size_t i = 0; i <= members->count; i++) {
        const struct member *member = members_find(members, pid);
        if (member == NULL)
            return false;
        if (pid == root)
            return true;
        pid = member->parent;
    }
    return false;
}

/* One whose parent had ended before /proc was read belongs to that tree still. */
static bool descended(const struct processes *before, const struct process *process,
                      uint32_t root) {
    const struct process *then = process != NULL ? processes_find(before, process->pid) : NULL;

    return then != NULL && then->start == process->start &&
           processes_descends(before, process->pid, root);
}

void members_settle(struct members *members, const struct processes *before,
                    const struct processes *now, const uint32_t *roots, size_t root_count) {
    sort_events(members);
    for (size_t i = 0; i < now->count; i++)
        if (was_there(members, &now->list[i]))
            put_process(members, &now->list[i]);
    for (size_t i = 0; i < members->event_count; i++) {
        const struct first_event *first = &members->events[i];
        const struct member gone = {.pid = first->pid, .parent = first->parent, .name = "?"};
        if (first->end && members_find(members, first->pid) == NULL)
            (void)put(members, &gone);
    }
    for (size_t i = 0; i < members->count; i++) {
        struct member *member = &members->list[i];
        const struct process *process = member->scanned ? processes_find(now, member->pid) : NULL;
        for (size_t root = 0; root < root_count; root++)
            member->in_tree |= descends(members, member->pid, roots[root]) ||
                               descended(before, process, roots[root]);
    }
    free(members->events);
    members->events = NULL;
    members->event_count = members->event_capacity = 0;
}

void members_adopt(struct members *members, const struct processes *now, uint32_t root) {
    for (size_t i = 0; i < now->count; i++) {
        const struct process *process = &now->list[i];
        if (!processes_descends(now, process->pid, root))
            continue;
        if (members_find(members, process->pid) == NULL)
            put_process(members, process);
        struct member *member = members_find(members, process->pid);
        if (member != NULL)
            member->in_tree = true;
    }
}

/* ---- from then on ---- */

static void take_fork(struct members *members, const struct record *record) {
    struct member *parent = members_find(members, record->parent);
    struct member child = {.name = "?"};

    if (record->pid == record->parent) {
        if (parent != NULL)
            parent->threads = true;
        return;
    }
    if (parent != NULL)
        child = *parent;
    child.pid = record->pid;
    child.parent = record->parent;
    child.scanned = child.threads = child.ended = child.stale = false;
    child.program = 0;
    child.counted = false;
    memset(child.creds, 0, sizeof child.creds); /* a process has credentials of its own */
    (void)put(members, &child);
}

/* A process is called what its first thread is called. */
static void take_name(struct members *members, const struct record *record) {
    struct member *member = members_find(members, record->pid);

    if (member == NULL || record->pid != record->tid)
        return;
    (void)strncpy(member->name, record->comm, sizeof member->name - 1);
    member->name[sizeof member->name - 1] = '\0';
    member->to_read |= record->exec;
    member->starting &= !record->exec;
}

void members_add(struct members *members, const struct record *record) {
    struct member *member;

    if (record->kind == RECORD_FORK) {
        take_fork(members, record);
    } else if (record->kind == RECORD_COMM) {
        take_name(members, record);
    } else if (record->kind == RECORD_END && record->pid == record->tid) {
        member = members_find(members, record->pid);
        if (member != NULL && member->threads)
            member->ended = true;
        else
            members_remove(members, record->pid);
    }
}

void members_free(struct members *members) {
    free(members->list);
    free(members->events);
    pid_map_free(&members->places);
    *members = (struct members){0};
}
