#include "users_fake.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The names that the linker's --wrap gives. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwuid(uid_t uid);
struct group *__wrap_getgrnam(const char *name);
int __wrap_getgrouplist(const char *name, gid_t gid, gid_t *list, int *count);
int __wrap_open64(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *buffer, size_t size);
ssize_t __real_read(int fd, void *buffer, size_t size);
int __wrap_close(int fd);
int __real_close(int fd);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct users_fake users_fake;

/* One more lookup. False when it fails, with errno set. */
static bool enter(bool *wrong) {
    users_fake.calls++;
    *wrong = users_fake.calls == users_fake.wrong_at;
    if (users_fake.calls != users_fake.fails_at)
        return true;
    users_fake.failed = true;
    /* getpwnam(3): no error, or one of these, says that there is no entry. */
    users_fake.said_so |=
        users_fake.error != 0 && users_fake.error != ENOENT && users_fake.error != ESRCH;
    errno = users_fake.error;
    return false;
}

/* ---- NSS ---- */

static struct passwd *answer(const struct ref_user *user, bool wrong) {
    static struct passwd entry;
    static char home[] = "/elsewhere";

    if (user == NULL)
        return NULL;
    users_fake.was_wrong |= wrong;
    entry = (struct passwd){.pw_name = user->name,
                            .pw_uid = user->uid,
                            .pw_gid = user->gid,
                            .pw_dir = user->home,
                            .pw_shell = user->shell};
    if (!wrong)
        return &entry;
    switch (users_fake.wrong) {
    case WRONG_ID:
        entry.pw_uid++;
        return &entry;
    case WRONG_GID:
        entry.pw_gid++;
        return &entry;
    case WRONG_HOME:
        entry.pw_dir = home;
        return &entry;
    case WRONG_NO_ENTRY:
    case WRONG_KINDS:
        break;
    }
    return NULL;
}

struct passwd *__wrap_getpwnam(const char *name) {
    bool wrong;

    return enter(&wrong) ? answer(ref_user_by_name(users_fake.database, name), wrong) : NULL;
}

struct passwd *__wrap_getpwuid(uid_t uid) {
    bool wrong;

    return enter(&wrong) ? answer(ref_user_by_uid(users_fake.database, uid), wrong) : NULL;
}

struct group *__wrap_getgrnam(const char *name) {
    static struct group entry;
    bool wrong;

    if (!enter(&wrong))
        return NULL;
    const struct ref_group *group = ref_group_by_name(users_fake.database, name);
    users_fake.was_wrong |= wrong && group != NULL;
    if (group == NULL || (wrong && users_fake.wrong == WRONG_NO_ENTRY))
        return NULL;
    entry = (struct group){.gr_name = group->name, .gr_gid = group->gid + wrong};
    return &entry;
}

/* It cannot fail: what cannot be read shortens the list. */
int __wrap_getgrouplist(const char *name, gid_t gid, gid_t *list, int *count) {
    const struct ref_database *database = users_fake.database;
    int room = *count, found = 0;
    bool wrong;

    bool told = users_fake.said_so, shorter = !enter(&wrong) || wrong;
    users_fake.said_so = told;
    if (room > found)
        list[found] = gid;
    found++;
    for (size_t i = 0; i < database->group_count; i++) {
        const struct ref_group *group = &database->groups[i];
        if (group->gid == gid || !ref_is_member(group, name))
            continue;
        users_fake.was_wrong |= shorter;
        if (shorter)
            continue;
        if (room > found)
            list[found] = group->gid;
        found++;
    }
    *count = found;
    return found <= room ? found : -1;
}

/* ---- the files ---- */

enum { FIRST_DESCRIPTOR = 100000 };

int __wrap_open64(const char *path, int flags, ...) {
    int which = strcmp(path, "/etc/passwd") == 0 ? 0 : strcmp(path, "/etc/group") == 0 ? 1 : -1;

    if (which < 0)
        return __real_open64(path, flags);
    if (users_fake.open_error[which] != 0) {
        errno = users_fake.open_error[which];
        return -1;
    }
    if (users_fake.descriptors[which].open)
        abort(); /* not closed */
    users_fake.descriptors[which].open = true;
    users_fake.descriptors[which].at = 0;
    return FIRST_DESCRIPTOR + which;
}

ssize_t __wrap_read(int fd, void *buffer, size_t size) {
    bool wrong;

    if (fd < FIRST_DESCRIPTOR)
        return __real_read(fd, buffer, size);
    int which = fd - FIRST_DESCRIPTOR;
    if (!enter(&wrong)) {
        users_fake.said_so = true;
        errno = users_fake.error == 0 ? EIO : users_fake.error;
        return -1;
    }
    size_t at = users_fake.descriptors[which].at;
    size_t got = users_fake.size[which] - at;
    if (users_fake.read_most != 0 && got > users_fake.read_most)
        got = users_fake.read_most;
    if (got > size)
        got = size;
    if (wrong && got > 0) { /* the file ends too early */
        users_fake.was_wrong = true;
        got = 0;
    }
    if (got > 0)
        memcpy(buffer, users_fake.text[which] + at, got);
    users_fake.descriptors[which].at += got;
    return (ssize_t)got;
}

int __wrap_close(int fd) {
    if (fd < FIRST_DESCRIPTOR)
        return __real_close(fd);
    users_fake.descriptors[fd - FIRST_DESCRIPTOR].open = false;
    return 0;
}
