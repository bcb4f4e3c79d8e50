#include "learn/checks/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "learn/array.h"
#include "learn/checks/standing.h"
#include "learn/pid_map.h"

enum { RECENT = 256 };

/* A thread of the program. */
struct task {
    uint32_t tid, pid;
    uint64_t role, program;
    struct standing began, now;
    uint64_t changed;   /* the last time that an identity or a set changed */
    uint64_t ended;     /* 0: it has not ended */
    bool own_namespace; /* a user namespace: its IDs there are not those that we see */
    bool in_call;       /* the result of its call is not known yet; the call may have ended */
    uint64_t where, call_time;
    struct standing_call call;
};

struct privilege_state {
    struct standing start;
    uint64_t home;         /* the user namespace that the program started in */
    bool following;        /* the processes existed before the watch */
    struct pid_map places; /* by thread ID: the index in tasks plus one */
    struct task *tasks;    /* the existing ones, then free places */
    size_t count, capacity;
    struct task recent[RECENT]; /* the last ones that ended: a sample may still arrive */
    size_t recent_next;
    struct sample *samples;
    size_t sample_count, sample_capacity;
};

/* ---- roles ---- */

static uint64_t mix(uint64_t role, const char *word) {
    uint64_t hash = role ^ UINT64_C(14695981039346656037); /* FNV-1a */

    for (; *word != '\0'; word++)
        hash = (hash ^ (unsigned char)*word) * UINT64_C(1099511628211);
    return hash;
}

/* ---- tasks ---- */

static struct task *find(const struct privilege *privilege, uint32_t tid) {
    const struct privilege_state *state = privilege->state;
    uint32_t place = pid_map_get(&state->places, tid);

    return place == 0 ? NULL : &state->tasks[place - 1];
}

static struct task *add_task(struct privilege *privilege, uint32_t tid, uint32_t pid) {
    struct privilege_state *state = privilege->state;

    if (tid >= RECORD_PIDS)
        return NULL;
    struct task *tasks = array_grow(state->tasks, sizeof *tasks, state->count, 1, &state->capacity);
    if (tasks != NULL)
        state->tasks = tasks;
    if (tasks == NULL || !pid_map_set(&state->places, tid, (uint32_t)state->count + 1)) {
        privilege->no_memory = privilege->unknown = true;
        return NULL;
    }
    state->tasks[state->count] =
        (struct task){.tid = tid, .pid = pid, .began = state->start, .now = state->start};
    return &state->tasks[state->count++];
}

static struct task *find_or_add(struct privilege *privilege, const struct record *record) {
    struct task *task = find(privilege, record->tid);

    return task != NULL ? task : add_task(privilege, record->tid, record->pid);
}

static void remove_task(struct privilege_state *state, struct task *task) {
    const struct task *last = &state->tasks[state->count - 1];

    pid_map_remove(&state->places, task->tid);
    if (task != last) {
        *task = *last; /* it has an entry already, so this allocates no memory */
        (void)pid_map_set(&state->places, task->tid, (uint32_t)(task - state->tasks + 1));
    }
    state->count--;
}

/* ---- endings ---- */

static const struct sample *sample_of(const struct privilege_state *state,
                                      const struct task *task) {
    const struct sample *found = NULL;

    for (size_t i = 0; i < state->sample_count; i++) {
        const struct sample *sample = &state->samples[i];
        if (sample->tid == task->tid && sample->time >= task->changed)
            found = sample;
    }
    return found;
}

static void add_ending(struct privilege *privilege, const struct ending *ending) {
    for (size_t i = 0; i < privilege->count; i++) {
        struct ending *known = &privilege->endings[i];
        if (known->role == ending->role && known->sampled == ending->sampled &&
            known->caps == ending->caps && standing_equal(&known->began, &ending->began) &&
            standing_equal(&known->ended, &ending->ended)) {
            known->count++;
            return;
        }
    }
    struct ending *endings =
        array_grow(privilege->endings, sizeof *endings, privilege->count, 1, &privilege->capacity);
    if (endings == NULL) {
        privilege->no_memory = privilege->unknown = true;
        return;
    }
    privilege->endings = endings;
    endings[privilege->count] = *ending;
    endings[privilege->count++].count = 1;
}

/* Compares with /proc, which decides whether the followed state is right. */
static void finish_task(struct privilege *privilege, const struct task *task) {
    const struct sample *sample = sample_of(privilege->state, task);
    struct ending ending = {
        .role = task->role, .program = task->program, .began = task->began, .ended = task->now};

    if (sample != NULL) {
        ending.sampled = true;
        ending.caps = sample->caps;
        privilege->unknown |= !standing_has(&task->now, &sample->uid, &sample->gid);
        if (task->now.capsets > 0)
            privilege->declared |= sample->caps;
    }
    privilege->gave_up |= standing_less(&task->now, &task->began);
    add_ending(privilege, &ending);
}

static void keep_recent(struct privilege *privilege, const struct task *task) {
    struct privilege_state *state = privilege->state;
    struct task *place = &state->recent[state->recent_next++ % RECENT];

    if (place->ended != 0)
        finish_task(privilege, place);
    *place = *task;
}

/* ---- records ---- */

/* Whether the return of the call is recorded. */
static bool has_return(enum call call) { return call == CALL_CAPSET || call == CALL_PRCTL; }

/* Applies the result of a call. A call that is refused SETUID or SETGID fails, except setuid and
 * setgid with an ID that the process has already, and setfsuid and setfsgid, which never fail.
 */
static void end_call(struct privilege *privilege, struct task *task, bool failed) {
    if (task == NULL || !task->in_call)
        return;
    task->in_call = false;
    if (failed || task->own_namespace ||
        (task->call.refused && !standing_allows(&task->now, &task->call)))
        return;
    const struct standing before = task->now;
    standing_apply(&task->now, &task->call);
    task->changed = task->call_time;
    if (before.uid.effective != task->now.uid.effective ||
        before.gid.effective != task->now.gid.effective) {
        phases_add(&privilege->phases, before.uid.effective, before.gid.effective, 0);
        /* It may not ask for any capability from now on. */
        phases_add(&privilege->phases, task->now.uid.effective, task->now.gid.effective, 0);
    }
}

/* A new thread or process has the state of the one that created it; its role has one more step. */
static void take_fork(struct privilege *privilege, const struct record *record) {
    const struct task *parent = find(privilege, record->parent_tid);
    bool thread = record->pid == record->parent;

    end_call(privilege, find(privilege, record->parent_tid), false);
    struct standing now = parent != NULL ? parent->now : privilege->state->start;
    uint64_t role = parent != NULL ? parent->role : 0;
    uint64_t program = parent != NULL ? parent->program : 0;
    bool own = parent != NULL && parent->own_namespace;

    struct task *old = find(privilege, record->tid);
    if (old != NULL)
        remove_task(privilege->state, old);
    struct task *task = add_task(privilege, record->tid, record->pid);
    if (task == NULL)
        return;
    task->role = mix(role, thread ? "thread" : "fork");
    task->program = program;
    task->began = task->now = now;
    task->own_namespace = own;
    task->changed = record->time;
}

static void take_exec(struct privilege *privilege, const struct record *record) {
    struct task *task = find_or_add(privilege, record);

    if (task == NULL)
        return;
    end_call(privilege, task, false);
    task->role = mix(task->role, record->comm);
    task->program = mix(0, record->comm);
    task->now.keep_caps = false;
    task->began = task->now;
    task->changed = record->time;
}

static void take_end(struct privilege *privilege, const struct record *record) {
    struct task *task = find_or_add(privilege, record);

    if (task == NULL)
        return;
    end_call(privilege, task, false);
    task->ended = record->time;
    if (!privilege->state->following)
        keep_recent(privilege, task);
    remove_task(privilege->state, task);
}

/* A process in its own user namespace gives up nothing that it has outside. */
static void note_namespace(struct privilege_state *state, struct task *task,
                           const struct record *record) {
    if (record->capable_ns == 0)
        return;
    if (state->home == 0)
        state->home = record->capable_ns;
    task->own_namespace |= record->capable_ns != state->home;
}

static void take_check(struct privilege *privilege, const struct record *record) {
    struct task *task = find(privilege, record->tid);

    if (task == NULL)
        return;
    note_namespace(privilege->state, task, record);
    if (!task->in_call || has_return(task->call.call))
        return;
    if (record->where != task->where || (record->cap != CAP_SETUID && record->cap != CAP_SETGID)) {
        end_call(privilege, task, false); /* it belongs to a later call */
        return;
    }
    bool granted = record->result == RESULT_UNKNOWN ? (privilege->kept & CAP_MASK(record->cap)) != 0
                                                    : record->result == RESULT_GRANTED;
    task->call.granted = granted;
    task->call.refused = !granted;
}

static void take_call(struct privilege *privilege, const struct record *record) {
    struct task *task = find_or_add(privilege, record);

    if (task == NULL)
        return;
    end_call(privilege, task, false);
    task->in_call = true;
    task->where = record->where;
    task->call_time = record->time;
    task->call = (struct standing_call){.call = record->call};
    memcpy(task->call.args, record->args, sizeof task->call.args);
    if (record->call == CALL_PRCTL && record->args[0] == PR_CAP_AMBIENT &&
        record->args[1] == PR_CAP_AMBIENT_RAISE && record->args[2] < CAP_BITS)
        privilege->ambient |= CAP_MASK(record->args[2]);
}

static void take_return(struct privilege *privilege, const struct record *record) {
    struct task *task = find(privilege, record->tid);

    if (task == NULL || !task->in_call || task->call.call != record->call)
        return;
    bool own = record->call == CALL_CAPSET || task->call.args[0] == PR_CAP_AMBIENT;
    privilege->own_sets_refused |= own && record->value == -EPERM;
    privilege->capset |= record->call == CALL_CAPSET && record->value == 0 && !task->own_namespace;
    end_call(privilege, task, record->value != 0);
}

/* Takes a failure of any call of the thread; it is of this call if the place is the same. */
static void take_failure(struct privilege *privilege, const struct record *record) {
    struct task *task = find(privilege, record->tid);

    if (task == NULL || !task->in_call || has_return(task->call.call))
        return;
    bool fs = task->call.call == CALL_SETFSUID || task->call.call == CALL_SETFSGID;
    end_call(privilege, task, record->where == task->where && !fs);
}

void privilege_add(struct privilege *privilege, const struct record *record) {
    switch (record->kind) {
    case RECORD_FORK:
        take_fork(privilege, record);
        break;
    case RECORD_COMM:
        if (record->exec)
            take_exec(privilege, record);
        break;
    case RECORD_END:
        take_end(privilege, record);
        break;
    case RECORD_CHECK:
        take_check(privilege, record);
        break;
    case RECORD_CALL:
        take_call(privilege, record);
        break;
    case RECORD_RETURN:
        take_return(privilege, record);
        break;
    case RECORD_FAILURE:
        take_failure(privilege, record);
        break;
    case RECORD_CGROUP:
    case RECORD_LOST:
    case RECORD_OTHER:
        break;
    }
}

void privilege_sample(struct privilege *privilege, const struct sample *sample) {
    struct privilege_state *state = privilege->state;
    struct sample *samples = array_grow(state->samples, sizeof *samples, state->sample_count, 1,
                                        &state->sample_capacity);

    if (samples == NULL) {
        privilege->no_memory = privilege->unknown = true;
        return;
    }
    state->samples = samples;
    samples[state->sample_count++] = *sample;
}

const struct standing *privilege_of(const struct privilege *privilege, uint32_t tid) {
    const struct task *task = find(privilege, tid);

    return task != NULL ? &task->now : &privilege->state->start;
}

bool privilege_in_call(const struct privilege *privilege, uint32_t tid) {
    const struct task *task = find(privilege, tid);

    return task != NULL && task->in_call;
}

void privilege_lose(struct privilege *privilege) { privilege->unknown = true; }

void privilege_phase(struct privilege *privilege, uint32_t tid, unsigned cap) {
    const struct standing *now = privilege_of(privilege, tid);

    phases_add(&privilege->phases, now->uid.effective, now->gid.effective,
               cap < CAP_BITS ? CAP_MASK(cap) : 0);
}

/* ---- processes that exist already ---- */

int privilege_begin_following(struct privilege *privilege) {
    const struct ids nobody = ids_all(UINT32_MAX);
    int error = privilege_begin(privilege, &nobody, &nobody, UINT64_MAX);

    if (error == 0)
        privilege->state->following = true;
    return error;
}

void privilege_home(struct privilege *privilege, uint64_t home) { privilege->state->home = home; }

void privilege_place(struct privilege *privilege, uint32_t tid, uint32_t pid, const struct ids *uid,
                     const struct ids *gid) {
    struct task *task = find(privilege, tid);

    if (task == NULL)
        task = add_task(privilege, tid, pid);
    if (task == NULL)
        return;
    task->now.uid = *uid;
    task->now.gid = *gid;
    task->in_call = false;
}

bool privilege_knows(const struct privilege *privilege, uint32_t tid) {
    return find(privilege, tid) != NULL;
}

void privilege_settle(struct privilege *privilege, uint32_t tid) {
    end_call(privilege, find(privilege, tid), false);
}

void privilege_forget(struct privilege *privilege, uint32_t tid) {
    struct task *task = find(privilege, tid);

    if (task != NULL)
        remove_task(privilege->state, task);
}

/* ---- the end ---- */

/* Without records: each process found in /proc, identified by its name. */
static void end_by_samples(struct privilege *privilege) {
    const struct privilege_state *state = privilege->state;

    for (size_t i = 0; i < state->sample_count; i++) {
        const struct sample *sample = &state->samples[i];
        bool replaced = false;
        for (size_t later = i + 1; later < state->sample_count; later++)
            replaced |= state->samples[later].tid == sample->tid;
        if (replaced)
            continue;
        struct ending ending = {.role = mix(0, sample->name),
                                .program = mix(0, sample->name),
                                .began = state->start,
                                .ended = state->start,
                                .sampled = true,
                                .caps = sample->caps};
        ending.ended.uid = sample->uid;
        ending.ended.gid = sample->gid;
        ending.ended.groups = sample->groups_changed ? 1 + sample->group_count : 0;
        privilege->gave_up |= standing_less(&ending.ended, &ending.began);
        privilege->unknown |= sample->unseen_children;
        add_ending(privilege, &ending);
    }
    privilege->unknown |= state->sample_count == 0;
}

void privilege_end(struct privilege *privilege, bool watched) {
    struct privilege_state *state = privilege->state;

    if (!watched) {
        end_by_samples(privilege);
        return;
    }
    for (size_t i = 0; i < RECENT; i++)
        if (state->recent[i].ended != 0)
            finish_task(privilege, &state->recent[i]);
    for (size_t i = 0; i < state->count; i++) {
        end_call(privilege, &state->tasks[i], false);
        finish_task(privilege, &state->tasks[i]);
    }
    memset(state->recent, 0, sizeof state->recent);
    state->count = 0;
}

int privilege_begin(struct privilege *privilege, const struct ids *uid, const struct ids *gid,
                    uint64_t kept) {
    memset(privilege, 0, sizeof *privilege);
    privilege->kept = kept;
    privilege->state = calloc(1, sizeof *privilege->state);
    if (privilege->state == NULL)
        return -ENOMEM;
    privilege->state->start.uid = *uid;
    privilege->state->start.gid = *gid;
    return 0;
}

void privilege_free(struct privilege *privilege) {
    if (privilege->state != NULL) {
        pid_map_free(&privilege->state->places);
        free(privilege->state->tasks);
        free(privilege->state->samples);
        free(privilege->state);
    }
    free(privilege->endings);
    privilege->state = NULL;
    privilege->endings = NULL;
    privilege->count = 0;
}

/* ---- two runs ---- */

/* In what one ending is more privileged than another; NULL: it is not. */
static const char *excess(const struct ending *trial, const struct ending *first, uint64_t kept,
                          const struct groups *groups, char stays[STANDING_STAYS]) {
    const struct standing_sets sets = {.kept = kept,
                                       .known = first->sampled && trial->sampled,
                                       .trial = trial->caps,
                                       .first = first->caps,
                                       .first_known = first->sampled};

    return standing_excess(&trial->ended, &first->ended, &sets, groups, stays);
}

static bool is_within(const struct ending *trial, const struct ending *first, uint64_t kept,
                      const struct groups *groups) {
    char ignored[STANDING_STAYS];

    return excess(trial, first, kept, groups, ignored) == NULL;
}

/* The number of processes of a role that ended with at least the privilege of this one; gave_up:
 * whether others of that role started with as much and ended with less. */
static unsigned count_like(const struct privilege *run, const struct ending *like, uint64_t kept,
                           const struct groups *groups, bool *gave_up) {
    unsigned count = 0;

    *gave_up = false;
    for (size_t i = 0; i < run->count; i++) {
        const struct ending *ending = &run->endings[i];
        struct ending began = *ending;
        if (ending->role != like->role)
            continue;
        began.ended = ending->began;
        began.sampled = false;
        if (is_within(like, ending, kept, groups))
            count += ending->count;
        else if (is_within(like, &began, kept, groups))
            *gave_up = true;
    }
    return count;
}

static unsigned count_all(const struct privilege *run, const struct ending *like) {
    unsigned count = 0;

    for (size_t i = 0; i < run->count; i++)
        if (run->endings[i].role == like->role &&
            standing_equal(&run->endings[i].ended, &like->ended))
            count += run->endings[i].count;
    return count;
}

/* The endings of the first run with which an ending is compared. */
enum like { LIKE_ROLE, LIKE_PROGRAM, LIKE_ANY, LIKES };

static bool is_like(const struct ending *one, const struct ending *other, enum like like) {
    return like == LIKE_ANY || (like == LIKE_ROLE && one->role == other->role) ||
           (like == LIKE_PROGRAM && one->program == other->program);
}

/* Whether one comparable ending of the first run has as much privilege. *known: there is such an
 * ending; stays: what this one has beyond the last of them. */
static bool is_within_likes(const struct privilege *first, const struct privilege *trial,
                            const struct ending *ending, enum like like,
                            const struct groups *groups, bool *known, char stays[STANDING_STAYS]) {
    char text[STANDING_STAYS];

    *known = false;
    for (size_t i = 0; i < first->count; i++) {
        const struct ending *other = &first->endings[i];
        if (!is_like(ending, other, like))
            continue;
        *known = true;
        if (excess(ending, other, trial->kept, groups, text) == NULL)
            return true;
        memcpy(stays, text, sizeof text);
    }
    return false;
}

/* Whether the first run has no comparable ending with as much privilege, or fewer of them. */
static bool is_more(const struct privilege *first, const struct privilege *trial,
                    const struct ending *ending, const struct groups *groups,
                    char stays[STANDING_STAYS]) {
    bool known = false, within = false, gave_up;
    enum like like = LIKE_ROLE;

    stays[0] = '\0';
    for (; like < LIKES; like++) {
        within = is_within_likes(first, trial, ending, like, groups, &known, stays);
        if (known)
            break;
    }
    if (!within)
        return true;
    unsigned count = count_like(first, ending, trial->kept, groups, &gave_up);
    if (like != LIKE_ROLE || !gave_up || count_all(trial, ending) <= count)
        return false;
    (void)snprintf(stays, STANDING_STAYS, "uid %u", ending->ended.uid.effective);
    return true;
}

bool privilege_more(const struct privilege *first, const struct privilege *trial,
                    const struct groups *groups, char stays[STANDING_STAYS]) {
    for (size_t i = 0; i < trial->count; i++)
        if (is_more(first, trial, &trial->endings[i], groups, stays))
            return true;
    stays[0] = '\0';
    return false;
}
