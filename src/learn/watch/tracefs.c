#include "learn/watch/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define GROUP      "capwrap_learn"
#define TRACEPOINT "events/capability/cap_capable"

static const char STEP[] = "watch";
static const char WITHOUT[] = "run it as root on the host, or learn without watching: --no-trace";

/* ---- where tracefs is ---- */

static int open_mounted(const char *path) {
    struct statfs fs;
    int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (folder >= 0 && fstatfs(folder, &fs) == 0 && fs.f_type == TRACEFS_MAGIC)
        return folder;
    if (folder >= 0)
        (void)close(folder);
    return -1;
}

/* A detached mount of tracefs: no other process sees it, and it is removed when this one ends. */
static int open_private(void) {
    int context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
    if (context < 0)
        return -errno;

    int folder = -1;
    if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        folder = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
    int error = errno;
    (void)close(context);
    return folder >= 0 ? folder : -error;
}

static int open_tracefs(void) {
    int folder = open_mounted("/sys/kernel/tracing");

    if (folder < 0)
        folder = open_mounted("/sys/kernel/debug/tracing");
    return folder >= 0 ? folder : open_private();
}

/* ---- its files ---- */

static int read_file(int folder, const char *path, size_t capacity, char *text) {
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;

    size_t used = 0;
    ssize_t more = 1;
    while (more > 0 && used < capacity - 1) {
        more = read(fd, text + used, capacity - 1 - used);
        used += more > 0 ? (size_t)more : 0;
    }
    int error = more < 0 ? -errno : 0;
    text[used] = '\0';
    (void)close(fd);
    return error;
}

/* Reads ID and format of the event in that directory. */
static int read_event(struct tracefs *tracefs, const char *event) {
    char path[128], text[8192];

    (void)snprintf(path, sizeof path, "%s/id", event);
    int error = read_file(tracefs->folder, path, sizeof text, text);
    if (error != 0)
        return error;
    tracefs->id = strtoull(text, NULL, 10);
    (void)snprintf(path, sizeof path, "%s/format", event);
    error = read_file(tracefs->folder, path, sizeof text, text);
    return error != 0 ? error : record_read_format(text, &tracefs->format);
}

int tracefs_event(const struct tracefs *tracefs, const char *event, unsigned *id) {
    char path[128], text[64];

    (void)snprintf(path, sizeof path, "events/%s/id", event);
    int error = read_file(tracefs->folder, path, sizeof text, text);
    if (error == 0)
        *id = (unsigned)strtoul(text, NULL, 10);
    return error;
}

/* ---- a probe of our own ---- */

static int command(const struct tracefs *tracefs, const char *line) {
    return write(tracefs->probes, line, strlen(line)) == (ssize_t)strlen(line) ? 0 : -errno;
}

/* Removes the probes that killed runs have left. The kernel refuses to remove one that is in use
 * (EBUSY), and a run that has created one and does not use it yet holds the lock. So only unused
 * probes are removed. */
static int remove_stale(const struct tracefs *tracefs) {
    char *line = NULL, name[64], remove[128];
    size_t size = 0;
    int fd = openat(tracefs->folder, "kprobe_events", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;

    FILE *file = fdopen(fd, "r");
    if (file == NULL) {
        (void)close(fd);
        return -ENOMEM; /* the only possible reason: the descriptor is valid */
    }
    while (getline(&line, &size, file) > 0)
        if (sscanf(line, "p:" GROUP "/%63[^ ] ", name) == 1) {
            (void)snprintf(remove, sizeof remove, "-:" GROUP "/%s\n", name);
            (void)command(tracefs, remove);
        }
    free(line);
    (void)fclose(file);
    return 0;
}

/* Never with O_TRUNC, which would remove the probes of all users. */
static int make_probe(struct tracefs *tracefs) {
    char line[256];

    tracefs->probes = openat(tracefs->folder, "kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (tracefs->probes < 0)
        return -errno;
    if (flock(tracefs->probes, LOCK_EX) != 0)
        return -errno;
    int error = remove_stale(tracefs);
    if (error != 0)
        return error;

    /* The same process ID may be in use in another PID namespace. */
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(tracefs->probe, sizeof tracefs->probe, GROUP "/p%d_%lld_%ld", (int)getpid(),
                   (long long)now.tv_sec, now.tv_nsec);
    (void)snprintf(line, sizeof line,
                   "p:%s cap_capable cred=$arg1:x64 target_ns=$arg2:x64 cap=$arg3:s32\n",
                   tracefs->probe);
    error = command(tracefs, line);
    if (error != 0) {
        tracefs->probe[0] = '\0';
        return error;
    }
    (void)snprintf(line, sizeof line, "events/%s", tracefs->probe);
    return read_event(tracefs, line);
}

/* ---- both ---- */

static int refuse(struct fail *f, int error) {
    if (error == -ENOENT)
        return error_set(f, STEP, error,
                         "use Linux 6.14 or later, or learn without watching: --no-trace",
                         "this kernel has no tracepoint cap_capable, and accepts no kprobe");
    if (error == -EMFILE || error == -ENFILE)
        return error_set(f, STEP, error, "raise the limit of open files: ulimit -n",
                         "tracefs cannot be opened");
    return error_set(f, STEP, error, WITHOUT,
                     "tracefs cannot be read: it requires root, and SYS_ADMIN if it is not "
                     "mounted");
}

int tracefs_find(struct tracefs *tracefs, struct fail *f) {
    *tracefs = (struct tracefs){.folder = open_tracefs(), .probes = -1};
    if (tracefs->folder < 0)
        return refuse(f, tracefs->folder == -ENODEV ? -ENOENT : tracefs->folder);

    int error = read_event(tracefs, TRACEPOINT);
    if (error == -ENOENT)
        error = make_probe(tracefs);
    if (error == 0)
        return 0;
    tracefs_release(tracefs);
    return refuse(f, error);
}

void tracefs_in_use(const struct tracefs *tracefs) {
    if (tracefs->probes >= 0)
        (void)flock(tracefs->probes, LOCK_UN);
}

void tracefs_release(struct tracefs *tracefs) {
    if (tracefs->probe[0] != '\0') {
        char line[128];
        (void)snprintf(line, sizeof line, "-:%s\n", tracefs->probe);
        (void)command(tracefs, line);
    }
    if (tracefs->probes >= 0)
        (void)close(tracefs->probes);
    if (tracefs->folder >= 0)
        (void)close(tracefs->folder);
    *tracefs = (struct tracefs){.folder = -1, .probes = -1};
}
