#include <errno.h>
#include <string.h>

#include "core/memory.h"
#include "users/users.h"

static char *copy(const char *word) {
    size_t size = strlen(word) + 1;
    char *result = memory_take(size, 1);

    return result == NULL ? NULL : memcpy(result, word, size);
}

int users_answer(const char *name, uid_t uid, gid_t gid, const char *home,
                 struct account *account) {
    account->uid = uid;
    account->gid = gid;
    account->name = copy(name);
    account->home = copy(home != NULL && home[0] != '\0' ? home : "/");
    return account->name != NULL && account->home != NULL ? 1 : -ENOMEM;
}

void users_free(struct account *account) {
    memory_release(account->name);
    memory_release(account->home);
}
