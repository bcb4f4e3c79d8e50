#include <errno.h>
#include <string.h>

#include "core/pool.h"
#include "users/passwd.h"

static char *copy(const char *word) {
    size_t size = strlen(word) + 1;
    char *result = pool_take(size, 1);

    return result == NULL ? NULL : memcpy(result, word, size);
}

/* Returns a copy of the word, or of otherwise if the word is missing or empty. */
static char *copy_or(const char *word, const char *otherwise) {
    return copy(word != NULL && word[0] != '\0' ? word : otherwise);
}

int passwd_answer(const struct passwd_entry *entry, struct account *account) {
    account->uid = entry->uid;
    account->gid = entry->gid;
    account->name = copy(entry->name);
    account->home = copy_or(entry->home, "/");
    account->shell = copy_or(entry->shell, "/bin/sh");
    bool complete = account->name != NULL && account->home != NULL && account->shell != NULL;
    return complete ? 1 : -ENOMEM;
}

void passwd_free(struct account *account) {
    pool_release(account->name);
    pool_release(account->home);
    pool_release(account->shell);
}
