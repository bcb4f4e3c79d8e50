#include "users/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/observe.h"
#include "core/text.h"

/* (uid_t)-1 means "unchanged" to the system calls, so it is nobody's id. */
#define ID_MAX ((uint64_t)UINT32_MAX - 1)

enum { NAME_SIZE = 256 }; /* of a user or group name with its NUL: LOGIN_NAME_MAX */

static int no_database(struct fail *f, const char *step, int error, const char *subject) {
    return fail_about(f, step, error == -ENOMEM ? FAIL_MEMORY : FAIL_LOOKUP, error, subject,
                      "the user database cannot be read");
}

static int read_id(const char *word, const char *step, const char *subject, uint32_t *id,
                   struct fail *f) {
    uint64_t number;

    if (text_number(word, ID_MAX, &number) != 0)
        return fail_about(f, step, FAIL_USAGE, 0, subject,
                          "an id is a decimal number from 0 to 4294967294, without leading zeros");
    *id = (uint32_t)number;
    return 0;
}

static int find_group(const char *word, const char *step, const char *subject, gid_t *gid,
                      struct fail *f) {
    if (text_is_digits(word))
        return read_id(word, step, subject, gid, f);
    int found = users_group(word, gid);
    if (found < 0)
        return no_database(f, step, found, subject);
    if (found == 0)
        return fail_about(f, step, FAIL_UNKNOWN_GROUP, 0, subject, "no such group");
    return 0;
}

/* Splits USER[:GROUP]; *group is NULL without one. */
static int split(const char *spec, char buffer[2 * NAME_SIZE], char **group, struct fail *f) {
    if (strlen(spec) >= (size_t)2 * NAME_SIZE)
        return fail_set(f, "user", FAIL_USAGE, 0, "the value of --user is too long");
    (void)memcpy(buffer, spec, strlen(spec) + 1);
    char *colon = strchr(buffer, ':');
    *group = colon == NULL ? NULL : colon + 1;
    if (colon != NULL)
        *colon = '\0';
    if (buffer[0] == '\0' ||
        (*group != NULL && ((*group)[0] == '\0' || strchr(*group, ':') != NULL)))
        return fail_about(f, "user", FAIL_USAGE, 0, spec, "not of the form USER or USER:GROUP");
    return 0;
}

static bool groups_are(const struct options *options, const char *word) {
    return options->groups != NULL && strcmp(options->groups, word) == 0;
}

/* Whether anything but the ids themselves is wanted of the user: numbers alone ask no database. */
static bool needs_entry(const struct options *options) {
    return !options->no_login_env || strchr(options->user, ':') == NULL ||
           groups_are(options, "init");
}

static int find_user(const struct options *options, struct account *account, struct fail *f) {
    char buffer[2 * NAME_SIZE], *group = NULL;
    const char *spec = options->user;
    int found = 0;

    if (split(spec, buffer, &group, f) != 0)
        return -1;
    if (!text_is_digits(buffer)) {
        found = users_by_name(buffer, account);
        if (found == 0)
            return fail_about(f, "user", FAIL_UNKNOWN_USER, 0, spec, "no such user");
    } else {
        if (read_id(buffer, "user", spec, &account->uid, f) != 0)
            return -1;
        uid_t uid = account->uid;
        found = needs_entry(options) ? users_by_uid(uid, account) : 0;
        if (found == 1 && account->uid != uid)
            found = -EPROTO;
    }
    if (found < 0)
        return no_database(f, "user", found, spec);
    if (group != NULL)
        return find_group(group, "user", spec, &account->gid, f);
    if (found == 0)
        return fail_about(f, "user", FAIL_GROUP_NEEDED, 0, spec,
                          "the uid has no entry, so the group must be given");
    return 0;
}

/* Adds the ids that the words of list name to groups, which has room for them. */
static int add_list(const char *list, struct groups *groups, struct fail *f) {
    const char *word = list;

    for (;;) {
        char name[NAME_SIZE];
        size_t length = strcspn(word, ",");
        if (length == 0 || length >= sizeof name)
            return fail_about(f, "groups", FAIL_USAGE, 0, list,
                              length == 0 ? "the list has an empty element" : "a name is too long");
        (void)snprintf(name, sizeof name, "%.*s", (int)length, word);
        if (find_group(name, "groups", list, &groups->list[groups->count], f) != 0)
            return -1;
        groups->count++;
        if (word[length] == '\0')
            return 0;
        word += length + 1;
    }
}

/* The groups of --groups: LIST, none (NULL here) or init. The primary group is always among them:
 * an empty list would defeat permissions that are denied to a group (CVE-2022-2989). */
static int find_groups(const char *list, const struct account *account, struct groups *groups,
                       struct fail *f) {
    size_t words = 1;

    if (list != NULL && strcmp(list, "init") == 0) {
        if (account->name == NULL)
            return fail_about(f, "groups", FAIL_GROUP_NEEDED, 0, list,
                              "the user has no entry, so the database lists no groups for it");
        int found = users_groups(account->name, account->gid, groups);
        return found == 1 ? 0 : no_database(f, "groups", found, list);
    }
    for (const char *c = list; c != NULL && *c != '\0'; c++)
        words += *c == ',';
    groups->list = memory_take(words + 1, sizeof groups->list[0]);
    if (groups->list == NULL)
        return no_database(f, "groups", -ENOMEM, list);
    groups->list[groups->count++] = account->gid;
    return list == NULL ? 0 : add_list(list, groups, f);
}

/* Whether the list of groups changes, and to which value of --groups; NULL for none. */
static bool groups_asked(const struct options *options, const char **list) {
    bool group_given = options->user != NULL && strchr(options->user, ':') != NULL;

    *list = options->groups;
    if (groups_are(options, "none") || (options->groups == NULL && group_given))
        *list = NULL;
    else if (options->groups == NULL)
        *list = "init";
    return options->groups != NULL ? !groups_are(options, "keep") : options->user != NULL;
}

static int check_ids(const struct identity *identity, const char *subject, struct fail *f) {
    bool bad = identity->account.uid > ID_MAX || identity->account.gid > ID_MAX;

    for (size_t i = 0; i < identity->groups.count; i++)
        bad |= identity->groups.list[i] > ID_MAX;
    if (bad)
        return fail_about(f, "user", FAIL_BAD_ID, 0, subject,
                          "the database gives it the id 4294967295, which nobody can have");
    return 0;
}

/* Asks the database once for everything that the options name. */
static int ask(const struct options *options, const struct cred *caller, struct identity *identity,
               struct fail *f) {
    struct account *account = &identity->account;
    const char *list;

    if (options->user != NULL) {
        if (find_user(options, account, f) != 0)
            return -1;
    } else {
        int found = groups_are(options, "init") ? users_by_uid(caller->uid.effective, account) : 0;
        if (found < 0)
            return no_database(f, "groups", found, options->groups);
        account->uid = caller->uid.effective;
        account->gid = caller->gid.effective;
    }
    if (groups_asked(options, &list) && find_groups(list, account, &identity->groups, f) != 0)
        return -1;
    observe_sort(&identity->groups);
    return check_ids(identity, options->user, f);
}

static bool same_word(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same(const struct identity *a, const struct identity *b) {
    return a->account.uid == b->account.uid && a->account.gid == b->account.gid &&
           same_word(a->account.name, b->account.name) &&
           same_word(a->account.home, b->account.home) && groups_equal(&a->groups, &b->groups);
}

int resolve(const struct options *options, const struct cred *caller, struct request *request,
            struct identity *identity, struct fail *f) {
    const char *list, *listen_pid = getenv("LISTEN_PID");
    struct identity again = {0};
    uint64_t pid;

    memset(identity, 0, sizeof *identity);
    *request = (struct request){
        .change_identity = options->user != NULL,
        .change_groups = groups_asked(options, &list),
        .keep_all = options->keep_all,
        .keep = options->keep,
        .no_new_privs = options->no_new_privs,
        .lock_securebits = options->lock_securebits,
        .chown_stdio = options->chown_stdio,
        .close_fds = options->close_fds,
        .strict = options->strict,
    };
    if (options->close_fds && listen_pid != NULL && text_number(listen_pid, INT32_MAX, &pid) == 0 &&
        pid == (uint64_t)getpid())
        return fail_set(f, "fds", FAIL_LISTEN_FDS, 0,
                        "LISTEN_PID is this process: --close-fds would close its sockets");
    if (!request->change_identity && !request->change_groups)
        return 0;

    int status = ask(options, caller, identity, f) == 0 ? ask(options, caller, &again, f) : -1;
    bool stable = status != 0 || same(identity, &again);
    resolve_free(&again);
    if (!stable)
        return fail_about(f, "user", FAIL_LOOKUP, 0, options->user,
                          "the user database gave two different answers");
    request->uid = identity->account.uid;
    request->gid = identity->account.gid;
    request->groups = identity->groups;
    return status;
}

void resolve_free(struct identity *identity) {
    users_free(&identity->account);
    memory_release(identity->groups.list);
    *identity = (struct identity){0};
}

/* NAME=value; NULL without memory. */
static char *variable(const char *name, const char *value) {
    char *result = memory_take(strlen(name) + strlen(value) + 1, 1);

    if (result != NULL)
        (void)stpcpy(stpcpy(result, name), value);
    return result;
}

char **resolve_environment(char *const *environment, const struct account *account) {
    static const char *const names[] = {"HOME=", "USER=", "LOGNAME="};
    const char *values[] = {account->name == NULL ? "/" : account->home, account->name,
                            account->name};
    size_t count = 0, kept = 0;

    while (environment[count] != NULL)
        count++;
    char **result = memory_take(count + 4, sizeof *result);
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
            memory_release(result);
            return NULL;
        }
    }
    return result;
}
