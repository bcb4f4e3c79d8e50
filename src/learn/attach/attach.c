#include "learn/attach/attach.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "learn/clock.h"
#include "text/capname.h"

enum { TICK = 1000 }; /* milliseconds */

static const char STEP[] = "watch";

static int no_memory(struct fail *f) {
    return error_set(f, STEP, ENOMEM, "raise the memory limit", "the watch");
}

/* ---- which checks are watched ---- */

/* The target that a cgroup belongs to. An unknown cgroup may have been created after the list was
 * read. */
static const struct target *target_of(struct attached *attached, uint64_t cgroup) {
    const size_t most = sizeof attached->foreign / sizeof attached->foreign[0];

    for (unsigned i = 0; i < attached->target_count; i++)
        if (attached->targets[i].by_cgroup && cgroup_has(&attached->targets[i].tree, cgroup))
            return &attached->targets[i];
    for (size_t i = 0; i < most; i++)
        if (attached->foreign[i] == cgroup)
            return NULL;
    for (unsigned i = 0; i < attached->target_count; i++) {
        struct target *target = &attached->targets[i];
        if (target->by_cgroup && cgroup_read(&target->tree) == 0 &&
            cgroup_has(&target->tree, cgroup))
            return target;
    }
    attached->foreign[attached->next_foreign++ % most] = cgroup;
    return NULL;
}

/* A process that enters the cgroup of a unit or container prepares the service until its execve. */
static bool is_watched(struct attached *attached, struct member *member,
                       const struct record *record) {
    if (attached->by_cgroup && record->cgroup != 0) {
        const struct target *target = target_of(attached, record->cgroup);
        if (target != NULL && !member->in_cgroup && target->named.kind != TARGET_CGROUP)
            member->starting = true;
        member->in_cgroup = target != NULL;
    }
    return member_is_watched(member);
}

/* ---- what /proc shows of them ---- */

static void place_thread(struct attached *attached, uint32_t pid, uint32_t tid) {
    struct ids uid, gid;

    if (process_read_thread(pid, tid, &uid, &gid))
        privilege_place(&attached->privilege, tid, pid, &uid, &gid);
}

struct placer {
    struct attached *attached;
    uint32_t pid;
};

static void place(void *context, uint32_t tid) {
    const struct placer *placer = context;

    place_thread(placer->attached, placer->pid, tid);
}

static void read_state(struct attached *attached, struct member *member) {
    struct process process = {.pid = member->pid};

    member->to_read = false;
    if (process_read_state(&process))
        seen_state(&attached->seen, member, &process);
}

/* The address of a namespace is known once a check was granted in it while the process is still in
 * its first one. */
static void learn_namespace(const struct attached *attached, struct member *member,
                            const struct record *record) {
    char path[64];
    struct stat namespace;

    if (member->namespace_at != 0 || record->capable_ns == 0 || member->user_namespace == 0 ||
        member->user_namespace == attached->seen.our_inode)
        return;
    (void)snprintf(path, sizeof path, "/proc/%u/ns/user", member->pid);
    if (stat(path, &namespace) == 0 && namespace.st_ino == member->user_namespace)
        member->namespace_at = record->capable_ns;
}

/* ---- records ---- */

/* Records the present identity of a thread, which may not ask for anything any more. */
static void note_identity(struct attached *attached, struct member *member, uint32_t tid) {
    struct privilege *privilege = &attached->privilege;

    privilege_settle(privilege, tid);
    if (!privilege_knows(privilege, tid))
        return;
    const struct standing *standing = privilege_of(privilege, tid);
    seen_identity(&attached->seen, member, standing->uid.effective, standing->gid.effective);
}

/* UINT32_MAX: not known. */
static void identity_of(const struct attached *attached, uint32_t tid, uint32_t *uid,
                        uint32_t *gid) {
    const struct privilege *privilege = &attached->privilege;
    bool known = privilege_knows(privilege, tid);

    *uid = known ? privilege_of(privilege, tid)->uid.effective : UINT32_MAX;
    *gid = known ? privilege_of(privilege, tid)->gid.effective : UINT32_MAX;
}

static void take_check(struct attached *attached, struct member *member,
                       const struct record *record) {
    struct privilege *privilege = &attached->privilege;
    uint32_t uid, gid;

    if (!member->state_read)
        read_state(attached, member);
    if (member->ids_to_read || !privilege_knows(privilege, record->tid))
        place_thread(attached, record->pid, record->tid);
    member->ids_to_read = false;
    learn_namespace(attached, member, record);
    privilege_add(privilege, record);
    identity_of(attached, record->tid, &uid, &gid);
    seen_check(&attached->seen, member, record, uid, gid);
}

/* What a process adds to its own sets has to be permitted; the kernel makes no check for it. */
static void take_own_sets(struct attached *attached, struct member *member,
                          const struct record *record) {
    bool raises = record->kind == RECORD_CALL && record->call == CALL_PRCTL &&
                  record->args[0] == PR_CAP_AMBIENT && record->args[1] == PR_CAP_AMBIENT_RAISE &&
                  record->args[2] < CAP_BITS;
    uint32_t uid, gid;

    if (record->kind == RECORD_RETURN && record->call == CALL_CAPSET)
        attached->seen.capset |= record->value == 0 && !member->own_namespace;
    if (record->kind == RECORD_RETURN && record->call == CALL_PRCTL && member->raised != 0) {
        identity_of(attached, record->tid, &uid, &gid);
        seen_raise(&attached->seen, member, member->raised - 1U, record->value == 0, uid, gid);
    }
    member->raised = raises ? (uint8_t)(record->args[2] + 1) : 0;
}

/* A call that changes an identity. In another user namespace its IDs are not those that we see.
 */
static void take_call(struct attached *attached, struct member *member,
                      const struct record *record) {
    bool elsewhere =
        member->user_namespace != 0 && member->user_namespace != attached->seen.our_inode;

    member->to_read = true;
    if (elsewhere)
        member->ids_to_read |= record->call != CALL_PRCTL && record->call != CALL_CAPSET;
    else
        privilege_add(&attached->privilege, record);
}

static void take_task(struct attached *attached, const struct record *record) {
    struct member *member = members_find(
        &attached->members, record->kind == RECORD_FORK ? record->parent : record->pid);

    if (record->kind == RECORD_END) {
        if (member != NULL && member_is_watched(member))
            note_identity(attached, member, record->tid);
        privilege_forget(&attached->privilege, record->tid);
        if (record->pid == record->tid && !(member != NULL && member->executing))
            seen_end(&attached->seen, record->pid);
    } else if (member != NULL && member_is_watched(member)) {
        privilege_add(&attached->privilege, record);
    } else if (record->kind == RECORD_FORK) {
        privilege_forget(&attached->privilege, record->tid); /* an older thread with its ID */
    }
    if (record->kind == RECORD_COMM && record->pid == record->tid && member != NULL)
        seen_leave(&attached->seen, member);
    members_add(&attached->members, record);
    struct member *after = members_find(&attached->members, record->pid);
    if (after != NULL && member_is_watched(after) && record->kind != RECORD_END)
        (void)seen_program(&attached->seen, after);
}

static void take_record(void *context, const struct record *record) {
    struct attached *attached = context;
    struct member *member;

    if (record->kind == RECORD_CGROUP)
        for (unsigned i = 0; i < attached->target_count; i++)
            if (attached->targets[i].by_cgroup)
                cgroup_made(&attached->targets[i].tree, record->cgroup, record->comm);
    if (record->pid == 0 || record->pid >= RECORD_PIDS)
        return; /* the processor's idle task, or a process of a PID namespace not below ours */
    switch (record->kind) {
    case RECORD_FORK:
    case RECORD_COMM:
    case RECORD_END:
        take_task(attached, record);
        break;
    case RECORD_CHECK:
    case RECORD_CALL:
    case RECORD_RETURN:
        member = members_act(&attached->members, record->pid);
        if (member == NULL || !is_watched(attached, member, record))
            break;
        if (record->kind == RECORD_CHECK)
            take_check(attached, member, record);
        else
            take_call(attached, member, record);
        if (record->kind != RECORD_CHECK)
            take_own_sets(attached, member, record);
        break;
    case RECORD_CGROUP:
    case RECORD_FAILURE:
    case RECORD_LOST:
    case RECORD_OTHER:
        break;
    }
}

/* ---- the beginning ---- */

/* The first user namespace is the one that a check for memory growth asks, even one of ours. */
static void take_first(void *context, const struct record *record) {
    struct attached *attached = context;

    members_note(&attached->members, record);
    if (record->kind == RECORD_CHECK && record->pid == (uint32_t)getpid() &&
        record->cap == CAP_SYS_ADMIN && attached->seen.our_ns == 0)
        attached->seen.our_ns = record->target_ns;
}

static void ask_for_memory(void) {
    enum { SIZE = 1 << 20 };
    void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        (void)munmap(memory, SIZE);
}

static void enter(struct attached *attached, struct member *member) {
    struct placer placer = {attached, member->pid};

    read_state(attached, member);
    process_threads(member->pid, place, &placer);
    note_identity(attached, member, member->pid);
}

static void take_cgroup_process(void *context, uint32_t pid) {
    struct attached *attached = context;
    struct member *member = members_find(&attached->members, pid);

    if (member != NULL)
        member->in_cgroup = true;
}

/* Whether a named process is still the one that was found. */
static int check_target(const struct attached *attached, struct target *target,
                        const struct processes *now, struct fail *f) {
    const struct process *process = processes_find(now, target->pid);

    if (target->by_cgroup) {
        target->processes = cgroup_processes(target->tree.path, NULL, NULL);
        return 0;
    }
    const struct member *member = members_find(&attached->members, target->pid);
    if (process == NULL || process->start != target->start || member == NULL || !member->in_tree)
        return error_set(f, "target", 0, "name one that runs for longer", "%s %s has ended",
                         target_kind(target->named.kind), target->named.name);
    target->processes = 0;
    for (size_t i = 0; i < now->count; i++)
        target->processes += processes_descends(now, now->list[i].pid, target->pid);
    return 0;
}

/* What existed when the watch began. Later records may decide what is still open. */
static int settle(struct attached *attached, const struct processes *before,
                  const struct processes *now, struct fail *f) {
    enum { TRIES = 10, PAUSE = 10 };
    uint32_t roots[TARGETS_MOST];
    struct beginning beginning = {before, now, roots, 0, process_is_first};
    const struct watch_sink sink = {take_first, attached};

    for (unsigned i = 0; i < attached->target_count; i++)
        if (!attached->targets[i].by_cgroup)
            /* cppcheck-suppress unreadVariable; beginning names them */
            roots[beginning.root_count++] = attached->targets[i].pid;
    for (int i = 0; i == 0 || (attached->members.unclear > 0 && i < TRIES); i++) {
        members_free(&attached->members);
        (void)poll(NULL, 0, i == 0 ? 0 : PAUSE);
        if (watch_peek(attached->watch, &sink) != 0)
            return no_memory(f);
        members_settle(&attached->members, &beginning);
    }
    return 0;
}

/* Counts the processes at the beginning. */
static int take_in(struct attached *attached, const struct processes *now, struct fail *f) {
    for (unsigned i = 0; i < attached->target_count; i++) {
        struct target *target = &attached->targets[i];
        if (check_target(attached, target, now, f) != 0)
            return -1;
        if (target->by_cgroup)
            (void)cgroup_processes(target->tree.path, take_cgroup_process, attached);
    }
    privilege_home(&attached->privilege, attached->seen.our_ns);
    attached->from_start = true;
    for (size_t i = 0; i < attached->members.count; i++) {
        struct member *member = &attached->members.list[i];
        if (!member_is_watched(member))
            continue;
        attached->from_start = false;
        enter(attached, member);
    }
    return attached->members.no_memory ? no_memory(f) : 0;
}

static int find_targets(struct attached *attached, struct fail *f) {
    const struct learn_options *options = attached->options;

    for (unsigned i = 0; i < options->target_count; i++) {
        if (target_find(&options->targets[i], &attached->targets[i], f) != 0)
            return -1;
        attached->target_count++;
        attached->by_cgroup |= attached->targets[i].by_cgroup;
    }
    return 0;
}

/* Most checks are for memory only: without symbols they are not recognised, so nothing is known. */
static int open_watch(struct attached *attached, struct fail *f) {
    const struct watch_events events = {.cgroups = attached->by_cgroup};

    if (kallsyms_load(&attached->kallsyms) != 0)
        return no_memory(f);
    (void)watch_raise_limit();
    attached->watch = watch_open(&events, f);
    if (attached->watch == NULL) {
        f->hint = "run it as root, in the first user namespace";
        return -1;
    }
    if (kallsyms_hidden(&attached->kallsyms))
        return error_set(
            f, STEP, 0, "run it as root; sysctl kernel.kptr_restrict has to be below 2",
            "the kernel hides its symbols, which distinguish noise from need: reading them "
            "requires CAP_SYSLOG");
    attached->kprobe = watch_is_kprobe(attached->watch);
    attached->calls = watch_has_calls(attached->watch);
    return 0;
}

static void block_signals(sigset_t *taken) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)sigaddset(&set, signals[i]);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    if (taken != NULL)
        *taken = set;
}

static void announce(const struct attached *attached) {
    for (unsigned i = 0; i < attached->target_count; i++) {
        const struct target *target = &attached->targets[i];
        (void)fprintf(stderr, "capwrap-learn: %s %s: %u process%s\n",
                      target_kind(target->named.kind), target->named.name, target->processes,
                      target->processes == 1 ? "" : "es");
    }
}

int attach_read_runs(struct attached *attached, const struct learn_options *options,
                     struct fail *f) {
    memset(attached, 0, sizeof *attached);
    attached->options = options;
    for (unsigned i = 0; i < options->run_count; i++)
        if (earlier_read(options->runs[i], &attached->earlier[i], f) != 0)
            return -1;
    return 0;
}

int attach_begin(struct attached *attached, struct fail *f) {
    struct processes before = {0}, after = {0};
    struct stat namespace;

    if (find_targets(attached, f) != 0 || open_watch(attached, f) != 0)
        return -1;
    if (seen_begin(&attached->seen, &attached->kallsyms) != 0 ||
        privilege_begin_following(&attached->privilege) != 0)
        return no_memory(f);
    struct process own = {.pid = (uint32_t)getpid()};
    attached->seen.every_cap = process_read_state(&own) ? own.permitted : UINT64_MAX;
    attached->seen.our_inode = stat("/proc/self/ns/user", &namespace) == 0 ? namespace.st_ino : 0;
    int error = processes_read(&before);
    int status = error != 0 ? no_memory(f) : watch_everything(attached->watch, f);
    attached->begin = attached->now = attached->new_at = clock_milliseconds();
    ask_for_memory();
    if (status == 0 && processes_read(&after) != 0)
        status = no_memory(f);
    if (status == 0)
        status = settle(attached, &before, &after, f);
    if (status == 0)
        status = take_in(attached, &after, f);
    processes_free(&before);
    processes_free(&after);
    block_signals(NULL); /* from now on they end the watch, and a report is written */
    if (status == 0)
        announce(attached);
    return status;
}

/* ---- from then on ---- */

/* Whether no process of a tree is left. */
static bool is_gone(const struct attached *attached) {
    for (size_t i = 0; i < attached->members.count; i++)
        if (attached->members.list[i].in_tree)
            return false;
    return true;
}

static void end_progress(void) {
    if (isatty(STDERR_FILENO) == 1)
        (void)fputs("\r\033[K", stderr);
}

/* A restarted container has another first process, or another cgroup. */
static void follow_targets(struct attached *attached) {
    for (unsigned i = 0; i < attached->target_count; i++) {
        struct target *target = &attached->targets[i];
        struct processes all = {0};
        if (target->named.kind == TARGET_PID ||
            (target->by_cgroup && cgroup_processes(target->tree.path, NULL, NULL) > 0) ||
            (!target->by_cgroup && !is_gone(attached)) || !target_find_again(target))
            continue;
        memset(attached->foreign, 0, sizeof attached->foreign);
        if (target->by_cgroup && cgroup_processes(target->tree.path, NULL, NULL) == 0)
            continue; /* it exists, but without processes */
        end_progress();
        (void)fprintf(stderr, "capwrap-learn: %s %s: started again\n",
                      target_kind(target->named.kind), target->named.name);
        if (target->by_cgroup || processes_read(&all) != 0)
            continue;
        members_adopt(&attached->members, &all, target->pid);
        processes_free(&all);
    }
}

/* Removes processes that have ended without a record. */
static void look_at_members(struct attached *attached) {
    for (size_t i = attached->members.count; i > 0; i--) {
        struct member *member = &attached->members.list[i - 1];
        bool there = kill((pid_t)member->pid, 0) == 0 || errno != ESRCH;
        if (!there && member->stale) {
            seen_end(&attached->seen, member->pid);
            members_remove(&attached->members, member->pid);
            continue;
        }
        member->stale = !there;
        if (there && member_is_watched(member) && (member->to_read || !member->state_read))
            read_state(attached, member);
    }
}

static void tell_progress(const struct attached *attached) {
    char names[CAPNAME_LIST_SIZE];

    if (isatty(STDERR_FILENO) != 1)
        return;
    capname_join(attached->seen.sets.used, "", ",", names);
    (void)fprintf(stderr, "\r\033[K%lld s, %llu checks, used: %.60s",
                  (long long)(attached->now - attached->begin) / 1000,
                  (unsigned long long)attached->seen.checks, names[0] == '\0' ? "none" : names);
}

static enum attach_end decide(struct attached *attached) {
    const struct learn_options *options = attached->options;

    if (attached->seen.news != attached->news) {
        attached->news = attached->seen.news;
        attached->new_at = attached->now;
    }
    if (options->seconds != 0 && attached->now - attached->begin >= options->seconds * 1000LL)
        return ATTACH_TIME;
    if (options->idle != 0 && attached->now - attached->new_at >= options->idle * 1000LL)
        return ATTACH_IDLE;
    for (unsigned i = 0; i < attached->target_count; i++)
        if (attached->targets[i].named.kind != TARGET_PID)
            return ATTACH_GOES_ON; /* it may come back */
    return is_gone(attached) ? ATTACH_GONE : ATTACH_GOES_ON;
}

static void count_losses(struct attached *attached) {
    attached->lost = watch_lost(attached->watch);
    attached->late = watch_late(attached->watch);
}

static void take_signals(struct attached *attached, int signals,
                         void (*report)(const struct attached *attached)) {
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGUSR1) {
            attached->end = ATTACH_SIGNAL;
            continue;
        }
        end_progress();
        count_losses(attached);
        report(attached);
    }
}

static int drain(struct attached *attached, bool last, struct fail *f) {
    const struct watch_sink sink = {take_record, attached};
    int error = watch_drain(attached->watch, last, &sink);

    return error == 0 ? 0 : no_memory(f);
}

static int wait_time(const struct attached *attached, int64_t next_tick) {
    int64_t until = next_tick;
    const struct learn_options *options = attached->options;

    if (options->seconds != 0 && attached->begin + options->seconds * 1000LL < until)
        until = attached->begin + options->seconds * 1000LL;
    int64_t left = until - clock_milliseconds();
    return left > 0 ? (int)left : 0;
}

static int go_on(struct attached *attached, int signals, struct pollfd *polls,
                 void (*report)(const struct attached *attached), struct fail *f) {
    int64_t next_tick = clock_milliseconds() + TICK;

    while (attached->end == ATTACH_GOES_ON) {
        size_t count = 1;
        polls[0] = (struct pollfd){.fd = signals, .events = POLLIN};
        count += watch_polls(attached->watch, polls + 1);
        (void)poll(polls, count, wait_time(attached, next_tick));
        attached->now = clock_milliseconds();
        if (drain(attached, false, f) != 0)
            return -1;
        if (attached->now >= next_tick) {
            next_tick = attached->now + TICK;
            look_at_members(attached);
            follow_targets(attached);
            tell_progress(attached);
        }
        take_signals(attached, signals, report);
        if (attached->end == ATTACH_GOES_ON)
            attached->end = decide(attached);
    }
    return 0;
}

int attach_run(struct attached *attached, void (*report)(const struct attached *attached),
               struct fail *f) {
    sigset_t set;

    block_signals(&set);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    struct pollfd *polls = calloc(watch_polls(attached->watch, NULL) + 1, sizeof *polls);
    int status =
        signals < 0 || polls == NULL ? no_memory(f) : go_on(attached, signals, polls, report, f);
    attached->now = clock_milliseconds();
    look_at_members(attached);
    watch_pause(attached->watch);
    if (status == 0)
        status = drain(attached, true, f);
    for (size_t i = 0; i < attached->members.count; i++)
        if (member_is_watched(&attached->members.list[i]))
            note_identity(attached, &attached->members.list[i], attached->members.list[i].pid);
    count_losses(attached);
    end_progress();
    free(polls);
    if (signals >= 0)
        (void)close(signals);
    return status;
}

void attach_free(struct attached *attached) {
    for (unsigned i = 0; i < attached->target_count; i++)
        target_free(&attached->targets[i]);
    watch_close(attached->watch);
    members_free(&attached->members);
    seen_free(&attached->seen);
    privilege_free(&attached->privilege);
    kallsyms_free(&attached->kallsyms);
}
