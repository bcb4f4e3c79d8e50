#include <errno.h>
#include <string.h>

#include "core/pool.h"
#include "users/passwd.h"

static char *copy(const char *word) {
    size_t size = strlen(word) + 1;
    char *result = pool_take(size, 1);

    return result == NULL ? NULL : memcpy(result, word, size);
}

int passwd_answer(const char *name, uid_t uid, gid_t gid, const char *home,
                  struct account *account) {
    account->uid = uid;
    account->gid = gid;
    account->name = copy(name);
    account->home = copy(home != NULL && home[0] != '\0' ? home : "/");
    return account->name != NULL && account->home != NULL ? 1 : -ENOMEM;
}

void passwd_free(struct account *account) {
    pool_release(account->name);
    pool_release(account->home);
}
