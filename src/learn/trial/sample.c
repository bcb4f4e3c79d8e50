#include "learn/trial/sample.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/observe.h"
#include "learn/array.h"
#include "learn/clock.h"
#include "learn/file.h"
#include "show/state_parse.h"

enum { STATUS_SIZE = 1 << 19 }; /* 65536 groups of at most seven characters each */

/* ---- files ---- */

/* The numbers of /proc/PID/stat after the name, from the parent on; 0 if the process is gone. */
struct stat_line {
    pid_t parent;
    unsigned long faults_of_children; /* of children that were waited for: each has some */
};

static struct stat_line read_stat(pid_t pid) {
    char path[64], text[1024];
    enum { PARENT = 1, MINOR = 8, MAJOR = 10 }; /* indexes after the state, from 0 */
    struct stat_line line = {0};

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (file_read(path, sizeof text, text) <= 0)
        return line;
    const char *end = strrchr(text, ')'); /* of the name, which may contain any character */
    char *rest = text + (end != NULL ? end - text : 0) + (end != NULL ? strlen(") S") : 0);
    for (int field = PARENT; end != NULL && field <= MAJOR; field++) {
        unsigned long number = strtoul(rest, &rest, 10);
        if (field == PARENT)
            line.parent = (pid_t)number;
        if (field == MINOR || field == MAJOR)
            line.faults_of_children += number;
    }
    return line;
}

/* ---- one thread ---- */

/* If SIGCHLD is ignored, children that end leave no trace. */
static bool ignores_children(const char *text) {
    const char *found = strstr(text, "\nSigIgn:\t");

    return found != NULL &&
           (strtoull(found + strlen("\nSigIgn:\t"), NULL, 16) >> (SIGCHLD - 1) & 1) != 0;
}

static void sample_thread(pid_t pid, pid_t tid, char *text, const struct groups *groups,
                          const struct sample_sink *sink) {
    char path[64];
    struct process_state state = {0};
    const struct cred *cred = &state.cred;
    uint64_t time = clock_now();
    struct sample sample = {.tid = (uint32_t)tid};

    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)pid, (int)tid);
    ssize_t size = file_read(path, STATUS_SIZE, text);
    if (size <= 0)
        return;
    (void)sscanf(text, "Name:\t%15[^\n]", sample.name);
    sample.unseen_children = ignores_children(text) || read_stat(pid).faults_of_children > 0;
    if (state_parse(text, (size_t)size, &state) == 0) {
        sample.time = time;
        sample.uid = cred->uid;
        sample.gid = cred->gid;
        sample.groups_changed = !groups_equal(&cred->groups, groups);
        sample.group_count = (uint32_t)cred->groups.count;
        sample.caps = cred->permitted | cred->inheritable | cred->ambient;
        sink->take(sink->context, &sample);
    }
    observe_free(&state.cred);
}

void sample_process(pid_t pid, const struct groups *groups, const struct sample_sink *sink) {
    char path[64];
    const struct dirent *entry;

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    char *text = malloc(STATUS_SIZE);
    DIR *threads = text != NULL ? opendir(path) : NULL;
    while (threads != NULL && (entry = readdir(threads)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]) != 0)
            sample_thread(pid, (pid_t)strtol(entry->d_name, NULL, 10), text, groups, sink);
    if (threads != NULL)
        (void)closedir(threads);
    free(text);
}

/* ---- all of them ---- */

struct process {
    pid_t pid, parent;
};

struct processes {
    struct process *list;
    size_t count, capacity;
};

static void read_processes(struct processes *all) {
    DIR *folder = opendir("/proc");
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]) == 0)
            continue;
        void *list = array_grow(all->list, sizeof *all->list, all->count, 1, &all->capacity);
        if (list == NULL)
            break;
        all->list = list;
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        all->list[all->count].pid = pid;
        all->list[all->count++].parent = read_stat(pid).parent;
    }
    if (folder != NULL)
        (void)closedir(folder);
}

static pid_t parent_of(const struct processes *all, pid_t pid) {
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].pid == pid)
            return all->list[i].parent;
    return 0;
}

static bool descends(const struct processes *all, pid_t pid, pid_t from, pid_t other) {
    enum { DEEP = 10000 };

    for (int i = 0; i < DEEP && pid > 1; i++) {
        if (pid == other)
            return false;
        pid = parent_of(all, pid);
        if (pid == from)
            return true;
    }
    return false;
}

void sample_descendants(pid_t other, const struct groups *groups, const struct sample_sink *sink) {
    struct processes all = {0};

    read_processes(&all);
    for (size_t i = 0; i < all.count; i++)
        if (descends(&all, all.list[i].pid, getpid(), other))
            sample_process(all.list[i].pid, groups, sink);
    free(all.list);
}
