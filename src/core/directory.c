#include "core/directory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- the path to a directory ---- */

enum { LINKS_MOST = 40 }; /* the limit of the kernel (path_resolution(7)) */

/* The position of the walk: done contains no symbolic link. */
struct walk {
    char done[PATH_MAX], rest[PATH_MAX];
    unsigned links;
};

/* Writes first, second and third, concatenated. False when they do not fit. */
static bool join(char path[PATH_MAX], const char *first, const char *second, const char *third) {
    char joined[PATH_MAX];
    size_t length = (size_t)snprintf(joined, sizeof joined, "%s%s%s", first, second, third);

    if (length >= sizeof joined)
        return false;
    memcpy(path, joined, length + 1);
    return true;
}

/* Starts at the root or in the working directory. */
static bool begin(struct walk *walk, const char *path) {
    return join(walk->rest, path, "", "") && join(walk->done, path[0] == '/' ? "/" : ".", "", "");
}

/* Takes the next name from rest; "" at its end. */
static void take_name(struct walk *walk, char name[PATH_MAX]) {
    const char *start = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(start, "/");

    memcpy(name, start, length);
    name[length] = '\0';
    memmove(walk->rest, start + length, strlen(start + length) + 1);
}

/* Enters name, or follows it as a link. False when the path cannot be followed. */
static bool go(struct walk *walk, const char *name) {
    char next[PATH_MAX], target[PATH_MAX];
    bool is_root = strcmp(walk->done, "/") == 0;

    if (strcmp(name, ".") == 0)
        return true;
    if (!join(next, walk->done, is_root ? "" : "/", name))
        return false;
    int size = sys_read_link(next, sizeof target - 1, target);
    if (size < 0)
        return join(walk->done, next, "", "");
    target[size] = '\0';
    if (++walk->links > LINKS_MOST || !join(walk->rest, target, walk->rest, ""))
        return false;
    return target[0] != '/' || join(walk->done, "/", "", "");
}

const char *directory_last_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

void directory_find(const char *path, int error, char found[PATH_MAX]) {
    char name[PATH_MAX];
    struct walk walk = {.links = 0};

    found[0] = '\0';
    for (bool goes_on = begin(&walk, path); goes_on; goes_on = name[0] != '\0' && go(&walk, name)) {
        if (sys_may_execute(walk.done) == error) {
            memcpy(found, walk.done, sizeof walk.done);
            return;
        }
        take_name(&walk, name);
    }
}

/* ---- entering it ---- */

int directory_enter(const char *path, struct sys_directory *entered, struct fail *f) {
    static const char step[] = "chdir";
    char found[PATH_MAX];

    int error = sys_enter_directory(path, entered);
    switch (error) {
    case 0:
        return 0;
    case -EACCES:
    case -ENOENT:
        directory_find(path, error, found);
        (void)fail_set(f, step, FAIL_DIRECTORY, error, "%s %s",
                       error == -EACCES ? "the user may not search" : "there is no",
                       found[0] != '\0' ? found : path);
        f->subject = path;
        return -1;
    case -ENOTDIR:
    case -ELOOP:
    case -ENAMETOOLONG:
        return fail_about(f, step, FAIL_DIRECTORY, error, path, "no directory to change to");
    default:
        return fail_about(f, step, FAIL_SYSTEM_CALL, error, path, "cannot be entered");
    }
}
