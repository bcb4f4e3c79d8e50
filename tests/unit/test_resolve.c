/*
 * From words to an identity, with a user database in memory in place of NSS.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "show/json.h"
#include "users/resolve.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define NO_ID UINT32_MAX

/* ---- the database ---- */

struct entry {
    const char *name, *home;
    uid_t uid;
    gid_t gid;
    gid_t groups[4]; /* up to 0 */
};

static const struct entry USERS[] = {
    {"root", "/root", 0, 0, {0}},
    {"www", "/var/www", 33, 33, {44, 45, 44}},
    {"jo.e-x_y", "/home/j", 1001, 1001, {7}},
    {"j\xc3\xb6rg", "/home/j\xc3\xb6rg", 1002, 1002, {0}},
    {"33x", "/", 1003, 1003, {0}},
    {"wrapped", "/", NO_ID, 5, {0}},
    {"wrappedgroup", "/", 1004, NO_ID, {0}},
    {"badmember", "/", 1005, 1005, {NO_ID}},
};

static const struct {
    const char *name;
    gid_t gid;
} GROUPS[] = {{"web", 80}, {"ops", 44}, {"bad", NO_ID}, {"12x", 12}};

/* What the database does besides. */
static struct {
    unsigned calls, fail_at; /* the call that fails, from 1; 0: none */
    int error;               /* what it fails with; 0: it says that there is no entry */
    bool loses_groups;       /* ... that it lists no groups, with success: a failed read in NSS */
    bool moves_home, moves_shell;
    bool other_uid; /* by uid it returns another user's entry */
    uid_t euid;     /* the caller */
    gid_t egid;
} database;

static void forget(void) {
    memset(&database, 0, sizeof database);
    database.euid = 1001;
    database.egid = 1002;
    unsetenv("LISTEN_PID");
}

/* 0 when this call is the one that fails. */
static bool fails(int *answer) {
    *answer = -database.error;
    return ++database.calls == database.fail_at && !database.loses_groups;
}

static int copy(const struct entry *entry, struct account *account) {
    bool moved = database.moves_home && database.calls > 1;

    account->name = strdup(entry->name);
    account->home = strdup(moved ? "/elsewhere" : entry->home);
    account->shell = strdup(database.moves_shell && database.calls > 1 ? "/bin/sh" : "/bin/false");
    account->uid = entry->uid;
    account->gid = entry->gid;
    return 1;
}

const bool passwd_loads_modules = false;
const char passwd_note[] = " (asked nowhere else)";
const char *const passwd_hint = "give a number";

int passwd_by_name(const char *name, struct account *account) {
    int answer;

    if (fails(&answer))
        return answer;
    for (size_t i = 0; i < COUNT(USERS); i++)
        if (strcmp(USERS[i].name, name) == 0)
            return copy(&USERS[i], account);
    return 0;
}

int passwd_by_uid(uid_t uid, struct account *account) {
    int answer;

    if (fails(&answer))
        return answer;
    if (database.other_uid)
        return copy(&USERS[0], account);
    for (size_t i = 0; i < COUNT(USERS); i++)
        if (USERS[i].uid == uid)
            return copy(&USERS[i], account);
    return 0;
}

int passwd_group(const char *name, gid_t *gid) {
    int answer;

    if (fails(&answer))
        return answer;
    for (size_t i = 0; i < COUNT(GROUPS); i++)
        if (strcmp(GROUPS[i].name, name) == 0) {
            *gid = GROUPS[i].gid;
            return 1;
        }
    return 0;
}

int passwd_groups(const char *name, gid_t gid, struct groups *groups) {
    int answer;

    if (fails(&answer))
        return answer;
    bool lost = database.loses_groups && database.calls >= database.fail_at;
    groups->list = calloc(COUNT(USERS[0].groups) + 2, sizeof(gid_t));
    assert_non_null(groups->list);
    groups->list[0] = gid;
    groups->count = 1;
    for (size_t i = 0; i < COUNT(USERS) && !lost; i++)
        for (size_t k = 0; strcmp(USERS[i].name, name) == 0 && USERS[i].groups[k] != 0; k++)
            groups->list[groups->count++] = USERS[i].groups[k];
    return 1;
}

void passwd_free(struct account *account) {
    free(account->name);
    free(account->home);
    free(account->shell);
}

/* ---- asking ---- */

struct answer {
    struct request request;
    struct identity identity;
    struct fail f;
    int status;
};

static void ask(const struct who *who, struct answer *answer) {
    memset(answer, 0xa5, sizeof *answer); /* a field that is not set is noticed */
    struct cred caller = {.uid = ids_all(database.euid), .gid = ids_all(database.egid)};
    answer->status = resolve(who, &caller, &answer->identity, &answer->f);
    answer->request = (struct request){0};
    if (answer->status == 0)
        resolve_apply(&answer->identity, &answer->request);
}

static void end(struct answer *answer) { resolve_free(&answer->identity); }

static struct who words(const char *user, const char *groups) {
    return (struct who){.user = user, .groups = groups};
}

/* Asserts the ids of USER and LIST; the groups are listed up to the last argument, 0. */
static void leads_to(const char *user, const char *list, uid_t uid, gid_t gid, size_t count,
                     const gid_t *groups) {
    struct who who = words(user, list);
    struct answer answer;

    forget();
    ask(&who, &answer);
    if (answer.status != 0)
        print_error("%s, %s: %s\n", user, list, answer.f.text);
    assert_int_equal(answer.status, 0);
    assert_int_equal(answer.request.change_identity, user != NULL);
    assert_int_equal(answer.request.uid, uid);
    assert_int_equal(answer.request.gid, gid);
    assert_true(answer.request.change_groups);
    assert_int_equal(answer.request.groups.count, count);
    const gid_t *gids = answer.request.groups.list;
    for (size_t i = 0; i < count && gids != NULL; i++)
        assert_int_equal(gids[i], groups[i]);
    end(&answer);
}

#define GIDS(...)                                                                                  \
    COUNT(((gid_t[]){__VA_ARGS__})), (gid_t[]) { __VA_ARGS__ }

/* The subject, or else the beginning of the text, is USER, LIST or a part of LIST. */
static bool names_a_word(const struct fail *f, const char *user, const char *list) {
    char element[256];

    if (f->subject != NULL)
        return f->subject == user || (list != NULL && strstr(list, f->subject) != NULL);
    (void)snprintf(element, sizeof element, "%.*s", (int)strcspn(f->text, ":"), f->text);
    return list != NULL && element[0] != '\0' && strstr(list, element) != NULL;
}

static void refused(const char *user, const char *list, const char *step, enum fail_code code) {
    struct who who = words(user, list);
    struct answer answer;

    forget();
    ask(&who, &answer);
    if (answer.status == 0 || answer.f.code != code)
        print_error("\"%s\", \"%s\": %s\n", user, list,
                    answer.status == 0 ? "taken" : json_code(answer.f.code));
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, code);
    assert_string_equal(answer.f.step, step);
    assert_int_equal(answer.f.exit_code, EXIT_REFUSED);
    if (code != FAIL_USAGE) /* it names the word that was typed, or an element of it */
        assert_true(names_a_word(&answer.f, user, list));
    end(&answer);
}

/* ---- who ---- */

static void a_user_comes_with_its_group_and_groups(void **state) {
    (void)state;
    leads_to("www", NULL, 33, 33, GIDS(33, 44, 45)); /* ascending, and no id twice */
    leads_to("33", NULL, 33, 33, GIDS(33, 44, 45));
    leads_to("root", NULL, 0, 0, GIDS(0));
    leads_to("0", NULL, 0, 0, GIDS(0));
    leads_to("jo.e-x_y", NULL, 1001, 1001, GIDS(7, 1001));
    leads_to("j\xc3\xb6rg", NULL, 1002, 1002, GIDS(1002));
    leads_to("33x", NULL, 1003, 1003, GIDS(1003)); /* not only digits: a name */
}

static void an_explicit_group_stands_alone(void **state) {
    (void)state;
    leads_to("www:web", NULL, 33, 80, GIDS(80));
    leads_to("www:80", NULL, 33, 80, GIDS(80));
    leads_to("33:web", NULL, 33, 80, GIDS(80));
    leads_to("www:0", NULL, 33, 0, GIDS(0)); /* asked for by name */
    leads_to("www:12x", NULL, 33, 12, GIDS(12));
    leads_to("4242:4242", NULL, 4242, 4242, GIDS(4242)); /* ids without an entry */
    leads_to("4294967294:4294967294", NULL, 4294967294, 4294967294, GIDS(4294967294));
    leads_to("0:0", NULL, 0, 0, GIDS(0));
}

static void groups_are_asked_for_in_four_ways(void **state) {
    (void)state;
    leads_to("www", "init", 33, 33, GIDS(33, 44, 45));
    leads_to("www:web", "init", 33, 80, GIDS(44, 45, 80));
    leads_to("www", "none", 33, 33, GIDS(33)); /* never an empty list: CVE-2022-2989 */
    leads_to("www:web", "none", 33, 80, GIDS(80));
    leads_to("www", "web", 33, 33, GIDS(33, 80)); /* the primary group is added */
    leads_to("www", "web,ops,5,80", 33, 33, GIDS(5, 33, 44, 80));
    leads_to("www", "33", 33, 33, GIDS(33));
    leads_to("4242:4242", "ops", 4242, 4242, GIDS(44, 4242));
    leads_to("www", "0", 33, 33, GIDS(0, 33));
}

static void a_list_with_init_adds_to_the_users_own_groups(void **state) {
    (void)state;
    leads_to("www", "init,5", 33, 33, GIDS(5, 33, 44, 45));
    leads_to("www", "5,init,web", 33, 33, GIDS(5, 33, 44, 45, 80));
    leads_to("www", "web,init", 33, 33, GIDS(33, 44, 45, 80));
    leads_to("www", "init,44,33", 33, 33, GIDS(33, 44, 45)); /* no id twice */
    leads_to("www", "init,init", 33, 33, GIDS(33, 44, 45));
    leads_to("www:web", "init,5", 33, 80, GIDS(5, 44, 45, 80));
    leads_to("root", "init,5", 0, 0, GIDS(0, 5));
    leads_to(NULL, "init,5", 1001, 1002, GIDS(5, 7, 1002));
}

/* As many as the kernel accepts, and one more. */
static void more_groups_than_the_kernel_takes_are_refused(void **state) {
    enum { LONGEST = 6 };
    char *list = calloc(LONGEST, GROUPS_MOST + 2);

    (void)state;
    assert_non_null(list);
    for (unsigned more = 0; more <= 1; more++) {
        char *end_of_list = list;
        for (unsigned i = 0; i < GROUPS_MOST - 1 + more; i++) /* and the primary group */
            end_of_list += sprintf(end_of_list, "%s%u", i == 0 ? "" : ",", 100 + i);
        struct who who = words("www", list);
        struct answer answer;
        forget();
        ask(&who, &answer);
        assert_int_equal(answer.status, more == 0 ? 0 : -1);
        if (more == 0)
            assert_int_equal(answer.request.groups.count, GROUPS_MOST);
        else
            assert_int_equal(answer.f.code, FAIL_TOO_MANY_GROUPS);
        end(&answer);
    }
    free(list);
    struct who who = words("www", "init");
    struct answer answer;
    forget();
    database.fail_at = 2; /* passwd_groups() */
    database.error = E2BIG;
    ask(&who, &answer);
    assert_int_equal(answer.f.code, FAIL_TOO_MANY_GROUPS);
    assert_string_equal(answer.f.subject, "init");
    assert_int_equal(answer.f.error, 0);
    end(&answer);
}

static void groups_can_be_changed_without_a_user(void **state) {
    (void)state;
    leads_to(NULL, "none", 1001, 1002, GIDS(1002));
    assert_int_equal(database.calls, 0);
    leads_to(NULL, "7,9", 1001, 1002, GIDS(7, 9, 1002));
    assert_int_equal(database.calls, 0); /* with numbers alone no database is read */
    leads_to(NULL, "ops", 1001, 1002, GIDS(44, 1002));
    leads_to(NULL, "init", 1001, 1002, GIDS(7, 1002)); /* the caller's groups */
    forget();
    struct who who = words(NULL, "init");
    struct answer answer;
    database.euid = 4242;
    ask(&who, &answer);
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, FAIL_GROUP_NEEDED);
    end(&answer);
}

static void numbers_alone_ask_no_database(void **state) {
    const struct {
        const char *user, *list;
        bool no_login, asks;
    } rows[] = {
        {"33:33", NULL, true, false},    {"33:33", "7,9", true, false},
        {"33:33", "none", true, false},  {"33:33", "keep", true, false},
        {"33:33", NULL, false, true},    {"33", NULL, true, true},
        {"33:33", "init", true, true},   {"33:web", NULL, true, true},
        {"33:33", "5,init", true, true}, {"www:33", NULL, true, true},
        {"33:33", "web", true, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct who who = words(rows[i].user, rows[i].list);
        struct answer answer;

        forget();
        who.ids_only = rows[i].no_login;
        ask(&who, &answer);
        assert_int_equal(answer.status, 0);
        assert_int_equal(database.calls > 0, rows[i].asks);
        assert_int_equal(answer.request.uid, 33);
        end(&answer);
    }
}

static void kept_groups_are_not_changed(void **state) {
    const char *const users[] = {"www", "www:web", NULL};

    (void)state;
    for (size_t i = 0; i < COUNT(users); i++) {
        struct who who = words(users[i], "keep");
        struct answer answer;

        forget();
        ask(&who, &answer);
        assert_int_equal(answer.status, 0);
        assert_false(answer.request.change_groups);
        assert_int_equal(answer.request.change_identity, users[i] != NULL);
        end(&answer);
    }
}

static void nothing_asked_is_nothing_looked_up(void **state) {
    struct who who = words(NULL, NULL);
    struct answer answer;

    (void)state;
    forget();
    ask(&who, &answer);
    assert_int_equal(answer.status, 0);
    assert_false(answer.request.change_identity || answer.request.change_groups);
    assert_int_equal(database.calls, 0);
    end(&answer);
}

/* ---- refusals ---- */

static void a_user_is_of_the_form_user_or_user_colon_group(void **state) {
    static const char *const specs[] = {":",         "www:", ":web",     "www:web:",
                                        "www:web:x", "::",   ":www:web", "www::web",
                                        "33:",       ":33",  "www:33:"};

    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++)
        refused(specs[i], NULL, "user", FAIL_USAGE);
}

static void a_word_of_digits_is_a_number_that_must_be_in_range(void **state) {
    static const char *const specs[] = {
        "4294967295", /* unchanged */
        "4294967296", /* root, wrapped */
        "4294967329", /* www, wrapped */
        "18446744073709551616",
        "99999999999999999999999999999999",
        "00",
        "033",
        "0000000000",
        "www:4294967295",
        "www:4294967296",
        "www:00",
        "33:080",
        "4294967295:4294967295",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++)
        refused(specs[i], NULL, "user", FAIL_USAGE);
}

static void what_is_almost_a_number_is_a_name_and_unknown(void **state) {
    static const char *const specs[] = {"-1",   "+5",   " 33", "33 ",  "0x21",   "3.3", "-0",
                                        "\t33", "33\n", "WWW", "www ", "nosuch", "wwww"};

    (void)state;
    for (size_t i = 0; i < COUNT(specs); i++) {
        char with_group[32];
        refused(specs[i], NULL, "user", FAIL_UNKNOWN_USER);
        (void)snprintf(with_group, sizeof with_group, "%s:web", specs[i]);
        refused(with_group, NULL, "user", FAIL_UNKNOWN_USER);
        (void)snprintf(with_group, sizeof with_group, "www:%s", specs[i]);
        refused(with_group, NULL, "user", FAIL_UNKNOWN_GROUP);
    }
}

static void a_uid_without_an_entry_needs_a_group(void **state) {
    (void)state;
    refused("4242", NULL, "user", FAIL_GROUP_NEEDED); /* gid 0 is never inherited by accident */
    refused("4242", "none", "user", FAIL_GROUP_NEEDED);
    refused("4242", "keep", "user", FAIL_GROUP_NEEDED);
    refused("4242", "web", "user", FAIL_GROUP_NEEDED);
    refused("4242:4242", "init", "groups", FAIL_GROUP_NEEDED);
    refused("4242:4242", "5,init", "groups", FAIL_GROUP_NEEDED);
}

static void lists_of_groups_are_strict(void **state) {
    static const char *const lists[] = {",",  "web,",    ",web",       "web,,ops",
                                        "00", "web,010", "4294967295", "web,4294967296"};

    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++)
        refused("www", lists[i], "groups", FAIL_USAGE);
    refused("www", "nosuch", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "web,nosuch", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "web, ops", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "+5", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "none,web", "groups", FAIL_USAGE);
    refused("www", "web,keep", "groups", FAIL_USAGE);
    refused("www", "init,none", "groups", FAIL_USAGE);
    refused("www", "init,nosuch", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "init,", "groups", FAIL_USAGE);
    refused("www", "init,00", "groups", FAIL_USAGE);
    refused("www", "INIT,web", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "ini,web", "groups", FAIL_UNKNOWN_GROUP);
    refused("www", "initx,web", "groups", FAIL_UNKNOWN_GROUP);
    refused(NULL, "web,", "groups", FAIL_USAGE);
}

static void a_list_that_is_refused_says_why(void **state) {
    static char name[300];
    struct who empty = words("www", "web,,ops"), too_long = words("www", name);
    static const struct {
        const char *list, *text;
    } rows[] = {
        {"web,nosuch,users", "nosuch: no such group (asked nowhere else)"},
        {"web,4294967295", "4294967295: an id is a decimal number from 0 to 4294967294, without "
                           "leading zeros"},
        {"web,none", "'none' and 'keep' stand alone"},
        {"keep,web", "'none' and 'keep' stand alone"},
    };
    struct answer answer;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct who who = words("www", rows[i].list);
        forget();
        ask(&who, &answer);
        assert_string_equal(answer.f.text, rows[i].text);
        assert_null(answer.f.subject);
        end(&answer);
    }
    forget();
    ask(&empty, &answer);
    assert_non_null(strstr(answer.f.text, "empty element"));
    end(&answer);
    memset(name, 'a', sizeof name - 1);
    ask(&too_long, &answer);
    assert_string_equal(answer.f.text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: the name is too long");
    end(&answer);
}

/* Which hint a line has; subject: whether it is about the whole value. */
static void a_value_of_another_form_is_answered_with_the_right_one(void **state) {
    static const struct {
        const char *user, *groups, *hint;
    } rows[] = {
        {"www:", NULL, "write --user www"},
        {":5", NULL, "write --user USER, or --user USER:GROUP"},
        {"www:5:6", NULL, "write --user USER, or --user USER:GROUP"},
        {"0033", NULL, "write 33"},
        {"00", NULL, "write a name, or a number such as 1000"},
        {"4294967295", NULL, "write a name, or a number such as 1000"},
        {"root.root", NULL, "write root:root: a colon separates user and group"},
        {"33,33", NULL, "write 33:33: a colon separates user and group"},
        {"root/5", NULL, "write root:5: a colon separates user and group"},
        {"root,--keep", NULL, "give a number"},
        {"root.", NULL, "write root instead of root."},
        {"nobody-here.x", NULL, "give a number"},
        {"#33", NULL, "write 33 instead of #33"},
        {"+33", NULL, "write 33 instead of +33"},
        {"#x", NULL, "give a number"},
        {"0x21", NULL, "write a name that the system has, or a decimal number such as 1000"},
        {"-33", NULL, "write a name that the system has, or a decimal number such as 1000"},
        {"www", "5,+4", "write a name that the system has, or a decimal number such as 1000"},
        {"-x", NULL, "give a number"},
        {"www", "5:6", "write the groups with commas between, and no blank: --groups LIST"},
        {"www", "a 5", "write the groups with commas between, and no blank: --groups LIST"},
        {"www", "5;6", "write the groups with commas between, and no blank: --groups LIST"},
        {"www", "a-b:c", "write the groups with commas between, and no blank: --groups LIST"},
        {"www:a,b", NULL, "name one group behind the colon: capwrap --groups LIST takes more"},
        {"www", "a ", "remove the blank from the value"},
        {"www", "a --keep", "write a --keep as separate words, without quotes around all of it"},
        {"www", "$A 5",
         "expand $A 5 first: no shell has done it, as in the exec form of a Dockerfile"},
        {"www", "None", "write init, none or keep in lower case"},
        {"www", "web,INIT", "write init, none or keep in lower case"},
        {"www", "all", "give a number"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct who who = words(rows[i].user, rows[i].groups);
        struct answer answer;
        forget();
        ask(&who, &answer);
        assert_string_equal(answer.f.advice[0] != '\0' ? answer.f.advice : answer.f.hint,
                            rows[i].hint);
        end(&answer);
    }
}

static void names_that_are_too_long_are_refused(void **state) {
    static const size_t lengths[] = {511, 512, 513, 1023}, words_of_a_list[] = {255, 256, 257};
    static char name[1024];

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(name, 'a', lengths[i]);
        name[lengths[i]] = '\0';
        refused(name, NULL, "user", lengths[i] == 511 ? FAIL_UNKNOWN_USER : FAIL_USAGE);
    }
    for (size_t i = 0; i < COUNT(words_of_a_list); i++) {
        name[words_of_a_list[i]] = '\0';
        refused("www", name, "groups", words_of_a_list[i] == 255 ? FAIL_UNKNOWN_GROUP : FAIL_USAGE);
        memset(name, 'a', sizeof name - 1);
    }
    name[300] = ':';
    refused(name, NULL, "user", FAIL_USAGE);
}

static void an_id_that_nobody_can_have_is_refused_from_the_database_too(void **state) {
    (void)state;
    refused("wrapped", NULL, "user", FAIL_BAD_ID);
    refused("wrapped:web", NULL, "user", FAIL_BAD_ID);
    refused("wrappedgroup", NULL, "user", FAIL_BAD_ID);
    refused("badmember", NULL, "user", FAIL_BAD_ID);
    refused("www:bad", NULL, "user", FAIL_BAD_ID);
    refused("www", "bad", "user", FAIL_BAD_ID);
    leads_to("wrappedgroup:web", NULL, 1004, 80, GIDS(80)); /* not requested, so not an error */
}

/* ---- a database that fails ---- */

/* Fails each call in turn, until a run gets through without reaching it. */
static void every_failing_call_is_refused(const char *user, const char *list, int error,
                                          enum fail_code code, unsigned expected_calls) {
    struct who who = words(user, list);
    unsigned at = 0;

    for (;;) {
        struct answer answer;

        forget();
        database.fail_at = ++at;
        database.error = error;
        ask(&who, &answer);
        if (database.calls < at) {
            assert_int_equal(answer.status, 0);
            end(&answer);
            break;
        }
        assert_int_equal(answer.status, -1);
        assert_int_equal(answer.f.code, code);
        assert_int_equal(answer.f.error, error);
        if (answer.f.subject != NULL) /* what is named is still there to be printed */
            assert_true(strlen(answer.f.subject) > 0);
        end(&answer);
    }
    assert_int_equal(at - 1, expected_calls);
}

static void a_database_that_cannot_be_read_is_refused(void **state) {
    (void)state;
    every_failing_call_is_refused("www", NULL, EIO, FAIL_LOOKUP, 4);
    every_failing_call_is_refused("33", NULL, EMFILE, FAIL_LOOKUP, 4);
    every_failing_call_is_refused("www:web", "ops,12x", EACCES, FAIL_LOOKUP, 8);
    every_failing_call_is_refused("www", NULL, ENOMEM, FAIL_MEMORY, 4);
    every_failing_call_is_refused(NULL, "init", EIO, FAIL_LOOKUP, 4);
    every_failing_call_is_refused("www", "init,ops", EIO, FAIL_LOOKUP, 6);
}

static void an_entry_that_comes_or_goes_is_refused(void **state) {
    const struct {
        const char *user, *list;
    } rows[] = {{"www", NULL}, {"www:web", NULL}, {"www", "web,ops"}, {"33:33", NULL}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct who who = words(rows[i].user, rows[i].list);
        for (unsigned at = 1; at <= 2; at++) {
            struct answer answer;

            forget();
            database.fail_at = at == 1 ? 1 : 2; /* "no such entry" instead of the entry */
            ask(&who, &answer);
            assert_int_equal(answer.status, -1);
            end(&answer);
        }
    }
}

/* The result of NSS for a failed read of /etc/group: fewer groups, and success. */
static void groups_that_are_lost_in_one_of_two_answers_are_refused(void **state) {
    struct who who = words("www", NULL);

    (void)state;
    for (unsigned at = 3; at <= 4; at++) { /* the second round */
        struct answer answer;

        forget();
        database.loses_groups = true;
        database.fail_at = at;
        ask(&who, &answer);
        assert_int_equal(answer.status, -1);
        assert_int_equal(answer.f.code, FAIL_LOOKUP);
        end(&answer);
    }
}

static void a_home_that_moves_between_two_answers_is_refused(void **state) {
    struct who who = words("www", "none");
    struct answer answer;

    (void)state;
    forget();
    database.moves_home = true;
    ask(&who, &answer);
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, FAIL_LOOKUP);
    end(&answer);
}

static void a_shell_that_moves_between_two_answers_is_refused(void **state) {
    struct who who = words("www", "none");
    struct answer answer;

    (void)state;
    forget();
    database.moves_shell = true;
    ask(&who, &answer);
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, FAIL_LOOKUP);
    end(&answer);
}

static void the_callers_own_entry_is_looked_up_where_it_is_wanted(void **state) {
    struct who who = {.entry = true};
    struct answer answer;

    (void)state;
    forget();
    ask(&who, &answer);
    assert_int_equal(answer.status, 0);
    assert_string_equal(answer.identity.account.home, "/home/j");
    assert_int_equal(answer.identity.account.uid, 1001);
    assert_int_equal(answer.identity.account.gid, 1002); /* the caller's, not the entry's */
    assert_false(answer.request.change_identity || answer.request.change_groups);
    end(&answer);

    database.euid = 4242; /* nobody's */
    ask(&who, &answer);
    assert_int_equal(answer.status, 0);
    assert_null(answer.identity.account.name);
    end(&answer);

    forget();
    database.fail_at = 1;
    database.error = EIO;
    ask(&who, &answer);
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, FAIL_LOOKUP);
    assert_string_equal(answer.f.step, "user");
    end(&answer);
}

static void the_entry_of_another_uid_is_refused(void **state) {
    struct who who = words("33", NULL);
    struct answer answer;

    (void)state;
    forget();
    database.other_uid = true;
    ask(&who, &answer);
    assert_int_equal(answer.status, -1);
    assert_int_equal(answer.f.code, FAIL_LOOKUP);
    end(&answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_comes_with_its_group_and_groups),
        cmocka_unit_test(an_explicit_group_stands_alone),
        cmocka_unit_test(groups_are_asked_for_in_four_ways),
        cmocka_unit_test(a_list_with_init_adds_to_the_users_own_groups),
        cmocka_unit_test(groups_can_be_changed_without_a_user),
        cmocka_unit_test(numbers_alone_ask_no_database),
        cmocka_unit_test(kept_groups_are_not_changed),
        cmocka_unit_test(nothing_asked_is_nothing_looked_up),
        cmocka_unit_test(a_user_is_of_the_form_user_or_user_colon_group),
        cmocka_unit_test(a_word_of_digits_is_a_number_that_must_be_in_range),
        cmocka_unit_test(what_is_almost_a_number_is_a_name_and_unknown),
        cmocka_unit_test(a_uid_without_an_entry_needs_a_group),
        cmocka_unit_test(lists_of_groups_are_strict),
        cmocka_unit_test(a_list_that_is_refused_says_why),
        cmocka_unit_test(more_groups_than_the_kernel_takes_are_refused),
        cmocka_unit_test(a_value_of_another_form_is_answered_with_the_right_one),
        cmocka_unit_test(names_that_are_too_long_are_refused),
        cmocka_unit_test(an_id_that_nobody_can_have_is_refused_from_the_database_too),
        cmocka_unit_test(a_database_that_cannot_be_read_is_refused),
        cmocka_unit_test(an_entry_that_comes_or_goes_is_refused),
        cmocka_unit_test(groups_that_are_lost_in_one_of_two_answers_are_refused),
        cmocka_unit_test(a_home_that_moves_between_two_answers_is_refused),
        cmocka_unit_test(a_shell_that_moves_between_two_answers_is_refused),
        cmocka_unit_test(the_callers_own_entry_is_looked_up_where_it_is_wanted),
        cmocka_unit_test(the_entry_of_another_uid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
