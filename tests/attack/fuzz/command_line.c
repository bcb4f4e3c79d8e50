/*
 * The whole of capwrap on the fake kernel: main() with the real stages, a user database in memory,
 * and a kernel that starts in any state, and fails or lies at up to four calls.
 *
 * Whatever the arguments, the start and the answers:
 * - execve is reached only in the requested state, which is computed here from the
 *   words (ref_options, ref_resolve) and from the true state before (expected_make of expected.h);
 *   and after that execve the program holds exactly what is kept;
 * - the program gets the arguments after COMMAND, and the promised environment;
 * - if execve is not reached, the exit status is 125, 126 or 127, and standard error ends with
 *   "capwrap: STEP: WHAT" and a hint; options that only inspect and --dry-run may exit with 0;
 * - --dry-run, and what is refused before the plan, makes no change; every document is JSON.
 *
 * Only what no program can notice is left out of the first rule
 * (fuzz_environment_excuses()).
 *
 * Input: the arguments after "capwrap", each ended by NUL; 0xff; numbers that make the environment
 * (fuzz_environment.h).
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/observe.h"
#include "core/pool.h"
#include "fake/expected.h"
#include "fuzz.h"
#include "fuzz_environment.h"
#include "proc_fake.h"
#include "ref.h"
#include "users/environment.h"
#include "users/resolve.h"
#include "users_fake.h"

int capwrap_main(int argc, char **argv);

/* The names that the linker's --wrap gives. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
pid_t __wrap_fork(void);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
int __wrap_sys_execve(const char *path, char *const argv[], char *const envp[]);
int __real_sys_execve(const char *path, char *const argv[], char *const envp[]);
char **__wrap_environment_make(char *const *environment, const struct environment_rules *rules);
char **__real_environment_make(char *const *environment, const struct environment_rules *rules);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

enum { STOP = 0xff };

/* One run. */
struct run {
    struct fuzz_environment setup;
    struct words words;
    struct said said;
    bool said_well; /* the arguments are not refused */
    struct ref_identity who;
    bool known; /* neither are the user and groups that they name */
    struct expected expected;
    struct printed printed;
    int status;
    char **environment; /* what environment_make() made: main leaves it to execve */
    bool forked;
};

static struct run run;

/* ---- what main calls and this process must not do ---- */

/* This process continues in place of the child that rehearses, or the parent sees the result of a
 * child. */
pid_t __wrap_fork(void) {
    run.forked = true;
    errno = EAGAIN;
    return run.setup.fork_result;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options) {
    (void)options;
    *status = run.setup.wait_status;
    return pid;
}

char **__wrap_environment_make(char *const *environment, const struct environment_rules *rules) {
    run.environment = __real_environment_make(environment, rules);
    return run.environment;
}

static void free_environment(void) {
    for (size_t i = 0; run.environment != NULL && run.environment[i] != NULL; i++) {
        bool given = false;
        for (char **variable = run.setup.variables; *variable != NULL; variable++)
            given |= *variable == run.environment[i];
        if (!given)
            pool_release(run.environment[i]);
    }
    pool_release(run.environment);
    run.environment = NULL;
}

/* ---- what execve is given ---- */

static bool begins(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_login(const char *variable) {
    return begins(variable, "HOME=") || begins(variable, "USER=") || begins(variable, "LOGNAME=");
}

/* Takes NAME=VALUE, which must be there exactly once. */
static void check_variable(char *const envp[], const char *name, const char *value) {
    unsigned found = 0;

    for (; *envp != NULL; envp++) {
        if (!begins(*envp, name))
            continue;
        found++;
        CHECK(value != NULL && strcmp(*envp + strlen(name), value) == 0, "%s", *envp);
    }
    CHECK(found == (value != NULL), "%u times %s", found, name);
}

/* The first copy of a variable of the caller, NAME= and all; NULL without one. */
static const char *given_copy(const char *name) {
    for (char **given = run.setup.variables; *given != NULL; given++)
        if (begins(*given, name))
            return *given;
    return NULL;
}

/* Whether --pass-env names NAME=. */
static bool is_passed(const char *name) {
    const size_t length = strlen(name) - 1;

    for (const char *at = run.said.options.pass_env; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* With --reset-env: every variable is one that the manual page names, or is passed. */
static void check_new_environment(char *const envp[]) {
    const bool login = !run.said.options.who.ids_only;
    const struct ref_user *entry = run.who.entry;
    const struct {
        const char *name, *value; /* of the user; NULL: none */
    } own[] = {{"HOME=", entry != NULL ? entry->home : "/"},
               {"USER=", entry != NULL ? entry->name : NULL},
               {"LOGNAME=", entry != NULL ? entry->name : NULL},
               {"SHELL=", entry != NULL ? entry->shell : NULL},
               {"PATH=", "/usr/bin:/bin"},
               {"TERM=", NULL}};
    size_t known = 0;

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        const char *given = given_copy(own[i].name), *value = login || i == 4 ? own[i].value : NULL;
        bool stays = is_passed(own[i].name) || i == 5 || (!login && i < 3);
        if (stays && given != NULL)
            value = given + strlen(own[i].name);
        check_variable(envp, own[i].name, value);
        known += value != NULL;
    }
    for (char *const *variable = envp; *variable != NULL; variable++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s=", (int)strcspn(*variable, "="), *variable);
        bool is_own = false;
        for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
            is_own |= strcmp(own[i].name, name) == 0;
        if (is_own)
            continue;
        CHECK(is_passed(name) && given_copy(name) == *variable, "%s", *variable);
        known++;
    }
    CHECK(envp[known] == NULL, "a variable twice");
}

static void check_environment(char *const envp[]) {
    char **given = run.setup.variables;
    bool login = run.who.change_identity && !run.said.options.who.ids_only;
    const struct ref_user *entry = run.who.entry;

    if (run.said.options.reset_env) {
        check_new_environment(envp);
        return;
    }
    for (char *const *variable = envp; *variable != NULL; variable++) {
        if (login && is_login(*variable))
            continue;
        while (login && *given != NULL && is_login(*given))
            given++;
        CHECK(*given == *variable, "%s", *variable);
        given++;
    }
    while (login && *given != NULL && is_login(*given))
        given++;
    CHECK(*given == NULL, "%s is missing", *given);
    if (!login)
        return;
    check_variable(envp, "HOME=", entry == NULL ? "/" : entry->home);
    check_variable(envp, "USER=", entry == NULL ? NULL : entry->name);
    check_variable(envp, "LOGNAME=", entry == NULL ? NULL : entry->name);
}

int __wrap_sys_execve(const char *path, char *const argv[], char *const envp[]) {
    CHECK(run.said_well, "the line is to be refused");
    CHECK(run.said.options.mode == MODE_RUN && !run.said.options.request.dry_run,
          "it was not to be run");
    CHECK(argv == run.words.list + run.said.command, "other words");
    check_environment(envp);
    return __real_sys_execve(path, argv, envp);
}

/* ---- the state at execve ---- */

static bool differs(uint64_t a, uint64_t b, uint64_t excused) { return ((a ^ b) & ~excused) != 0; }

/* An unmapped id reads as the overflow id; if requested by number, it must be exactly that id. */
static bool ids_are_real(const struct fake_ids *ids, uint32_t id) {
    return ids->real == id && ids->effective == id && ids->saved == id && ids->fs == id;
}

static bool groups_are_real(const struct ref_identity *who) {
    if (fake.group_count != who->count)
        return false;
    for (size_t i = 0; i < who->count; i++)
        if (fake.groups[i] != who->groups[i])
            return false;
    return true;
}

static void check_ids(const struct excuses *excuses, const struct cred *truth) {
    const struct cred *expected = &run.expected.cred;
    bool uid = ids_equal(&truth->uid, &expected->uid), gid = ids_equal(&truth->gid, &expected->gid);
    bool groups = groups_equal(&truth->groups, &expected->groups);

    if (run.who.change_identity) {
        uid = ids_are_real(&fake.uid, run.who.uid);
        gid = ids_are_real(&fake.gid, run.who.gid);
    }
    if (run.who.change_groups)
        groups = groups_are_real(&run.who);
    CHECK(uid || excuses->uid, "uid %u", truth->uid.real);
    CHECK(gid || excuses->gid, "gid %u", truth->gid.real);
    CHECK(run.known || (excuses->who && !run.who.change_identity), "no such user or group");
    CHECK(groups || excuses->groups || (excuses->who && !run.who.change_identity), "%zu groups",
          truth->groups.count);
}

static void check_caps(const struct excuses *excuses, const struct cred *truth) {
    const struct cred *expected = &run.expected.cred;

    CHECK(truth->permitted == expected->permitted || excuses->permitted, "permitted %llx",
          (unsigned long long)truth->permitted);
    CHECK(truth->effective == expected->effective || excuses->effective, "effective %llx",
          (unsigned long long)truth->effective);
    CHECK(truth->inheritable == expected->inheritable || excuses->inheritable, "inheritable %llx",
          (unsigned long long)truth->inheritable);
    CHECK(!differs(truth->bounding, expected->bounding, excuses->bounding), "bounding %llx",
          (unsigned long long)truth->bounding);
    CHECK(!differs(truth->ambient, expected->ambient, excuses->ambient), "ambient %llx",
          (unsigned long long)truth->ambient);
    CHECK(truth->securebits == expected->securebits || excuses->securebits, "securebits %x",
          truth->securebits);
    CHECK(truth->no_new_privs == expected->no_new_privs || excuses->no_new_privs, "no_new_privs %d",
          truth->no_new_privs);
}

static void check_surroundings(const struct excuses *excuses) {
    const struct expected *expected = &run.expected;

    CHECK(fake.parent_death_signal == expected->parent_death_signal || excuses->signal, "signal %d",
          fake.parent_death_signal);
    CHECK(!expected->new_keyring || excuses->keyring ||
              (fake.keyring != expected->keyring_before &&
               fake.keyring_owner == expected->keyring_owner),
          "keyring of %llu", (unsigned long long)fake.keyring_owner);
    CHECK(fake.directory == expected->directory, "another working directory");
    CHECK(fake.umask == expected->umask, "umask %o", fake.umask);
    for (enum module module = 0; module < MODULES; module++)
        CHECK(fake.label[module] == expected->label[module], "label of %u", module);
    CHECK(!expected->closed_fds || fake.open_above_stderr == 0, "%u open", fake.open_above_stderr);
    for (unsigned fd = 0; fd < 3 && !run.said.options.request.dry_run; fd++)
        CHECK((expected->streams & 1u << fd) == 0 || excuses->streams ||
                  (excuses->who && !run.who.change_identity) ||
                  fake.streams[fd].owner == expected->stream_owner,
              "stream %u", fd);
}

/* What the kernel makes of the state at execve. */
static void check_after(const struct excuses *excuses, const struct cred *truth) {
    struct exec_file file;
    struct cred after;

    if (excuses->file || (excuses->bounding | excuses->ambient) != 0 ||
        !fuzz_environment_exec_file(fake.exec_path, &file))
        return;
    if (fake_after_exec(truth, &file, &after) != 0)
        return; /* the kernel would have refused */
    CHECK(after.permitted == run.expected.cred.permitted || excuses->permitted,
          "then permitted %llx", (unsigned long long)after.permitted);
    CHECK(after.effective == run.expected.cred.permitted || excuses->permitted,
          "then effective %llx", (unsigned long long)after.effective);
    CHECK(after.uid.effective == truth->uid.effective &&
              after.gid.effective == truth->gid.effective,
          "then %u:%u", after.uid.effective, after.gid.effective);
}

static void check_state(void) {
    struct excuses excuses;
    struct cred truth;

    fake_truth(&truth);
    fuzz_environment_excuses(&run.expected.cred, &excuses);
    check_ids(&excuses, &truth);
    check_caps(&excuses, &truth);
    check_surroundings(&excuses);
    if (fake.exec_reached)
        check_after(&excuses, &truth);
    free(truth.groups.list);
}

/* ---- the messages ---- */

/* One word from STEP: the stage or row that the last line but the hint names. */
static void check_error(const char *err) {
    const char *line = err, *last = NULL, *hint = NULL;

    CHECK(err[0] != '\0' && err[strlen(err) - 1] == '\n', "no whole line: %s", err);
    for (; *line != '\0'; line = strchr(line, '\n') + 1) {
        CHECK(hint == NULL, "something after the hint: %s", err);
        if (begins(line, "  hint: "))
            hint = line;
        else
            last = line;
        CHECK(line == hint || begins(line, "capwrap: "), "%s", err);
    }
    CHECK(hint != NULL && hint[strlen("  hint: ")] != '\n' && last != NULL, "%s", err);
    if (run.status != EXIT_REFUSED && last != NULL)
        CHECK(begins(last, "capwrap: program: ") || begins(last, "capwrap: exec: "), "%d: %s",
              run.status, last);
}

static void check_clean(const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        CHECK(*c == '\n' || (*c >= ' ' && *c != 0x7f), "byte %d", *c);
        CHECK(c[0] != 0xc2 || c[1] >= 0xa0, "U+%04x", c[1]); /* C1 */
        CHECK(c[0] != 0xe2 || c[1] != 0x80 || c[2] < 0xa8 || c[2] > 0xae, "U+20%02x", c[2] - 0x80);
    }
}

static void check_refusal(void) {
    CHECK(run.status == EXIT_REFUSED || run.status == EXIT_NOT_EXECUTABLE ||
              run.status == EXIT_NOT_FOUND,
          "exit status %d", run.status);
    check_error(run.printed.err);
}

static bool child_ended(void) { return run.forked && run.setup.fork_result > 0; }

static void check_rehearsal(void) {
    /* The start is read by calls that change nothing: check_state() and below. */
    unsigned probes =
        fake_called("sys_try_uids") + fake_called("sys_try_gids") + fake_called("sys_chown_fd");
    CHECK(!child_ended() || fake.writes == probes, "the parent changed something");
    if (run.status == 0 && !child_ended())
        check_state();
    if (run.status != 0 && !(child_ended() && WIFEXITED(run.setup.wait_status)))
        check_refusal();
    for (unsigned fd = 0; fd < 3; fd++)
        CHECK(fake.streams[fd].owner == run.setup.stream_owners[fd], "stream %u", fd);
}

/* ---- the run ---- */

/* The last call except that of an error, whose hint checks whether root is special (core/place). */
static const char *last_call(void) {
    size_t count = fake.call_count;

    if (count > 0 && strcmp(fake.calls[count - 1].name, "sys_get_securebits") == 0)
        count--;
    return count == 0 ? "" : fake.calls[count - 1].name;
}

static void check_outcome(void) {
    bool only_looks = run.said_well && run.said.options.mode != MODE_RUN;
    struct excuses excuses;
    const char *last = last_call();

    check_clean(run.printed.err);
    if (run.printed.out_size > 0 && run.printed.out[0] == '{')
        CHECK(ref_is_json(run.printed.out, run.printed.out_size), "%s", run.printed.out);
    if (fake.exec_reached) {
        fuzz_count("reached execve");
        CHECK(strcmp(last, "sys_execve") == 0, "%s", last);
        check_state();
    } else if (only_looks) {
        fuzz_count("only looked");
        CHECK(fake.writes == 0, "something was changed");
        if (run.status != 0 && (run.status != 1 || run.said.options.mode != MODE_ASSERT))
            check_refusal();
    } else if (run.said_well && run.said.options.request.dry_run) {
        fuzz_count(run.status == 0 ? "would have reached execve" : "rehearsed a refusal");
        check_rehearsal();
    } else {
        fuzz_count(run.said_well ? "refused" : "refused the words");
        check_refusal();
    }
    fuzz_environment_excuses(&run.expected.cred, &excuses);
    if (!run.said_well || (!run.known && !only_looks && !excuses.keyring)) {
        CHECK(run.status == EXIT_REFUSED, "exit status %d", run.status);
        CHECK(fake.writes == 0, "something was changed");
    }
}

/* The same request as the command line and the database state it. */
static void make_expected(void) {
    struct request request = run.said.options.request;

    request.change_identity = run.who.change_identity;
    request.uid = run.who.uid;
    request.gid = run.who.gid;
    request.change_groups = run.who.change_groups;
    request.groups = (struct groups){run.who.count, run.who.groups};
    expected_make(&request, &run.expected);
}

static void launch(void) {
    char **environment = environ;

    environ = run.setup.variables;
    capture_begin();
    run.status = capwrap_main(run.words.count, run.words.list);
    capture_end(&run.printed);
    environ = environment;
}

static void explain(FILE *out) {
    for (int i = 0; i < run.words.count; i++)
        (void)fprintf(out, "%s'%s'", i == 0 ? "  " : " ", run.words.list[i]);
    (void)fprintf(out, "\n  exit status %d; standard error:\n%s", run.status,
                  run.printed.err == NULL ? "" : run.printed.err);
    fuzz_environment_print(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = input_of(data, size);
    struct cred before;
    size_t length;

    memset(&run, 0, sizeof run);
    fuzz_explain = explain;
    char *text = input_until(&input, STOP, &length);
    words_of("capwrap", text, length, &run.words);
    fuzz_environment_make(&input, &run.setup);
    run.said_well = ref_options(run.words.count, run.words.list, &run.said);
    fake_truth(&before);
    run.said.options.who.entry = run.said.options.reset_env && !run.said.options.who.ids_only;
    run.known = ref_resolve(&run.said.options.who, before.uid.effective, before.gid.effective,
                            users_fake.database, &run.who) &&
                !(run.said.options.request.close_fds && run.setup.listen_pid);
    make_expected();
    launch();
    fuzz_environment_end();
    check_outcome();
    expected_free(&run.expected);
    printed_free(&run.printed);
    free_environment();
    free(run.who.groups);
    free(before.groups.list);
    words_free(&run.words);
    free(text);
    return 0;
}
