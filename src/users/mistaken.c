#include "users/mistaken.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/number.h"

enum { NAME_SIZE = 256, LINE_SIZE = 256 };

static bool is_in_passwd(const char *name) {
    FILE *file = fopen("/etc/passwd", "re");
    bool found = false;

    if (file == NULL)
        return false;
    for (const struct passwd *entry; !found && (entry = fgetpwent(file)) != NULL;)
        found = strcmp(entry->pw_name, name) == 0;
    (void)fclose(file);
    return found;
}

/* USER, UID or either with :GROUP. */
static bool names_user(const char *word) {
    char name[NAME_SIZE];
    size_t length = strcspn(word, ":");

    if (length == 0 || length >= sizeof name)
        return false;
    memcpy(name, word, length);
    name[length] = '\0';
    return number_is_digits(name) || is_in_passwd(name);
}

/* The words of the line, up to the first that a shell would not take as it is. */
static void join(char *const words[], char line[LINE_SIZE]) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_-+=:,./@%";
    size_t used = 0;

    line[0] = '\0';
    for (size_t i = 0; words[i] != NULL; i++) {
        bool fits = words[i][0] != '\0' && words[i][strspn(words[i], plain)] == '\0' &&
                    used + strlen(words[i]) + sizeof " ..." < LINE_SIZE;
        used += (size_t)snprintf(line + used, LINE_SIZE - used, " %s", fits ? words[i] : "...");
        if (!fits)
            return;
    }
}

void mistaken_user(const struct pipeline *pipeline, char *const command[], struct fail *f) {
    char line[LINE_SIZE];

    if (f->code != FAIL_NOT_FOUND || pipeline->request.change_identity ||
        cred_was_granted(&pipeline->start.cred) || !names_user(command[0]))
        return;
    if (command[1] == NULL)
        (void)snprintf(line, sizeof line, " COMMAND");
    else
        join(command + 1, line);
    fail_advise(f, "%s is a user: did you mean capwrap --user %s --%s", command[0], command[0],
                line);
}
