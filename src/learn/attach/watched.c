#include "learn/attach/watched.h"

#include <stdarg.h>

#include "text/capname.h"

/* ---- numbers ---- */

const char *watched_end(const struct attached *attached) {
    static const char *const words[] = {
        [ATTACH_GOES_ON] = "running", [ATTACH_TIME] = "time", [ATTACH_IDLE] = "idle",
        [ATTACH_SIGNAL] = "signal",   [ATTACH_GONE] = "gone",
    };

    return words[attached->end];
}

uint64_t watched_unused(const struct seen_sets *sets) {
    return sets->held & ~sets->used & ~sets->refused;
}

uint64_t watched_together(const struct attached *attached) {
    uint64_t set = attached->seen.sets.used;

    for (unsigned i = 0; i < attached->options->run_count; i++)
        set |= attached->earlier[i].used;
    return set;
}

uint64_t watched_new(const struct attached *attached) {
    uint64_t set = attached->seen.sets.used;

    for (unsigned i = 0; i < attached->options->run_count; i++)
        set &= ~attached->earlier[i].used;
    return set;
}

uint64_t watched_outside(const struct attached *attached) {
    return attached->options->check_word == NULL
               ? 0
               : watched_together(attached) & ~attached->options->check;
}

bool watched_saw_all(const struct attached *attached) {
    return attached->lost == 0 && attached->late == 0 && attached->members.unclear == 0 &&
           !attached->members.no_memory;
}

int watched_exit(const struct attached *attached) {
    if (watched_outside(attached) != 0)
        return 1;
    return attached->options->check_word != NULL && !watched_saw_all(attached) ? 2 : 0;
}

size_t watched_programs(const struct attached *attached) {
    return attached->seen.program_count + attached->seen.more_programs;
}

const struct seen_program *watched_program(const struct attached *attached, size_t i) {
    bool last = i == attached->seen.program_count;

    return &attached->seen.programs[last ? SEEN_PROGRAMS - 1 : i];
}

/* ---- sentences ---- */

struct sentences {
    struct watched_limit *list;
    size_t count;
};

static void add(struct sentences *all, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct sentences *all, const char *code, const char *format, ...) {
    struct watched_limit *limit = &all->list[all->count];
    va_list values;

    if (all->count == WATCHED_LIMITS)
        return;
    va_start(values, format);
    (void)vsnprintf(limit->text, sizeof limit->text, format, values);
    va_end(values);
    limit->code = code;
    all->count++;
}

static void add_namespaces(const struct attached *attached, struct sentences *all) {
    char names[CAPNAME_LIST_SIZE];
    bool other = false;

    for (size_t i = 0; i < watched_programs(attached); i++)
        other |= watched_program(attached, i)->other_namespace;
    capname_join(attached->seen.sets.outside, "", ", ", names);
    if (other)
        add(all, "user-namespace",
            "processes of another user namespace are among them: what they hold and use counts in "
            "that namespace%s%s%s",
            names[0] != '\0' ? "; they asked the first one for " : "", names,
            names[0] != '\0' ? ", which is refused whatever they hold" : "");
}

static void add_watching(const struct attached *attached, struct sentences *all) {
    if (attached->lost > 0)
        add(all, "checks-lost",
            "%llu checks were lost, of these processes or of others: more may be used than was "
            "seen",
            (unsigned long long)attached->lost);
    if (attached->late > 0)
        add(all, "records-late",
            "%llu records arrived too late to be sorted: a process may have been missed",
            (unsigned long long)attached->late);
    if (attached->members.unclear > 0)
        add(all, "processes-unclear",
            "it is unknown whether %llu other process%s these: more may be used than was seen",
            (unsigned long long)attached->members.unclear,
            attached->members.unclear == 1 ? " belongs to" : "es belong to");
    if (attached->members.no_memory || attached->privilege.no_memory)
        add(all, "no-memory", "there was not enough memory to follow every process");
    if (attached->kprobe)
        add(all, "kprobe",
            "a kprobe records no results: a check counts as granted if the process had the "
            "capability in its permitted set");
    if (!attached->calls)
        add(all, "calls-not-watched",
            "this kernel records no system calls (CONFIG_FTRACE_SYSCALLS): users and groups are "
            "those that the processes had when they were seen first");
    if (attached->seen.capset)
        add(all, "capset-not-read",
            "a process changed its own capability sets (capset), whose masks are not recorded: "
            "what it put there has to be kept, and may be missing from what was used");
    if (attached->seen.more_programs)
        add(all, "programs-not-listed", "there were more programs than the %d that are listed",
            SEEN_PROGRAMS - 1);
    if (attached->seen.phases.more)
        add(all, "identities-not-listed",
            "they ran with more users and groups than the %d that are listed", PHASES_MOST);
}

size_t watched_limits(const struct attached *attached,
                      struct watched_limit limits[WATCHED_LIMITS]) {
    struct sentences all = {.list = limits};
    long long tenths = (long long)(attached->now - attached->begin) / 100;

    add(&all, "exercised",
        "what did not happen in these %lld.%lld s was not seen: this is what was used, not what is "
        "needed",
        tenths / 10, tenths % 10);
    if (!attached->from_start)
        add(&all, "start-not-seen",
            "they ran already: what they needed to start, such as to change the user or to open "
            "a port, was not seen, but is needed when they are started again");
    for (unsigned i = 0; i < attached->target_count; i++)
        if (attached->targets[i].named.kind == TARGET_CONTAINER && !attached->targets[i].by_cgroup)
            add(&all, "process-tree",
                "container %s is followed from its first process on: what is started in it from "
                "outside (docker exec) is not seen",
                attached->targets[i].named.name);
    add_namespaces(attached, &all);
    add_watching(attached, &all);
    return all.count;
}
