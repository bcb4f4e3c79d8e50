/*
 * database-readers - asks the two readers of the user database, NSS and the files themselves, the
 * same questions, and tells where they differ. Built and run by database_readers.py.
 *
 * Standard input: a question a line, "user NAME", "uid NUMBER", "group NAME" or "groups NAME GID";
 * the line "." ends a set of questions. Standard output: for each answer that differs the question
 * and both answers, with tabs between; after each set the number of questions that an entry
 * answered.
 */
#define passwd_by_name       files_by_name
#define passwd_by_uid        files_by_uid
#define passwd_group         files_group
#define passwd_groups        files_groups
#define passwd_note          files_note
#define passwd_hint          files_hint
#define passwd_loads_modules files_load_modules
#include "users/passwd_files.c" /* NOLINT(bugprone-suspicious-include) */
#undef passwd_by_name
#undef passwd_by_uid
#undef passwd_group
#undef passwd_groups
#undef passwd_note
#undef passwd_hint
#undef passwd_loads_modules

#include <stdio.h>

int passwd_by_name(const char *name, struct account *account);
int passwd_by_uid(uid_t uid, struct account *account);
int passwd_group(const char *name, gid_t *gid);
int passwd_groups(const char *name, gid_t gid, struct groups *groups);

enum { TEXT = 8 << 20 };

static char files[TEXT], nss[TEXT];

static void tell_account(int found, struct account *account, char *text) {
    if (found == 1)
        (void)snprintf(text, TEXT, "%s %u %u %s %s", account->name, account->uid, account->gid,
                       account->home, account->shell);
    else
        (void)snprintf(text, TEXT, "%d", found);
    passwd_free(account);
}

static void tell_gid(int found, gid_t gid, char *text) {
    (void)snprintf(text, TEXT, found == 1 ? "gid %u" : "%d", found == 1 ? gid : (unsigned)found);
}

static int compare(const void *a, const void *b) {
    gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

    return (left > right) - (left < right);
}

/* As resolve() takes them: in order, and none twice. */
static void tell_groups(int found, struct groups *groups, char *text) {
    size_t used = 0;

    text[0] = '\0';
    if (found != 1) {
        (void)snprintf(text, TEXT, "%d", found);
        return;
    }
    qsort(groups->list, groups->count, sizeof groups->list[0], compare);
    for (size_t i = 0; i < groups->count; i++)
        if (i == 0 || groups->list[i] != groups->list[i - 1])
            used += (size_t)snprintf(text + used, TEXT - used, "%u,", groups->list[i]);
    pool_release(groups->list);
}

static int ask(const char *kind, const char *name, unsigned number) {
    struct account account = {0}, other = {0};
    struct groups groups = {0}, others = {0};
    gid_t gid = 0, other_gid = 0;
    int found;

    if (strcmp(kind, "user") == 0) {
        tell_account(found = files_by_name(name, &account), &account, files);
        tell_account(passwd_by_name(name, &other), &other, nss);
    } else if (strcmp(kind, "uid") == 0) {
        tell_account(found = files_by_uid(number, &account), &account, files);
        tell_account(passwd_by_uid(number, &other), &other, nss);
    } else if (strcmp(kind, "group") == 0) {
        found = files_group(name, &gid);
        tell_gid(found, gid, files);
        found = passwd_group(name, &other_gid);
        tell_gid(found, other_gid, nss);
    } else {
        tell_groups(found = files_groups(name, number, &groups), &groups, files);
        tell_groups(passwd_groups(name, number, &others), &others, nss);
        found = found == 1 && strchr(files, ',') != strrchr(files, ',');
    }
    return found;
}

int main(void) {
    char line[512];
    unsigned answered = 0;

    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, ".") == 0) {
            (void)printf("%u\n", answered);
            (void)fflush(stdout);
            answered = 0;
            continue;
        }
        char question[sizeof line];
        memcpy(question, line, sizeof line);
        char *rest = line;
        const char *kind = strsep(&rest, "\t"), *name = strsep(&rest, "\t");
        unsigned number = (unsigned)strtoul(rest != NULL ? rest : name, NULL, 10);
        answered += ask(kind, name, number) == 1;
        if (strcmp(files, nss) != 0)
            (void)printf("%s\t%s\t%s\n", question, files, nss);
    }
    return 0;
}
