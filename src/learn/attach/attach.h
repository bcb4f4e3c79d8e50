/*
 * attach - watches processes that run already, from now until the watch is ended.
 */
#ifndef CAPWRAP_LEARN_ATTACH_H
#define CAPWRAP_LEARN_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/attach/members.h"
#include "learn/attach/seen.h"
#include "learn/attach/target.h"
#include "learn/checks/kallsyms.h"
#include "learn/checks/privilege.h"
#include "learn/error.h"
#include "learn/options.h"
#include "learn/report/earlier.h"
#include "learn/watch/perf.h"

/* Why the watch ended. */
enum attach_end { ATTACH_GOES_ON, ATTACH_TIME, ATTACH_IDLE, ATTACH_SIGNAL, ATTACH_GONE };

struct attached {
    const struct learn_options *options;
    struct target targets[TARGETS_MOST];
    unsigned target_count;
    struct earlier earlier[TARGETS_MOST]; /* of options->run_count earlier runs */
    struct kallsyms kallsyms;
    struct watch *watch;
    struct members members;
    struct seen seen;
    struct privilege privilege; /* who the watched threads are */
    enum attach_end end;
    bool kprobe, calls;
    bool by_cgroup;  /* at least one target is a cgroup */
    bool from_start; /* no watched process existed when the watch began */
    uint64_t lost, late;
    uint64_t foreign[64]; /* cgroups that belong to no target, the last ones seen */
    unsigned next_foreign;
    int64_t begin, now, new_at; /* milliseconds: start of the watch, present, last news */
    uint64_t news;              /* of what was seen, at new_at */
};

/* Reads the reports of earlier runs. Returns 0, or -1 with *f filled. */
int attach_read_runs(struct attached *attached, const struct learn_options *options,
                     struct fail *f);

/* Finds the targets and starts to watch them, after attach_read_runs(). Returns as that. */
int attach_begin(struct attached *attached, struct fail *f);

/* Watches until the time is over, a signal arrives or no watched process is left; calls report for
 * each SIGUSR1. */
int attach_run(struct attached *attached, void (*report)(const struct attached *attached),
               struct fail *f);

void attach_free(struct attached *attached);

#endif
