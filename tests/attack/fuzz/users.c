/*
 * Names to numbers: resolve() on a user database that the input makes up, which may fail at one
 * lookup or give one wrong answer. What is accepted must be what the manual page says for the true
 * database; a single wrong answer is never used.
 * Compiled twice: with passwd_nss.c, whose NSS answers from what the C library reads in the two
 * files, and with passwd_files.c, which reads them itself, as glibc's NSS does. Input: USER, the
 * value of --groups, /etc/passwd, /etc/group, each ended by 0xff; then numbers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ref.h"
#include "users/resolve.h"
#include "users_fake.h"

enum { STOP = 0xff };

static const int ERRORS[] = {EIO, EACCES, EMFILE, ENOMEM, EINTR, ENOENT, ESRCH, 0};

struct question {
    char *user, *groups;
    struct who who;
    struct cred caller;
};

static void ask(struct input *input, struct question *question) {
    uint8_t flags = input_byte(input);

    bool login_env = (flags & 1) == 0, user = (flags & 2) == 0, groups = (flags & 4) != 0;
    question->who = (struct who){.user = user ? question->user : NULL,
                                 .groups = groups ? question->groups : NULL,
                                 .ids_only = !login_env};
    question->caller.uid = ids_all((uid_t)input_number(input, 2));
    question->caller.gid = ids_all((gid_t)input_number(input, 2));
}

/* Faults of the database. Each file is there, absent, or not to be read. */
static void disturb(struct input *input) {
    static const int open_errors[] = {0, 0, 0, 0, ENOENT, EACCES, EMFILE, ELOOP};

    users_fake.fails_at = input_byte(input) % 32;
    users_fake.error = ERRORS[input_byte(input) % (sizeof ERRORS / sizeof ERRORS[0])];
    users_fake.wrong_at = input_byte(input) % 32;
    users_fake.wrong = (enum users_wrong)(input_byte(input) % WRONG_KINDS);
    for (int i = 0; i < 2; i++)
        users_fake.open_error[i] = open_errors[input_byte(input) % 8];
    users_fake.read_most = input_byte(input);
    if (users_fake.fails_at != 0)
        users_fake.wrong_at = 0; /* one thing at a time: two that agree cannot be noticed */
}

static void read_database(struct ref_database *database) {
#ifdef READS_FILES
    size_t passwd = users_fake.open_error[0] != 0 ? 0 : users_fake.size[0];
    size_t group = users_fake.open_error[1] != 0 ? 0 : users_fake.size[1];

    ref_read_as_nss(users_fake.text[0], passwd, users_fake.text[1], group, database);
#else
    ref_read_by_libc(users_fake.text[0], users_fake.size[0], users_fake.text[1], users_fake.size[1],
                     database);
#endif
}

static void check_accepted(const struct request *request, const struct identity *identity,
                           const struct ref_identity *expected) {
    const struct account *account = &identity->account;

    CHECK(request->change_identity == expected->change_identity, "change of identity");
    CHECK(request->change_groups == expected->change_groups, "change of groups");
    if (request->change_identity)
        CHECK(request->uid == expected->uid && request->gid == expected->gid, "%u:%u, not %u:%u",
              request->uid, request->gid, expected->uid, expected->gid);
    if (request->change_groups)
        CHECK(request->groups.count == expected->count &&
                  memcmp(request->groups.list, expected->groups, expected->count * sizeof(gid_t)) ==
                      0,
              "%zu groups, not %zu, or others", request->groups.count, expected->count);
    if (!request->change_identity)
        return;
    CHECK((account->name == NULL) == (expected->entry == NULL), "an entry, or none");
    if (account->name != NULL)
        CHECK(strcmp(account->name, expected->entry->name) == 0 &&
                  strcmp(account->home, expected->entry->home) == 0 &&
                  strcmp(account->shell, expected->entry->shell) == 0,
              "%s, %s, %s", account->name, account->home, account->shell);
}

static void check(const struct question *question, const struct ref_database *database) {
    struct ref_identity expected;
    struct identity identity;
    struct request request = {0};
    struct fail f = {0};

    bool good = ref_resolve(&question->who, question->caller.uid.effective,
                            question->caller.gid.effective, database, &expected);
    int status = resolve(&question->who, &question->caller, &identity, &f);
    if (status == 0) {
        fuzz_count("accepted");
        CHECK(good, "accepted");
        CHECK(!users_fake.said_so, "a lookup failed");
        resolve_apply(&identity, &request);
        check_accepted(&request, &identity, &expected);
    } else {
        bool disturbed = !ref_is_clear(users_fake.text[0], users_fake.size[0]) ||
                         !ref_is_clear(users_fake.text[1], users_fake.size[1]) ||
                         users_fake.failed || users_fake.was_wrong ||
                         users_fake.open_error[0] != 0 || users_fake.open_error[1] != 0;
        fuzz_count(!good ? "refused" : users_fake.was_wrong ? "wrong answers noticed" : "failures");
        CHECK(disturbed || !good, "refused: %s", f.text);
        CHECK(f.exit_code == EXIT_REFUSED && f.step != NULL && f.text[0] != '\0', "%d",
              f.exit_code);
    }
    resolve_free(&identity);
    free(expected.groups);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = input_of(data, size);
    struct question question = {0};
    struct ref_database database;
    size_t length;

    question.user = input_until(&input, STOP, &length);
    question.groups = input_until(&input, STOP, &length);
    users_fake = (struct users_fake){0};
    char *passwd = input_until(&input, STOP, &users_fake.size[0]);
    char *group = input_until(&input, STOP, &users_fake.size[1]);
    users_fake.text[0] = passwd;
    users_fake.text[1] = group;
    ask(&input, &question);
    disturb(&input);
    read_database(&database);
    users_fake.database = &database;
    check(&question, &database);
    ref_database_free(&database);
    free(passwd);
    free(group);
    free(question.user);
    free(question.groups);
    return 0;
}
