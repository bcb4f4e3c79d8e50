#include "users/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/observe.h"
#include "core/pool.h"
#include "text/list.h"
#include "text/number.h"
#include "text/printable.h"
#include "users/mistaken.h"
#include "users/side_effects.h"

/* (uid_t)-1 means "unchanged" to the system calls, so it is not a valid ID. */
#define ID_MAX ((uint64_t)UINT32_MAX - 1)

enum { NAME_SIZE = 256 }; /* of a user or group name with its NUL: LOGIN_NAME_MAX */

static const char INIT[] = "init"; /* as an element of LIST: the user's own groups */
static const char TOO_MANY[] = "more than 65536 groups, which is the limit of the kernel";

static int no_entry(struct fail *f, const char *step, enum fail_code code, int error,
                    const char *subject, const char *text) {
    (void)fail_set(f, step, code, error, "%s%s", text, passwd_note);
    f->subject = subject;
    if (code == FAIL_UNKNOWN_USER || code == FAIL_UNKNOWN_GROUP)
        f->hint = passwd_hint;
    return -1;
}

static int no_database(struct fail *f, const char *step, int error, const char *subject) {
    if (error == -E2BIG)
        return fail_about(f, step, FAIL_TOO_MANY_GROUPS, 0, subject, TOO_MANY);
    return no_entry(f, step, error == -ENOMEM ? FAIL_MEMORY : FAIL_LOOKUP, error, subject,
                    "the user database cannot be read");
}

static int read_id(const char *word, const char *step, const char *subject, uint32_t *id,
                   struct fail *f) {
    uint64_t number;

    if (number_parse(word, ID_MAX, &number) != 0) {
        (void)fail_about(f, step, FAIL_USAGE, 0, subject,
                         "an id is a decimal number from 0 to 4294967294, without leading zeros");
        f->hint = "write a name, or a number such as 1000";
        if (number_parse(word + strspn(word, "0"), ID_MAX, &number) == 0)
            fail_advise(f, "write %llu", (unsigned long long)number);
        return -1;
    }
    *id = (uint32_t)number;
    return 0;
}

static int find_group(const char *word, const char *step, const char *subject, gid_t *gid,
                      struct fail *f) {
    if (number_is_digits(word))
        return read_id(word, step, subject, gid, f);
    int found = passwd_group(word, gid);
    if (found < 0)
        return no_database(f, step, found, subject);
    if (found != 0)
        return 0;
    (void)no_entry(f, step, FAIL_UNKNOWN_GROUP, 0, subject, "no such group");
    if (strchr(word, ',') != NULL)
        f->hint = "name one group behind the colon: capwrap --groups LIST takes more";
    mistaken_name("/etc/group", word, f);
    return -1;
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
        (*group != NULL && ((*group)[0] == '\0' || strchr(*group, ':') != NULL))) {
        (void)fail_about(f, "user", FAIL_USAGE, 0, spec, "not of the form USER or USER:GROUP");
        f->hint = "write --user USER, or --user USER:GROUP";
        if (buffer[0] != '\0' && (*group)[0] == '\0')
            fail_advise(f, "write --user %s", buffer);
        return -1;
    }
    return 0;
}

static bool groups_are(const struct who *who, const char *word) {
    return who->groups != NULL && strcmp(who->groups, word) == 0;
}

/* Whether an element of LIST is init, which means the groups of the user. */
static bool holds_init(const char *words) { return list_has(words, INIT, strlen(INIT)); }

/* Whether more than the IDs themselves is needed of the user: numbers alone need no database. */
static bool needs_entry(const struct who *who) {
    return !who->ids_only || strchr(who->user, ':') == NULL || holds_init(who->groups);
}

static int find_user(const struct who *who, struct account *account, struct fail *f) {
    char buffer[2 * NAME_SIZE], *group = NULL;
    const char *spec = who->user;
    int found = 0;

    if (split(spec, buffer, &group, f) != 0)
        return -1;
    if (!number_is_digits(buffer)) {
        found = passwd_by_name(buffer, account);
        if (found == 0) {
            (void)no_entry(f, "user", FAIL_UNKNOWN_USER, 0, spec, "no such user");
            mistaken_name("/etc/passwd", buffer, f);
            mistaken_form(spec, f);
            return -1;
        }
    } else {
        if (read_id(buffer, "user", spec, &account->uid, f) != 0)
            return -1;
        uid_t uid = account->uid;
        found = needs_entry(who) ? passwd_by_uid(uid, account) : 0;
        if (found == 1 && account->uid != uid)
            found = -EPROTO;
    }
    if (found < 0)
        return no_database(f, "user", found, spec);
    if (group != NULL)
        return find_group(group, "user", spec, &account->gid, f);
    if (found != 0)
        return 0;
    (void)no_entry(f, "user", FAIL_GROUP_NEEDED, 0, spec,
                   "the uid has no entry, so the group must be given");
    return fail_advise(f, "name the group as well, as in --user %s:%s", spec, spec);
}

/* Finds the groups that the database lists for the user, including the primary group. */
static int find_own_groups(const struct account *account, struct groups *groups, struct fail *f) {
    if (account->name == NULL) {
        (void)no_entry(f, "groups", FAIL_GROUP_NEEDED, 0, INIT,
                       "the user has no entry, so the database lists no groups for it");
        return fail_hint(f, "write --groups none, or --groups LIST with numbers");
    }
    int found = passwd_groups(account->name, account->gid, groups);
    return found == 1 ? 0 : no_database(f, "groups", found, INIT);
}

/* The name of an element is lost after the lookup, so it is copied into the text of its error. */
static int name_element(const char *name, struct fail *f) {
    char text[sizeof f->text + NAME_SIZE + 2];

    (void)snprintf(text, sizeof text, "%s: %s", name, f->text);
    memcpy(f->text, text, sizeof f->text - 1);
    const char *sign = strpbrk(name, " :;");
    if (list_has("Init,INIT,None,NONE,Keep,KEEP", name, strlen(name)))
        f->hint = "write init, none or keep in lower case";
    else if (sign != NULL && sign[1] != '\0' && strstr(name, " -") == NULL &&
             strchr(name, '$') == NULL)
        f->hint = "write the groups with commas between, and no blank: --groups LIST";
    else
        (void)printable_advice(name, sizeof f->advice, f->advice);
    return -1;
}

/* Adds one element of LIST other than init. */
static int add_group(const struct list *list, struct groups *groups, struct fail *f) {
    char name[NAME_SIZE];

    if (list->length >= sizeof name)
        return fail_set(f, "groups", FAIL_USAGE, 0, "%.32s...: the name is too long", list->word);
    (void)snprintf(name, sizeof name, "%.*s", (int)list->length, list->word);
    if (strcmp(name, "none") == 0 || strcmp(name, "keep") == 0) {
        (void)fail_set(f, "groups", FAIL_USAGE, 0, "'none' and 'keep' stand alone");
        return fail_hint(f, "write --groups none, --groups keep or --groups LIST");
    }
    if (find_group(name, "groups", NULL, &groups->list[groups->count], f) != 0)
        return name_element(name, f);
    groups->count++;
    return 0;
}

/* Adds the IDs that the words name to groups, which has space for them. */
static int add_words(const char *words, struct groups *groups, struct fail *f) {
    for (struct list list = {.rest = words}; list_next(&list);) {
        if (list.length == 0) {
            (void)fail_about(f, "groups", FAIL_USAGE, 0, words, "the list has an empty element");
            return fail_hint(f, "write --groups GROUP[,GROUP...], without a blank");
        }
        if (!list_has(INIT, list.word, list.length) && add_group(&list, groups, f) != 0)
            return -1;
    }
    return 0;
}

/* Finds the groups that LIST or none (NULL here) means, in addition to own. The primary group is
 * always among them: an empty list would defeat permissions that are denied to a group
 * (CVE-2022-2989). */
static int find_listed(const char *list, const struct account *account, const struct groups *own,
                       struct groups *groups, struct fail *f) {
    size_t words = 1;

    for (const char *c = list; c != NULL && *c != '\0'; c++)
        words += *c == ',';
    groups->list = pool_take(own->count + words + 1, sizeof groups->list[0]);
    if (groups->list == NULL)
        return no_database(f, "groups", -ENOMEM, list);
    if (own->count > 0)
        memcpy(groups->list, own->list, own->count * sizeof own->list[0]);
    groups->count = own->count;
    groups->list[groups->count++] = account->gid;
    return list == NULL ? 0 : add_words(list, groups, f);
}

/* Finds the groups that LIST, none (NULL here) or init mean. */
static int find_groups(const char *list, const struct account *account, struct groups *groups,
                       struct fail *f) {
    struct groups own = {0};

    if (holds_init(list) && find_own_groups(account, &own, f) != 0) {
        pool_release(own.list);
        return -1;
    }
    if (list != NULL && strcmp(list, INIT) == 0) {
        *groups = own;
        return 0;
    }
    int status = find_listed(list, account, &own, groups, f);
    pool_release(own.list);
    return status;
}

/* Whether the list of groups changes, and the words that define it; NULL for none. */
static bool groups_asked(const struct who *who, const char **list) {
    bool group_given = who->user != NULL && strchr(who->user, ':') != NULL;

    *list = who->groups;
    if (groups_are(who, "none") || (who->groups == NULL && group_given))
        *list = NULL;
    else if (who->groups == NULL)
        *list = INIT;
    return who->groups != NULL ? !groups_are(who, "keep") : who->user != NULL;
}

static int check_ids(const struct identity *identity, const char *subject, struct fail *f) {
    bool bad = identity->account.uid > ID_MAX || identity->account.gid > ID_MAX;

    for (size_t i = 0; i < identity->groups.count; i++)
        bad |= identity->groups.list[i] > ID_MAX;
    if (bad)
        return fail_about(f, "user", FAIL_BAD_ID, 0, subject,
                          "the database gives it the id 4294967295, which is not a valid id");
    return 0;
}

/* Queries the database once for everything that the words name. */
static int ask(const struct who *who, const struct cred *caller, struct identity *identity,
               struct fail *f) {
    struct account *account = &identity->account;
    const char *list;

    if (who->user != NULL) {
        if (find_user(who, account, f) != 0)
            return -1;
    } else {
        bool needs = who->entry || holds_init(who->groups);
        int found = needs ? passwd_by_uid(caller->uid.effective, account) : 0;
        if (found < 0)
            return no_database(f, who->entry ? "user" : "groups", found, who->groups);
        account->uid = caller->uid.effective;
        account->gid = caller->gid.effective;
    }
    if (groups_asked(who, &list) && find_groups(list, account, &identity->groups, f) != 0)
        return -1;
    observe_sort(&identity->groups);
    if (identity->groups.count > GROUPS_MOST)
        return fail_about(f, "groups", FAIL_TOO_MANY_GROUPS, 0, NULL, TOO_MANY);
    return check_ids(identity, who->user, f);
}

static bool same_word(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same(const struct identity *a, const struct identity *b) {
    return a->account.uid == b->account.uid && a->account.gid == b->account.gid &&
           same_word(a->account.name, b->account.name) &&
           same_word(a->account.home, b->account.home) &&
           same_word(a->account.shell, b->account.shell) && groups_equal(&a->groups, &b->groups);
}

/* Whether the words need the database: numbers alone do not. */
static bool asks_database(const struct who *who) {
    static const char numbers[] = "0123456789:,";

    if (who->user != NULL && (needs_entry(who) || who->user[strspn(who->user, numbers)] != '\0'))
        return true;
    if (who->user == NULL && who->entry)
        return true;
    if (who->groups == NULL || groups_are(who, "none") || groups_are(who, "keep"))
        return false;
    return who->groups[strspn(who->groups, numbers)] != '\0';
}

static int ask_twice(const struct who *who, const struct cred *caller, struct identity *identity,
                     struct fail *f) {
    struct identity again = {0};

    int status = ask(who, caller, identity, f) == 0 ? ask(who, caller, &again, f) : -1;
    bool stable = status != 0 || same(identity, &again);
    resolve_free(&again);
    if (!stable)
        return fail_about(f, "user", FAIL_LOOKUP, 0, who->user,
                          "the user database gave two different answers");
    return status;
}

int resolve(const struct who *who, const struct cred *caller, struct identity *identity,
            struct fail *f) {
    static struct side_effects before; /* large, and not used in a static program */
    const char *list;

    memset(identity, 0, sizeof *identity);
    identity->changes_ids = who->user != NULL;
    identity->changes_groups = groups_asked(who, &list);
    if (!identity->changes_ids && !identity->changes_groups && !who->entry)
        return 0;

    bool loads = passwd_loads_modules && asks_database(who);
    if (loads && side_effects_note(&before, f) != 0)
        return -1;
    int status = ask_twice(who, caller, identity, f);
    if (status != 0 && loads)
        side_effects_end(&before);
    return status == 0 && loads ? side_effects_undo(&before, f) : status;
}

void resolve_apply(const struct identity *identity, struct request *request) {
    request->change_identity = identity->changes_ids;
    request->uid = identity->account.uid;
    request->gid = identity->account.gid;
    request->change_groups = identity->changes_groups;
    request->groups = identity->groups;
}

void resolve_free(struct identity *identity) {
    passwd_free(&identity->account);
    pool_release(identity->groups.list);
    *identity = (struct identity){0};
}
