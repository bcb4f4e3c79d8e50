#include "users/users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MOST = 65536 }; /* NGROUPS_MAX, linux/limits.h */

/* getpwnam(3): no entry is NULL with errno untouched, or with one of these. */
static int no_answer(void) { return errno == 0 || errno == ENOENT || errno == ESRCH ? 0 : -errno; }

static int copy_account(const struct passwd *entry, struct account *account) {
    if (entry == NULL)
        return no_answer();
    account->uid = entry->pw_uid;
    account->gid = entry->pw_gid;
    account->name = strdup(entry->pw_name);
    account->home = strdup(entry->pw_dir != NULL && entry->pw_dir[0] != '\0' ? entry->pw_dir : "/");
    return account->name != NULL && account->home != NULL ? 1 : -ENOMEM;
}

int users_by_name(const char *name, struct account *account) {
    errno = 0;
    return copy_account(getpwnam(name), account);
}

int users_by_uid(uid_t uid, struct account *account) {
    errno = 0;
    return copy_account(getpwuid(uid), account);
}

int users_group(const char *name, gid_t *gid) {
    errno = 0;
    const struct group *entry = getgrnam(name);
    if (entry == NULL)
        return no_answer();
    *gid = entry->gr_gid;
    return 1;
}

int users_groups(const char *name, gid_t gid, struct groups *groups) {
    for (int capacity = 64; capacity <= GROUPS_MOST; capacity *= 4) {
        int count = capacity;
        gid_t *list = calloc((size_t)capacity + 1, sizeof *list);
        if (list == NULL)
            return -ENOMEM;
        if (getgrouplist(name, gid, list, &count) >= 0) {
            *groups = (struct groups){.count = (size_t)count, .list = list};
            return 1;
        }
        free(list);
    }
    return -E2BIG;
}

void users_free(struct account *account) {
    free(account->name);
    free(account->home);
}
