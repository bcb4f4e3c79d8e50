#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "users/users.h"

int users_answer(const char *name, uid_t uid, gid_t gid, const char *home,
                 struct account *account) {
    account->uid = uid;
    account->gid = gid;
    account->name = strdup(name);
    account->home = strdup(home != NULL && home[0] != '\0' ? home : "/");
    return account->name != NULL && account->home != NULL ? 1 : -ENOMEM;
}

void users_free(struct account *account) {
    free(account->name);
    free(account->home);
}
