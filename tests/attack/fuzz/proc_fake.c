#include "proc_fake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/proc_file.h"
#include "fuzz.h"
#include "inspect/proc_dir.h"

/* The names that the linker's --wrap gives. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_proc_file_read(int dir, const char *path, char **text, size_t *size);
int __wrap_proc_dir_is_own(void);
int __wrap_proc_dir_open(pid_t pid);
int __wrap_proc_dir_threads(int dir, pid_t **list, size_t *count);
int __wrap_proc_dir_program(int dir, pid_t thread, size_t size, char *path);
int __wrap_proc_dir_same_users(int dir);

struct proc_fake proc_fake;

int __wrap_proc_file_read(int dir, const char *path, char **text, size_t *size) {
    enum { NUMBERS = 64 };

    (void)dir;
    (void)path;
    *text = NULL;
    *size = 0;
    if (proc_fake.text == NULL)
        return -ENOENT;
    size_t most = strlen(proc_fake.text) + NUMBERS;
    *text = fuzz_allocate(most);
    *size = (size_t)snprintf(*text, most, "Tgid:\t%d\nPid:\t%d\n%s", proc_fake.number,
                             proc_fake.number, proc_fake.text);
    return 0;
}

int __wrap_proc_dir_is_own(void) { return 1; }

int __wrap_proc_dir_open(pid_t pid) {
    proc_fake.number = pid;
    return proc_fake.text == NULL ? -ENOENT : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int __wrap_proc_dir_threads(int dir, pid_t **list, size_t *count) {
    (void)dir;
    *list = fuzz_allocate(sizeof **list);
    **list = proc_fake.number;
    *count = 1;
    return 0;
}

int __wrap_proc_dir_program(int dir, pid_t thread, size_t size, char *path) {
    (void)dir;
    (void)thread;
    (void)snprintf(path, size, "/srv/server");
    return 0;
}

int __wrap_proc_dir_same_users(int dir) {
    (void)dir;
    return 1;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
