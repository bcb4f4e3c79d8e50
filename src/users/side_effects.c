#include "users/side_effects.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptors.h"
#include "core/directory.h"
#include "core/sys.h"

/* ---- loaded objects ---- */

/* One iteration over the loaded objects: how many are and were ever loaded, and the last names. */
struct walk {
    unsigned long long loads;
    size_t objects, first_named;
    char names[256];
};

static int visit(struct dl_phdr_info *info, size_t size, void *data) {
    struct walk *walk = data;

    (void)size;
    walk->loads = info->dlpi_adds;
    if (walk->objects++ < walk->first_named || info->dlpi_name == NULL)
        return 0;
    size_t used = strlen(walk->names);
    (void)snprintf(walk->names + used, sizeof walk->names - used, "%s%s", used == 0 ? "" : ", ",
                   directory_last_name(info->dlpi_name));
    return 0;
}

/* ---- threads ---- */

/* The link count of /proc/self/task is the number of its subdirectories, the threads, plus two
 * (proc(5)). Without /proc, unshare(2) of what threads share returns EINVAL when there are others;
 * EPERM or ENOSYS comes from a filter and gives no information. */
static long count_threads(void) {
    struct stat status = {0};

    if (sys_is_on_procfs("/proc/self/task") && stat("/proc/self/task", &status) == 0 &&
        status.st_nlink > 2)
        return (long)status.st_nlink - 2;
    if (unshare(CLONE_THREAD) == 0)
        return 1;
    return errno == EINVAL ? 2 : -1;
}

/* The own threads of an emulator existed before. */
static int check_threads(const struct side_effects *before, const struct walk *now,
                         struct fail *f) {
    long threads = count_threads();

    if (threads < 0 || before->threads < 0 || threads <= before->threads)
        return 0;
    return fail_set(f, "user", FAIL_LOOKUP, 0,
                    "a module of the user database has left a thread running (loaded: %s)",
                    now->names);
}

/* ---- descriptors ---- */

/* Calls each for the open descriptors; without /proc, for the low numbers that are open. */
static int each_descriptor(int (*each)(void *before, int fd), struct side_effects *before) {
    enum { LOW = 256 };

    int error = descriptors_each(each, before);
    if (error != -ENOENT)
        return error;
    error = 0;
    for (int fd = 0; fd < LOW && error == 0; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            error = each(before, fd);
    return error;
}

static int note_descriptor(void *data, int fd) {
    struct side_effects *before = data; /* cppcheck-suppress variableScope; as in all visitors */

    if (fd < SIDE_EFFECTS_FDS)
        before->open[fd] = true;
    return 0;
}

/* A new descriptor stays open until execve, because the module may need it. */
static int hide_descriptor(void *data, int fd) {
    const struct side_effects *before = data;

    if (fd >= SIDE_EFFECTS_FDS || before->open[fd])
        return 0;
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC) != 0)
        return 0;
    return fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0 ? 0 : -errno;
}

/* ---- the rest ---- */

static void note_signals(struct side_effects *before) {
    before->blocked_known = sigprocmask(SIG_SETMASK, NULL, &before->blocked) == 0;
    for (int signal = 1; signal < SIDE_EFFECTS_SIGNALS; signal++)
        if (sigaction(signal, NULL, &before->actions[signal]) != 0)
            before->actions[signal].sa_handler = SIG_ERR; /* reserved for the C library */
}

static int restore_signals(const struct side_effects *before) {
    for (int signal = 1; signal < SIDE_EFFECTS_SIGNALS; signal++) {
        struct sigaction now;
        if (before->actions[signal].sa_handler == SIG_ERR || sigaction(signal, NULL, &now) != 0)
            continue;
        if (now.sa_handler != before->actions[signal].sa_handler &&
            sigaction(signal, &before->actions[signal], NULL) != 0)
            return -errno;
    }
    if (!before->blocked_known || sigprocmask(SIG_SETMASK, &before->blocked, NULL) == 0)
        return 0;
    return -errno;
}

static int restore_cwd(const struct side_effects *before) {
    if (before->cwd >= 0)
        return fchdir(before->cwd) == 0 ? 0 : -errno;
    int now = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (now < 0)
        return 0;
    (void)close(now);
    return -EXDEV; /* it can be searched now, so it is another directory */
}

int side_effects_note(struct side_effects *before, struct fail *f) {
    struct walk walk = {.first_named = (size_t)-1};

    memset(before, 0, sizeof *before);
    (void)dl_iterate_phdr(visit, &walk);
    before->loads = walk.loads;
    before->objects = walk.objects;
    before->threads = count_threads();
    before->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    note_signals(before);
    int error = each_descriptor(note_descriptor, before);
    if (error != 0)
        return fail_set(f, "user", FAIL_SYSTEM_CALL, error, "the open descriptors cannot be read");
    before->mask = umask(0); /* the only way to read it */
    if (umask(before->mask) != 0)
        return fail_set(f, "user", FAIL_SYSTEM_CALL, EIO, "umask cannot be read");
    return 0;
}

static int undo(struct side_effects *before, const struct walk *now, struct fail *f) {
    if (check_threads(before, now, f) != 0)
        return -1;
    (void)umask(before->mask);
    int error = restore_signals(before);
    if (error == 0)
        error = restore_cwd(before);
    if (error == 0)
        error = each_descriptor(hide_descriptor, before);
    if (error == 0)
        return 0;
    return fail_set(f, "user", FAIL_LOOKUP, error,
                    "what a module of the user database has changed cannot be undone (loaded: %s)",
                    now->names);
}

int side_effects_undo(struct side_effects *before, struct fail *f) {
    struct walk walk = {.first_named = before->objects};

    (void)dl_iterate_phdr(visit, &walk);
    int status = walk.loads == before->loads ? 0 : undo(before, &walk, f);
    side_effects_end(before);
    return status;
}

void side_effects_end(const struct side_effects *before) {
    if (before->cwd >= 0)
        (void)close(before->cwd);
}
