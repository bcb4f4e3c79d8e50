#include "learn/watch/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/observe.h"
#include "learn/array.h"
#include "learn/clock.h"
#include "learn/file.h"
#include "show/state_parse.h"

enum { STATUS_SIZE = 1 << 19 }; /* 65536 groups of at most seven characters each */

/* ---- one ---- */

/* Parses "PID (NAME) STATE PARENT ..."; the name may contain any character. */
bool process_read(uint32_t pid, struct process *process) {
    enum { PARENT = 1, THREADS = 17, START = 19 }; /* indexes after the state, from 0 */
    char path[64], text[1024];

    *process = (struct process){.pid = pid, .time = clock_now()};
    (void)snprintf(path, sizeof path, "/proc/%u/stat", pid);
    if (file_read(path, sizeof text, text) <= 0)
        return false;
    const char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (begin == NULL || end == NULL || strlen(end) < sizeof ") S")
        return false;
    (void)snprintf(process->name, sizeof process->name, "%.*s", (int)(end - begin - 1), begin + 1);
    char *rest = text + (end - text) + strlen(") S");
    bool zombie = rest[-1] == 'Z' || rest[-1] == 'X'; /* at least the first thread has ended */
    for (int field = PARENT; field <= START; field++) {
        uint64_t number = strtoull(rest, &rest, 10);
        if (field == PARENT)
            process->parent = (uint32_t)number;
        if (field == THREADS)
            process->threads = (unsigned)number;
        if (field == START)
            process->start = number;
    }
    process->ended = zombie && process->threads <= 1;
    return true;
}

/* Parses a file in the format of /proc/PID/status. */
static bool read_status(const char *path, struct process *process) {
    struct process_state state = {0};
    char *text = malloc(STATUS_SIZE);
    ssize_t size = text != NULL ? file_read(path, STATUS_SIZE, text) : -1;
    bool known = size > 0 && state_parse(text, (size_t)size, &state) == 0;

    if (known) {
        process->leader = state.process;
        process->uid = state.cred.uid;
        process->gid = state.cred.gid;
        process->permitted = state.cred.permitted;
        process->ambient = state.cred.ambient;
    }
    observe_free(&state.cred);
    free(text);
    return known;
}

bool process_read_state(struct process *process) {
    char path[64];
    struct stat namespace;

    (void)snprintf(path, sizeof path, "/proc/%u/ns/user", process->pid);
    process->user_namespace = stat(path, &namespace) == 0 ? namespace.st_ino : 0;
    (void)snprintf(path, sizeof path, "/proc/%u/status", process->pid);
    return read_status(path, process);
}

bool process_read_thread(uint32_t pid, uint32_t tid, struct ids *uid, struct ids *gid) {
    char path[64];
    struct process thread;

    (void)snprintf(path, sizeof path, "/proc/%u/task/%u/status", pid, tid);
    if (!read_status(path, &thread))
        return false;
    *uid = thread.uid;
    *gid = thread.gid;
    return true;
}

/* Parses "NSpid:": the process ID in each namespace, the innermost last. */
bool process_is_first(uint32_t pid) {
    static const char label[] = "\nNSpid:";
    char path[64];
    char *text = malloc(STATUS_SIZE);
    bool first = text == NULL;

    (void)snprintf(path, sizeof path, "/proc/%u/status", pid);
    char *line =
        text != NULL && file_read(path, STATUS_SIZE, text) > 0 ? strstr(text, label) : NULL;
    if (line != NULL) {
        line += strlen(label);
        line[strcspn(line, "\n")] = '\0';
        const char *last = strrchr(line, '\t');
        first = last == NULL || strcmp(last + 1, "1") == 0;
    }
    free(text);
    return first;
}

/* ---- several ---- */

static uint32_t number_of(const struct dirent *entry) {
    return isdigit((unsigned char)entry->d_name[0]) != 0
               ? (uint32_t)strtoul(entry->d_name, NULL, 10)
               : 0;
}

void process_threads(uint32_t pid, void (*take)(void *context, uint32_t tid), void *context) {
    char path[64];
    const struct dirent *entry;

    (void)snprintf(path, sizeof path, "/proc/%u/task", pid);
    DIR *folder = opendir(path);
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (number_of(entry) != 0)
            take(context, number_of(entry));
    if (folder != NULL)
        (void)closedir(folder);
}

static int by_pid(const void *a, const void *b) {
    const struct process *left = a, *right = b;

    return (left->pid > right->pid) - (left->pid < right->pid);
}

static int add_process(struct processes *all, const struct process *process) {
    struct process *list = array_grow(all->list, sizeof *list, all->count, 1, &all->capacity);

    if (list == NULL)
        return -ENOMEM;
    all->list = list;
    list[all->count++] = *process;
    return 0;
}

/* Adds the processes that are not in the list yet. */
static int add_new(DIR *folder, struct processes *all) {
    const size_t known = all->count;
    const struct dirent *entry;
    int error = 0;

    while (error == 0 && (entry = readdir(folder)) != NULL) {
        struct process process;
        uint32_t pid = number_of(entry);
        const struct processes earlier = {.list = all->list, .count = known};
        if (pid != 0 && processes_find(&earlier, pid) == NULL && process_read(pid, &process) &&
            !process.ended)
            error = add_process(all, &process);
    }
    return error;
}

/* A process that exists all the time is listed, however many start and end meanwhile. A listing is
 * read in one go and its processes one by one; the next one has those that started meanwhile. */
int processes_read(struct processes *all) {
    enum { LISTINGS = 5 };
    DIR *folder = opendir("/proc");
    int error = 0;
    size_t before = 0;

    *all = (struct processes){0};
    if (folder == NULL)
        return -errno;
    for (int i = 0; error == 0 && i < LISTINGS && (i == 0 || all->count > before); i++) {
        before = all->count;
        rewinddir(folder);
        error = add_new(folder, all);
        if (all->count > 0)
            qsort(all->list, all->count, sizeof all->list[0], by_pid);
    }
    (void)closedir(folder);
    return error;
}

const struct process *processes_find(const struct processes *all, uint32_t pid) {
    const struct process key = {.pid = pid};

    return all->count == 0 ? NULL : bsearch(&key, all->list, all->count, sizeof key, by_pid);
}

enum process_line processes_line(const struct processes *all, uint32_t pid, uint32_t ancestor) {
    enum { DEEP = 10000 }; /* a snapshot of changing data may contain a cycle */

    for (int i = 0; i < DEEP; i++) {
        const struct process *process = processes_find(all, pid);
        if (process == NULL)
            return pid == 0 ? LINE_ENDS : LINE_BREAKS;
        if (pid == ancestor)
            return LINE_REACHES;
        pid = process->parent;
    }
    return LINE_BREAKS;
}

bool processes_descends(const struct processes *all, uint32_t pid, uint32_t ancestor) {
    return processes_line(all, pid, ancestor) == LINE_REACHES;
}

void processes_free(struct processes *all) {
    free(all->list);
    *all = (struct processes){0};
}
