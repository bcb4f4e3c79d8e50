/*
 * Users and groups as capwrap(1), "IDENTITY", describes them, on the lines of two files.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ref.h"

#define NOBODYS UINT32_MAX /* an id that no one can have */

enum { NAME_MOST = 255, SPEC_MOST = 511 }; /* bytes of one name, of USER:GROUP */

/* ---- the files ---- */

static char *copy(const char *text) {
    char *same = strdup(text);

    if (same == NULL)
        abort();
    return same;
}

static void add_user(struct ref_database *database, const char *name, const char *home,
                     const char *shell, uint32_t uid, uint32_t gid) {
    size_t size = (database->user_count + 1) * sizeof *database->users;
    struct ref_user *users = realloc(database->users, size);

    if (users == NULL)
        abort();
    database->users = users;
    users[database->user_count++] =
        (struct ref_user){.name = copy(name),
                          .home = copy(home[0] == '\0' ? "/" : home),
                          .shell = copy(shell[0] == '\0' ? "/bin/sh" : shell),
                          .uid = uid,
                          .gid = gid};
}

static void add_group(struct ref_database *database, const char *name, const char *members,
                      uint32_t gid) {
    size_t size = (database->group_count + 1) * sizeof *database->groups;
    struct ref_group *groups = realloc(database->groups, size);

    if (groups == NULL)
        abort();
    database->groups = groups;
    groups[database->group_count++] =
        (struct ref_group){.name = copy(name), .members = copy(members), .gid = gid};
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_marker(const char *name) { return name[0] == '+' || name[0] == '-'; }

/* Blanks, a sign, digits; nothing after them, and no more than 32 bits. */
static bool read_id(const char *field, uint32_t *id) {
    uint64_t value = 0;

    while (is_blank(*field))
        field++;
    bool minus = *field == '-';
    field += *field == '-' || *field == '+';
    if (!ref_is_number(field))
        return false;
    for (; *field != '\0' && value <= UINT32_MAX; field++)
        value = value * 10 + (uint64_t)(*field - '0');
    *id = (uint32_t)value;
    return value == 0 || (value <= UINT32_MAX && !minus);
}

/* A field that is missing is empty; the last of fields takes the rest. */
static void read_line(const char *line, size_t length, bool users, struct ref_database *database) {
    const unsigned fields = users ? 7 : 4;
    char *field[7] = {NULL}, *text = fuzz_allocate(length + 1), *start = text;
    unsigned count = 1;
    uint32_t uid = 0, gid = 0;

    if (length > 0)
        memcpy(text, line, length);
    while (is_blank(*start))
        start++;
    for (unsigned i = 0; i < fields; i++)
        field[i] = text + length;
    field[0] = start;
    for (char *at = start; *at != '\0' && count < fields; at++) {
        if (*at == ':') {
            *at = '\0';
            field[count++] = at + 1;
        }
    }
    bool nameless = is_marker(start) || start[0] == '#';
    if (users && !nameless && read_id(field[2], &uid) && read_id(field[3], &gid))
        add_user(database, field[0], field[5], field[6], uid, gid);
    bool has_gid = read_id(field[2], &gid);
    if (!has_gid && is_marker(text) && field[2][0] == '\0') {
        gid = 0;
        has_gid = true;
    }
    if (!users && has_gid && length > 0) {
        add_group(database, field[0], field[3], gid);
        database->groups[database->group_count - 1].nameless = nameless;
    }
    free(text);
}

/* False for what glibc's reader reads differently from what is written. */
bool ref_is_clear(const char *text, size_t size) {
    size_t last = size;

    while (last > 0 && text[last - 1] != '\n')
        last--;
    for (size_t i = last; i < size; i++)
        if (!is_blank(text[i]))
            return memchr(text, '\0', size) == NULL && i == last;
    return size == 0 || memchr(text, '\0', size) == NULL;
}

static void read_file(const char *text, size_t size, bool users, struct ref_database *database) {
    size_t start = 0;

    for (size_t i = 0; i <= size && ref_is_clear(text, size); i++) {
        if (i == size || text[i] == '\n') {
            read_line(text + start, i - start, users, database);
            start = i + 1;
        }
    }
}

void ref_read_as_nss(const char *passwd, size_t passwd_size, const char *group, size_t group_size,
                     struct ref_database *database) {
    *database = (struct ref_database){0};
    read_file(passwd, passwd_size, true, database);
    read_file(group, group_size, false, database);
}

static void read_group_by_libc(const struct group *entry, struct ref_database *database) {
    size_t size = 1;

    for (char **member = entry->gr_mem; *member != NULL; member++)
        size += strlen(*member) + 1;
    char *members = fuzz_allocate(size), *end = members;
    for (char **member = entry->gr_mem; *member != NULL; member++)
        end = stpcpy(stpcpy(end, end == members ? "" : ","), *member);
    add_group(database, entry->gr_name, members, entry->gr_gid);
    free(members);
}

void ref_read_by_libc(char *passwd, size_t passwd_size, char *group, size_t group_size,
                      struct ref_database *database) {
    const struct passwd *user;
    const struct group *entry;

    *database = (struct ref_database){0};
    FILE *file = fmemopen(passwd, passwd_size, "r");
    /* cppcheck-suppress fgetpwentCalled ; everything here has one thread */
    while (file != NULL && (user = fgetpwent(file)) != NULL)
        if (!is_marker(user->pw_name))
            add_user(database, user->pw_name, user->pw_dir, user->pw_shell, user->pw_uid,
                     user->pw_gid);
    if (file != NULL)
        (void)fclose(file);
    file = fmemopen(group, group_size, "r");
    /* cppcheck-suppress fgetgrentCalled ; as above */
    while (file != NULL && (entry = fgetgrent(file)) != NULL)
        if (!is_marker(entry->gr_name))
            read_group_by_libc(entry, database);
    if (file != NULL)
        (void)fclose(file);
}

void ref_database_free(struct ref_database *database) {
    for (size_t i = 0; i < database->user_count; i++) {
        free(database->users[i].name);
        free(database->users[i].home);
        free(database->users[i].shell);
    }
    for (size_t i = 0; i < database->group_count; i++) {
        free(database->groups[i].name);
        free(database->groups[i].members);
    }
    free(database->users);
    free(database->groups);
}

/* ---- lookup: the first match ---- */

const struct ref_user *ref_user_by_name(const struct ref_database *database, const char *name) {
    for (size_t i = 0; i < database->user_count; i++)
        if (strcmp(database->users[i].name, name) == 0)
            return &database->users[i];
    return NULL;
}

const struct ref_user *ref_user_by_uid(const struct ref_database *database, uint32_t uid) {
    for (size_t i = 0; i < database->user_count; i++)
        if (database->users[i].uid == uid)
            return &database->users[i];
    return NULL;
}

const struct ref_group *ref_group_by_name(const struct ref_database *database, const char *name) {
    for (size_t i = 0; i < database->group_count; i++)
        if (!database->groups[i].nameless && strcmp(database->groups[i].name, name) == 0)
            return &database->groups[i];
    return NULL;
}

bool ref_is_member(const struct ref_group *group, const char *name) {
    size_t length = strlen(name);

    if (length == 0 || strchr(name, ',') != NULL || is_blank(name[0]))
        return false;
    for (const char *at = group->members; (at = strstr(at, name)) != NULL; at++) {
        const char *before = at;
        while (before > group->members && is_blank(before[-1]))
            before--;
        if ((before == group->members || before[-1] == ',') &&
            (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* ---- the users and groups that are named ---- */

static void add_id(struct ref_identity *identity, uint32_t id) {
    size_t at = 0;

    while (at < identity->count && identity->groups[at] < id)
        at++;
    if (at < identity->count && identity->groups[at] == id)
        return;
    uint32_t *groups = realloc(identity->groups, (identity->count + 1) * sizeof *groups);
    if (groups == NULL)
        abort();
    memmove(groups + at + 1, groups + at, (identity->count - at) * sizeof *groups);
    groups[at] = id;
    identity->groups = groups;
    identity->count++;
}

/* A word of digits is a number, any other word is a name. */
static bool find_group(const char *word, const struct ref_database *database, uint32_t *gid) {
    uint64_t number;

    if (ref_is_number(word)) {
        bool good = ref_number(word, NOBODYS - 1, &number);
        *gid = good ? (uint32_t)number : 0;
        return good;
    }
    const struct ref_group *group = ref_group_by_name(database, word);
    *gid = group == NULL ? 0 : group->gid;
    return group != NULL;
}

static bool is(const char *word, const char *other) {
    return word != NULL && strcmp(word, other) == 0;
}

/* init is a word of LIST. */
static bool has_init(const char *list) {
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, "init", 4) == 0 && (at[4] == ',' || at[4] == '\0'))
            return true;
    }
    return false;
}

/* USER, without GROUP, in user. */
static bool find_user(const struct who *who, const char *user, bool alone,
                      const struct ref_database *database, struct ref_identity *identity) {
    bool need_entry = alone || !who->ids_only || has_init(who->groups);
    uint64_t number;

    if (ref_is_number(user)) {
        if (!ref_number(user, NOBODYS - 1, &number))
            return false;
        identity->uid = (uint32_t)number;
        identity->entry = need_entry ? ref_user_by_uid(database, identity->uid) : NULL;
    } else {
        identity->entry = ref_user_by_name(database, user);
        if (identity->entry == NULL)
            return false;
        identity->uid = identity->entry->uid;
    }
    identity->gid = identity->entry == NULL ? 0 : identity->entry->gid;
    return identity->entry != NULL || !alone;
}

static bool find_identity(const struct who *who, const struct ref_database *database,
                          struct ref_identity *identity) {
    char user[SPEC_MOST + 1];
    const char *colon = strchr(who->user, ':');

    if (strlen(who->user) > SPEC_MOST)
        return false;
    memcpy(user, who->user, strlen(who->user) + 1);
    if (colon != NULL)
        user[colon - who->user] = '\0';
    if (user[0] == '\0' || (colon != NULL && (colon[1] == '\0' || strchr(colon + 1, ':') != NULL)))
        return false;
    return find_user(who, user, colon == NULL, database, identity) &&
           (colon == NULL || find_group(colon + 1, database, &identity->gid));
}

static bool find_list(const char *list, const struct ref_database *database,
                      struct ref_identity *identity) {
    const char *word;
    char *rest, *text = copy(list);
    bool good = true;

    for (rest = text; good && (word = strsep(&rest, ",")) != NULL;) {
        uint32_t gid;
        if (is(word, "init"))
            continue;
        good = word[0] != '\0' && strlen(word) <= NAME_MOST && !is(word, "none") &&
               !is(word, "keep") && find_group(word, database, &gid);
        if (good)
            add_id(identity, gid);
    }
    free(text);
    return good;
}

static bool find_groups(const struct who *who, const struct ref_database *database,
                        struct ref_identity *identity) {
    bool beside = who->user != NULL && strchr(who->user, ':') != NULL;
    bool init = who->groups == NULL ? !beside : has_init(who->groups);

    identity->change_groups = who->groups == NULL ? who->user != NULL : !is(who->groups, "keep");
    if (!identity->change_groups)
        return true;
    add_id(identity, identity->gid);
    if (init && identity->entry == NULL)
        return false;
    for (size_t i = 0; init && i < database->group_count; i++)
        if (ref_is_member(&database->groups[i], identity->entry->name))
            add_id(identity, database->groups[i].gid);
    if (who->groups == NULL || is(who->groups, "none"))
        return true;
    return find_list(who->groups, database, identity);
}

bool ref_resolve(const struct who *who, uint32_t caller_uid, uint32_t caller_gid,
                 const struct ref_database *database, struct ref_identity *identity) {
    *identity = (struct ref_identity){.uid = caller_uid, .gid = caller_gid};
    identity->change_identity = who->user != NULL;
    if (who->user == NULL && (who->entry || has_init(who->groups)))
        identity->entry = ref_user_by_uid(database, caller_uid);
    if (who->user != NULL && !find_identity(who, database, identity))
        return false;
    if (!find_groups(who, database, identity) || identity->uid == NOBODYS ||
        identity->gid == NOBODYS)
        return false;
    return identity->count == 0 || identity->groups[identity->count - 1] != NOBODYS;
}
