#include "learn/attach/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "learn/array.h"
#include "learn/file.h"

/* ---- the hierarchy ---- */

/* perf uses the unified hierarchy, unless a version 1 hierarchy has its controller. */
static bool is_version_1(void) {
    char text[8192];

    return file_read("/proc/self/cgroup", sizeof text, text) > 0 &&
           strstr(text, "perf_event") != NULL;
}

/* "ID PARENT DEVICE ROOT POINT OPTIONS [FIELD...] - TYPE SOURCE SUPEROPTIONS" */
static bool is_mount_of(const char *line, bool version_1, char top[PATH_MAX], char root[PATH_MAX]) {
    const char *behind = strstr(line, " - ");
    char type[32], options[1024];

    if (behind == NULL || sscanf(behind, " - %31s %*s %1023s", type, options) != 2 ||
        sscanf(line, "%*s %*s %*s %4095s %4095s", top, root) != 2)
        return false;
    return version_1 ? strcmp(type, "cgroup") == 0 && strstr(options, "perf_event") != NULL
                     : strcmp(type, "cgroup2") == 0;
}

/* top: the cgroup that is mounted there. */
static int find_mount(char top[PATH_MAX], char root[PATH_MAX]) {
    bool version_1 = is_version_1(), found = false;
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen("/proc/self/mountinfo", "re");

    while (file != NULL && !found && getline(&line, &size, file) > 0)
        found = is_mount_of(line, version_1, top, root);
    free(line);
    if (file != NULL)
        (void)fclose(file);
    return found ? 0 : -ENOENT;
}

int cgroup_root(char root[PATH_MAX]) {
    char top[PATH_MAX];

    return find_mount(top, root);
}

static bool is_cgroup(const char *path, dev_t device, bool *elsewhere) {
    char processes[PATH_MAX + 16];
    struct stat folder, file;

    (void)snprintf(processes, sizeof processes, "%s/cgroup.procs", path);
    if (stat(path, &folder) != 0 || stat(processes, &file) != 0)
        return false;
    *elsewhere |= folder.st_dev != device;
    return folder.st_dev == device;
}

int cgroup_find(const char *name, char path[PATH_MAX]) {
    char root[PATH_MAX], below[2 * PATH_MAX];
    struct stat folder;
    bool elsewhere = false;

    if (cgroup_root(root) != 0 || stat(root, &folder) != 0)
        return -EXDEV;
    (void)snprintf(below, sizeof below, "%s/%s", root, name);
    if (name[0] == '/' && is_cgroup(name, folder.st_dev, &elsewhere))
        return realpath(name, path) != NULL ? 0 : -ENOENT;
    if (is_cgroup(below, folder.st_dev, &elsewhere))
        return realpath(below, path) != NULL ? 0 : -ENOENT;
    return elsewhere ? -EXDEV : -ENOENT;
}

/* ---- trees ---- */

struct folder {
    char path[PATH_MAX];
};

/* Directories that are still to be visited. */
struct folders {
    struct folder *list;
    size_t count, capacity;
};

static bool put(struct folders *folders, const char *path) {
    struct folder *list =
        array_grow(folders->list, sizeof *list, folders->count, 1, &folders->capacity);

    if (list == NULL)
        return false;
    folders->list = list;
    (void)snprintf(list[folders->count++].path, PATH_MAX, "%s", path);
    return true;
}

static bool put_below(struct folders *folders, const char *path) {
    const struct dirent *entry;
    DIR *folder = opendir(path);
    bool right = true;

    while (folder != NULL && right && (entry = readdir(folder)) != NULL) {
        char below[PATH_MAX];
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < PATH_MAX)
            right = put(folders, below);
    }
    if (folder != NULL)
        (void)closedir(folder);
    return right;
}

/* Calls visit for path and each directory below it, as long as it returns true. Returns whether it
 * always did; also false without memory. */
static bool walk(const char *path, bool (*visit)(void *context, const char *path, const char *name),
                 void *context) {
    struct folders folders = {.count = 0};
    bool on = put(&folders, path);

    while (folders.count > 0) {
        const struct folder next = folders.list[--folders.count];
        const char *slash = strrchr(next.path, '/');
        on = on && visit(context, next.path, slash != NULL ? slash + 1 : next.path) &&
             put_below(&folders, next.path);
    }
    free(folders.list);
    return on;
}

struct wanted {
    const char *name;
    bool part, found;
    char path[PATH_MAX];
};

static bool compare(void *context, const char *path, const char *name) {
    struct wanted *wanted = context;

    wanted->found =
        wanted->part ? strstr(name, wanted->name) != NULL : strcmp(name, wanted->name) == 0;
    if (wanted->found)
        (void)snprintf(wanted->path, sizeof wanted->path, "%s", path);
    return !wanted->found;
}

bool cgroup_search(const char *root, const char *name, bool part, char path[PATH_MAX]) {
    struct wanted wanted = {.name = name, .part = part};

    (void)walk(root, compare, &wanted);
    if (wanted.found)
        (void)snprintf(path, PATH_MAX, "%s", wanted.path);
    return wanted.found;
}

static bool add(struct cgroup_tree *tree, uint64_t id) {
    if (cgroup_has(tree, id))
        return true;
    if (tree->count == CGROUP_IDS) {
        tree->ids[tree->next++ % CGROUP_IDS] = id;
        return true;
    }
    uint64_t *ids = array_grow(tree->ids, sizeof *ids, tree->count, 1, &tree->capacity);
    if (ids == NULL)
        return false;
    tree->ids = ids;
    ids[tree->count++] = id;
    return true;
}

static bool add_id(void *context, const char *path, const char *name) {
    struct stat folder;

    (void)name;
    return stat(path, &folder) != 0 || add(context, folder.st_ino);
}

static void find_below(struct cgroup_tree *tree) {
    char top[PATH_MAX], root[PATH_MAX];
    size_t length;

    tree->below[0] = '\0';
    if (find_mount(top, root) != 0 || strstr(top, "/..") != NULL)
        return; /* it is outside our cgroup namespace */
    length = strlen(root);
    if (strncmp(tree->path, root, length) != 0 || strlen(top) >= PATH_MAX / 2 ||
        strlen(tree->path + length) >= PATH_MAX / 2)
        return;
    if (strcmp(top, "/") == 0)
        top[0] = '\0';
    (void)snprintf(tree->below, sizeof tree->below, "%.*s%.*s", PATH_MAX / 2 - 1, top,
                   PATH_MAX / 2 - 1, tree->path + length);
}

bool cgroup_is_told(const char *path) {
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_DUMMY};
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int event = (int)syscall(SYS_perf_event_open, &attr, directory, sched_getcpu(), -1,
                             PERF_FLAG_PID_CGROUP | PERF_FLAG_FD_CLOEXEC);
    bool told = event >= 0 || errno != ENOENT;

    close(event);
    close(directory);
    return told;
}

int cgroup_read(struct cgroup_tree *tree) {
    if (tree->count == 0)
        find_below(tree);
    return walk(tree->path, add_id, tree) ? 0 : -ENOMEM;
}

void cgroup_made(struct cgroup_tree *tree, uint64_t id, const char *below) {
    size_t length = strlen(tree->below);

    if (length > 0 && strncmp(below, tree->below, length) == 0 &&
        (below[length] == '\0' || below[length] == '/'))
        (void)add(tree, id);
}

bool cgroup_has(const struct cgroup_tree *tree, uint64_t id) {
    for (size_t i = 0; i < tree->count; i++)
        if (tree->ids[i] == id)
            return true;
    return false;
}

/* ---- processes ---- */

struct reader {
    void (*take)(void *context, uint32_t pid);
    void *context;
    unsigned count;
};

static bool read_processes(void *context, const char *path, const char *name) {
    struct reader *reader = context;
    char file_name[PATH_MAX + 16], *line = NULL;
    size_t size = 0;

    (void)name;
    (void)snprintf(file_name, sizeof file_name, "%s/cgroup.procs", path);
    FILE *file = fopen(file_name, "re");
    while (file != NULL && getline(&line, &size, file) > 0) {
        uint32_t pid = (uint32_t)strtoul(line, NULL, 10);
        reader->count++;
        if (reader->take != NULL && pid != 0)
            reader->take(reader->context, pid);
    }
    free(line);
    if (file != NULL)
        (void)fclose(file);
    return true;
}

unsigned cgroup_processes(const char *path, void (*take)(void *context, uint32_t pid),
                          void *context) {
    struct reader reader = {.take = take, .context = context};

    (void)walk(path, read_processes, &reader);
    return reader.count;
}

bool cgroup_of(uint32_t pid, char path[PATH_MAX]) {
    char file_name[64], text[8192];

    (void)snprintf(file_name, sizeof file_name, "/proc/%u/cgroup", pid);
    if (file_read(file_name, sizeof text, text) <= 0)
        return false;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        const char *below = strstr(line, ":/");
        bool unified = strncmp(line, "0::", 3) == 0;
        if (below == NULL || below[2] == '\0' ||
            (is_version_1() ? strstr(line, "perf_event") == NULL : !unified))
            continue;
        return cgroup_find(below + 2, path) == 0;
    }
    return false;
}

void cgroup_free(struct cgroup_tree *tree) {
    free(tree->ids);
    *tree = (struct cgroup_tree){0};
}
