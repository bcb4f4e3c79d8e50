#include "users/environment.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/pool.h"

/* NAME=value; NULL without memory. */
static char *variable(const char *name, const char *value) {
    char *result = pool_take(strlen(name) + strlen(value) + 1, 1);

    if (result != NULL)
        (void)stpcpy(stpcpy(result, name), value);
    return result;
}

char **environment_make(char *const *environment, const struct account *account) {
    static const char *const names[] = {"HOME=", "USER=", "LOGNAME="};
    const char *values[] = {account->name == NULL ? "/" : account->home, account->name,
                            account->name};
    size_t count = 0, kept = 0;

    while (environment[count] != NULL)
        count++;
    char **result = pool_take(count + 4, sizeof *result);
    if (result == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        bool login = false;
        for (size_t n = 0; n < 3; n++)
            login |= strncmp(environment[i], names[n], strlen(names[n])) == 0;
        if (!login)
            result[kept++] = environment[i];
    }
    for (size_t n = 0; n < (account->name == NULL ? 1 : 3); n++) {
        result[kept] = variable(names[n], values[n]);
        if (result[kept++] == NULL) {
            pool_release(result);
            return NULL;
        }
    }
    return result;
}
