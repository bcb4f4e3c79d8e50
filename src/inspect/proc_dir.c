#include "inspect/proc_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        return 0; /* /proc has no number for this process */
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

/* Appends what the directory lists. */
static int list_threads(DIR *task, pid_t **list, size_t *count) {
    size_t capacity = 0;
    uint64_t number;

    errno = 0;
    for (const struct dirent *entry; (entry = readdir(task)) != NULL;) {
        if (number_parse(entry->d_name, INT32_MAX, &number) != 0)
            continue;
        if (*count == capacity) {
            capacity = capacity == 0 ? 64 : 2 * capacity;
            pid_t *grown = realloc(*list, capacity * sizeof **list);
            if (grown == NULL)
                return -ENOMEM;
            *list = grown;
        }
        (*list)[(*count)++] = (pid_t)number;
        errno = 0;
    }
    return -errno;
}

int proc_dir_threads(int dir, pid_t **list, size_t *count) {
    *list = NULL;
    *count = 0;
    int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *task = fd < 0 ? NULL : fdopendir(fd);
    int error = task == NULL ? -errno : list_threads(task, list, count);

    if (task != NULL)
        (void)closedir(task);
    else if (fd >= 0)
        (void)close(fd);
    if (error == 0 && *count > 1)
        qsort(*list, *count, sizeof **list, compare_pids);
    return error;
}

int proc_dir_program(int dir, size_t size, char *path) {
    ssize_t length = readlinkat(dir, "exe", path, size - 1);

    int error = length < 0 ? -errno : (size_t)length < size ? 0 : -EIO;
    path[error == 0 ? length : 0] = '\0';
    return error;
}

/* Two maps that differ are of two namespaces; equal ones may be. */
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
