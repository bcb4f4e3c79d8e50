/*
 * The moment at which a watch begins: which processes existed then, and which of them belong to the
 * watched trees.
 *
 * All records from that moment on are available. A process existed at that moment if its first
 * record is of its end, or if it is in /proc and has no record. For every other process, the first
 * record is of its fork.
 *
 * No record shows which process forked one that existed before. /proc and the record of its end
 * show its parent at that time, which is another one if the first parent has ended. What /proc
 * showed before the moment decides, if it showed that process. Otherwise the parent decides, unless
 * it is unknown itself or may have received the process from the kernel as an orphan. Then it is
 * unclear whether the process belongs to a tree; the later parents of its children may show it.
 */
#include <stdlib.h>

#include "learn/array.h"
#include "learn/attach/members.h"

/* ---- which processes existed ---- */

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

/* The first event of that process ID; events->count: there is none. */
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

/* Whether /proc showed the process that existed at the beginning, which may continue after its
 * first thread has ended. */
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
            return false; /* its ID is used again */
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

/* What /proc showed of it before; NULL: it did not exist yet. */
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

/* Follows the parents upwards. */
static bool is_below(const struct members *members, const struct member *member) {
    for (size_t i = 0; i <= members->count && member != NULL; i++) {
        if (member->in_tree)
            return true;
        member = members_find(members, member->parent);
    }
    return false;
}

/* Whether the kernel may make that process the parent of orphans of a tree: it searches the
 * ancestors, and otherwise takes the first process of the PID namespace. */
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

/* What is known of a process that existed, apart from whether it is in a tree. */
enum known { CLEAR, UNCLEAR, BELONGS, FOREIGN };

/* Whether a process that is not known to belong to a tree may nevertheless belong to one. */
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

/* ---- evidence about unclear processes ---- */

/* The fork that started the process with that ID at that time; event_count: it existed at the
 * beginning. */
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

/* The process of the beginning from which the process with that ID at that time descends. */
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

/* Takes the parent of a process at that time. If the process descends from an unclear one and the
 * parent from another, the parent has adopted it, which shows where it belongs. */
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

/* A process below one in a tree is in the tree. */
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
