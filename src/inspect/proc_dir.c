#include "inspect/proc_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/entries.h"
#include "core/observe.h"
#include "core/proc_file.h"
#include "show/state_parse.h"
#include "text/number.h"

int proc_dir_is_own(void) {
    struct process_state state = {0};
    char *text;
    size_t size;

    struct stat link;

    int error = proc_file_read(AT_FDCWD, "/proc/self/status", &text, &size);
    if (error == -ENOENT && lstat("/proc/self", &link) == 0)
        return 0; /* /proc has no entry for this process */
    if (error != 0)
        return error;
    error = state_parse(text, size, &state);
    free(text);
    observe_free(&state.cred);
    if (error != 0)
        return error;
    return state.pid_levels <= 1 && state.process == (uint32_t)getpid();
}

int proc_dir_open(pid_t pid) {
    char path[32];

    (void)snprintf(path, sizeof path, "/proc/%d", pid);
    int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    return dir;
}

static int compare_pids(const void *a, const void *b) {
    pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

    return (left > right) - (left < right);
}

struct thread_list {
    pid_t *numbers;
    size_t count, capacity;
};

/* Appends a name in the directory, if it is a number. */
static int add_thread(void *data, const char *name) {
    struct thread_list *list = data;
    uint64_t number;

    if (number_parse(name, INT32_MAX, &number) != 0)
        return 0;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        pid_t *grown = realloc(list->numbers, capacity * sizeof *grown);
        if (grown == NULL)
            return -ENOMEM;
        list->numbers = grown;
        list->capacity = capacity;
    }
    list->numbers[list->count++] = (pid_t)number;
    return 0;
}

int proc_dir_threads(int dir, pid_t **numbers, size_t *count) {
    struct thread_list list = {0};

    int task = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = task < 0 ? -errno : entries_each(task, add_thread, &list);
    if (task >= 0)
        (void)close(task);
    if (error == 0 && list.count > 1)
        qsort(list.numbers, list.count, sizeof *list.numbers, compare_pids);
    *numbers = list.numbers;
    *count = list.count;
    return error;
}

int proc_dir_program(int dir, pid_t thread, size_t size, char *path) {
    char link[32];

    (void)snprintf(link, sizeof link, "task/%d/exe", thread);
    ssize_t length = readlinkat(dir, link, path, size - 1);

    int error = length < 0 ? -errno : (size_t)length < size ? 0 : -EIO;
    path[error == 0 ? length : 0] = '\0';
    return error;
}

/* Maps that differ belong to two namespaces; equal maps may as well. */
static int compare_maps(int dir, const char *theirs, const char *ours) {
    char *their_text, *our_text;
    size_t their_size, our_size;

    int error = proc_file_read(dir, theirs, &their_text, &their_size);
    if (error != 0)
        return error;
    error = proc_file_read(AT_FDCWD, ours, &our_text, &our_size);
    if (error == 0)
        error = their_size == our_size && memcmp(their_text, our_text, our_size) == 0 ? -EACCES : 0;
    free(their_text);
    free(our_text);
    return error;
}

int proc_dir_same_users(int dir) {
    struct stat theirs, ours;

    if (fstatat(dir, "ns/user", &theirs, 0) == 0 && stat("/proc/self/ns/user", &ours) == 0)
        return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
    int error = compare_maps(dir, "uid_map", "/proc/self/uid_map");
    return error == 0 ? 0 : compare_maps(dir, "gid_map", "/proc/self/gid_map");
}
