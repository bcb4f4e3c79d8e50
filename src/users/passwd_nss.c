#include "users/passwd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "core/pool.h"

const bool passwd_loads_modules = true;
const char passwd_note[] = "";
const char *const passwd_hint = NULL;

/* NSS reads an unreadable file as an empty one and reports no error. Returns 1, or -errno when the
 * file exists but this process may not read it. */
static int can_read(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT ? 1 : -errno;
    (void)close(fd);
    return 1;
}

/* getpwnam(3): without an entry, it returns NULL with errno unchanged, or one of these errors. */
static int no_answer(void) { return errno == 0 || errno == ENOENT || errno == ESRCH ? 0 : -errno; }

static int copy_account(const struct passwd *entry, struct account *account) {
    if (entry == NULL)
        return no_answer();
    const struct passwd_entry answer = {.name = entry->pw_name,
                                        .home = entry->pw_dir,
                                        .shell = entry->pw_shell,
                                        .uid = entry->pw_uid,
                                        .gid = entry->pw_gid};
    return passwd_answer(&answer, account);
}

int passwd_by_name(const char *name, struct account *account) {
    int readable = can_read("/etc/passwd");

    errno = 0;
    return readable < 0 ? readable : copy_account(getpwnam(name), account);
}

int passwd_by_uid(uid_t uid, struct account *account) {
    int readable = can_read("/etc/passwd");

    errno = 0;
    return readable < 0 ? readable : copy_account(getpwuid(uid), account);
}

int passwd_group(const char *name, gid_t *gid) {
    int readable = can_read("/etc/group");
    if (readable < 0)
        return readable;

    errno = 0;
    const struct group *entry = getgrnam(name);
    if (entry == NULL)
        return no_answer();
    *gid = entry->gr_gid;
    return 1;
}

int passwd_groups(const char *name, gid_t gid, struct groups *groups) {
    int readable = can_read("/etc/group");
    if (readable < 0)
        return readable;

    for (int capacity = 64; capacity <= PASSWD_GROUPS_MAX; capacity *= 4) {
        int count = capacity;
        gid_t *list = pool_take((size_t)capacity, sizeof *list);
        if (list == NULL)
            return -ENOMEM;
        if (getgrouplist(name, gid, list, &count) >= 0) {
            *groups = (struct groups){.count = (size_t)count, .list = list};
            return 1;
        }
        pool_release(list);
    }
    return -E2BIG;
}
