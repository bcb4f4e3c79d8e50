/*
 * The moment at which a watch begins: what there was then, and what of that belongs to the trees
 * that are watched.
 *
 * All records from that moment on are there. A process of which the first one tells that it has
 * ended was there, and so was one that /proc told of and no record tells of. Of others the first
 * record tells of their fork.
 *
 * No record tells who forked a process that was there. /proc and the record of its end tell the
 * parent that it had then, which is another one when the first one has ended. What /proc told
 * before the moment decides, where it told of that process. Otherwise the parent decides, unless
 * nothing else tells of it or it may have been given the process by the kernel: then it is unclear
 * whether the process belongs to a tree, and what becomes of those that it forks may tell.
 */
#include <stdlib.h>

#include "learn/array.h"
#include "learn/attach/members.h"

/* ---- what was there ---- */

void members_note(struct members *members, const struct record *record) {
    bool fork = record->kind == RECORD_FORK && record->pid != record->parent;
    bool end = record->kind == RECORD_END && record->pid == record->tid;

    if (!fork && !end)
        return;
    struct member_event *events = array_grow(members->events, sizeof *events, members->event_count,
                                             1, &members->event_capacity);
    if (events == NULL) {
        members->no_memory = true;
        return;
    }
    members->events = events;
    events[members->event_count++] = (struct member_event){
        .pid = record->pid, .parent = record->parent, .time = record->time, .end = end};
}

static int by_pid_and_time(const void *a, const void *b) {
    const struct member_event *left = a, *right = b;

    if (left->pid != right->pid)
        return left->pid < right->pid ? -1 : 1;
    return (left->time > right->time) - (left->time < right->time);
}

/* The first one about that number; events->count: there is none. */
static size_t first_of(const struct members *members, uint32_t pid) {
    size_t low = 0, high = members->event_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (members->events[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < members->event_count && members->events[low].pid == pid ? low
                                                                         : members->event_count;
}

/* What /proc told is about the process that was there: it may go on when its first thread has
 * ended. */
static bool was_there(const struct members *members, const struct process *process) {
    size_t first = first_of(members, process->pid);

    if (first == members->event_count)
        return true;
    if (!members->events[first].end)
        return false;
    if (process->time < members->events[first].time)
        return true;
    for (size_t i = first; i < members->event_count && members->events[i].pid == process->pid; i++)
        if (!members->events[i].end && members->events[i].time <= process->time)
            return false; /* its number has come again */
    return true;
}

static void put_process(struct members *members, const struct process *process) {
    size_t first = first_of(members, process->pid);

    members_put_process(members, process);
    struct member *member = members_find(members, process->pid);
    if (member != NULL && first < members->event_count &&
        members->events[first].time <= process->time)
        member->threads = true;
}

static void put_all(struct members *members, const struct processes *now) {
    for (size_t i = 0; i < now->count; i++)
        if (was_there(members, &now->list[i]))
            put_process(members, &now->list[i]);
    for (size_t i = 0; i < members->event_count; i++) {
        const struct member_event *event = &members->events[i];
        const struct member gone = {.pid = event->pid, .parent = event->parent, .name = "?"};
        if (event->end && first_of(members, event->pid) == i &&
            members_find(members, event->pid) == NULL)
            (void)members_put(members, &gone);
    }
}

/* ---- what belongs to the trees ---- */

/* What /proc told of it before; NULL: it was not there yet. */
static const struct process *then(const struct beginning *beginning, const struct member *member) {
    const struct process *process = processes_find(beginning->before, member->pid);
    const struct process *now =
        member->scanned ? processes_find(beginning->now, member->pid) : process;

    return process != NULL && now != NULL && process->start == now->start ? process : NULL;
}

static bool is_root(const struct beginning *beginning, const struct member *member) {
    for (size_t i = 0; i < beginning->root_count; i++)
        if (member->pid == beginning->roots[i] ||
            (then(beginning, member) != NULL &&
             processes_descends(beginning->before, member->pid, beginning->roots[i])))
            return true;
    return false;
}

/* From one to the next above it. */
static bool is_below(const struct members *members, const struct member *member) {
    for (size_t i = 0; i <= members->count && member != NULL; i++) {
        if (member->in_tree)
            return true;
        member = members_find(members, member->parent);
    }
    return false;
}

/* Whether the kernel may give children of who ends in a tree to that process: it looks for one
 * among those above, and gives them to the first one of the process namespace otherwise. */
static bool may_take_over(const struct beginning *beginning, uint32_t pid) {
    for (size_t i = 0; i < beginning->root_count; i++) {
        enum process_line before = processes_line(beginning->before, beginning->roots[i], pid);
        enum process_line now = processes_line(beginning->now, beginning->roots[i], pid);
        if (before == LINE_REACHES || now == LINE_REACHES ||
            (before == LINE_BREAKS && now == LINE_BREAKS))
            return true;
    }
    return beginning->is_first(pid);
}

/* What is known of a process that there was, beside whether it is in a tree. */
enum known { CLEAR, UNCLEAR, BELONGS, FOREIGN };

/* Whether one that is not known to belong to a tree may do so all the same. */
static bool is_unclear(const struct members *members, const struct beginning *beginning,
                       const unsigned char *known, const struct member *member) {
    for (size_t i = 0; i <= members->count; i++) {
        if (known[member - members->list] == FOREIGN)
            return false;
        if (then(beginning, member) != NULL)
            return processes_line(beginning->before, member->pid, 0) == LINE_BREAKS;
        if (member->parent == 0)
            return false;
        member = members_find(members, member->parent);
        if (member == NULL || may_take_over(beginning, member->pid))
            return true;
    }
    return true;
}

/* ---- what comes of those that are unclear ---- */

/* The fork by which the process began that had that number at that time; all of them when it was
 * there. */
static size_t fork_of(const struct members *members, uint32_t pid, uint64_t time) {
    size_t last = members->event_count;

    for (size_t i = first_of(members, pid); i < members->event_count; i++) {
        const struct member_event *event = &members->events[i];
        if (event->pid != pid || event->time > time)
            break;
        if (!event->end)
            last = i;
    }
    return last;
}

/* The process that was there from which that one comes, which had that number at that time. */
static const struct member *origin(const struct members *members, uint32_t pid, uint64_t time) {
    for (size_t i = 0; i <= members->event_count; i++) {
        size_t fork = fork_of(members, pid, time);
        if (fork == members->event_count)
            return members_find(members, pid);
        pid = members->events[fork].parent;
        time = members->events[fork].time;
    }
    return NULL;
}

/* At that time one has that parent. Where it comes from one that is unclear, and that parent from
 * another one, then the parent has taken it over, which tells where it comes from. */
static void take_parent(const struct members *members, const struct beginning *beginning,
                        unsigned char *known, const struct member_event *at) {
    const struct member *first = origin(members, at->pid, at->time);
    const struct member *taker = origin(members, at->parent, at->time);

    if (first == NULL || taker == NULL || known[first - members->list] != UNCLEAR ||
        known[taker - members->list] == UNCLEAR)
        return;
    if (taker->in_tree || known[taker - members->list] == BELONGS)
        known[first - members->list] = BELONGS;
    else if (!may_take_over(beginning, at->parent))
        known[first - members->list] = FOREIGN;
}

static void take_parents(const struct members *members, const struct beginning *beginning,
                         unsigned char *known) {
    for (size_t i = 0; i < members->event_count; i++)
        if (members->events[i].end)
            take_parent(members, beginning, known, &members->events[i]);
    for (size_t i = 0; i < beginning->now->count; i++) {
        const struct process *process = &beginning->now->list[i];
        const struct member_event at = {
            .pid = process->pid, .parent = process->parent, .time = process->time};
        take_parent(members, beginning, known, &at);
    }
}

/* ---- the whole ---- */

/* Who is below one that is in a tree is in it. */
static void close_trees(struct members *members) {
    for (size_t i = 0; i < members->count; i++)
        members->list[i].in_tree = is_below(members, &members->list[i]);
}

static uint64_t count_unclear(const struct members *members, const struct beginning *beginning,
                              unsigned char *known) {
    uint64_t count = 0;

    for (size_t i = 0; i < members->count; i++) {
        const struct member *member = &members->list[i];
        bool unclear = !member->in_tree && is_unclear(members, beginning, known, member);
        if (unclear)
            known[i] = UNCLEAR;
        count += unclear;
    }
    return count;
}

static void find_trees(struct members *members, const struct beginning *beginning) {
    unsigned char *known = calloc(members->count + 1, sizeof *known);

    members->trees = true;
    if (known == NULL) {
        members->no_memory = true;
        return;
    }
    for (size_t i = 0; i < members->count; i++)
        members->list[i].in_tree = is_root(beginning, &members->list[i]);
    close_trees(members);
    if (count_unclear(members, beginning, known) > 0) {
        take_parents(members, beginning, known);
        for (size_t i = 0; i < members->count; i++)
            members->list[i].in_tree |= known[i] == BELONGS;
        close_trees(members);
        members->unclear = count_unclear(members, beginning, known);
    }
    free(known);
}

void members_settle(struct members *members, const struct beginning *beginning) {
    if (members->event_count > 0)
        qsort(members->events, members->event_count, sizeof members->events[0], by_pid_and_time);
    put_all(members, beginning->now);
    if (beginning->root_count > 0)
        find_trees(members, beginning);
    free(members->events);
    members->events = NULL;
    members->event_count = members->event_capacity = 0;
}
