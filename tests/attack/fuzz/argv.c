/*
 * The whole of capwrap on the real kernel, for AFL++: the arguments come from standard input, each
 * ended by NUL, and execve(2) is the oracle instead (linked with --wrap). It compares what
 * /proc/self/status says with what the arguments request, by the references of ref.h, and ends the
 * process: nothing is executed. What --assert finds in another process is not known here, so it
 * may exit with 1. keyctl(2) fails with ENOSYS, so that no key quota is used up.
 */
#undef main

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "ref.h"

int capwrap_main(int argc, char **argv);

/* The names that the linker's --wrap gives. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);
long __wrap_syscall(long number, void *a, void *b, void *c, void *d, void *e);
long __real_syscall(long number, ...);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

enum { GROUPS = 256 };

struct state {
    unsigned uid[4], gid[4], groups[GROUPS];
    size_t group_count;
    unsigned long long permitted, effective, inheritable, bounding, ambient;
    int no_new_privs, securebits;
};

static struct {
    struct words words;
    struct said said;
    bool good; /* the request of the arguments must not be refused */
    struct ref_identity who;
    struct ref_database database;
    struct state before;
} run;

/* ---- the state as the kernel reports it ---- */

static char *read_file(const char *path, size_t *size) {
    enum { MOST = 1 << 20 };
    char *text = fuzz_allocate(MOST);
    FILE *file = fopen(path, "re");

    *size = file == NULL ? 0 : fread(text, 1, MOST - 1, file);
    if (file != NULL)
        (void)fclose(file);
    return text;
}

static void read_groups(const char *line, struct state *state) {
    char *end;

    for (state->group_count = 0; state->group_count < GROUPS; line = end) {
        unsigned long number = strtoul(line, &end, 10);
        if (end == line)
            return;
        state->groups[state->group_count++] = (unsigned)number;
    }
}

static void read_line(const char *line, struct state *s) {
    if (strncmp(line, "Groups:", 7) == 0)
        read_groups(line + 7, s);
    (void)(sscanf(line, "Uid: %u %u %u %u", &s->uid[0], &s->uid[1], &s->uid[2], &s->uid[3]) > 0 ||
           sscanf(line, "Gid: %u %u %u %u", &s->gid[0], &s->gid[1], &s->gid[2], &s->gid[3]) > 0 ||
           sscanf(line, "CapInh: %llx", &s->inheritable) > 0 ||
           sscanf(line, "CapPrm: %llx", &s->permitted) > 0 ||
           sscanf(line, "CapEff: %llx", &s->effective) > 0 ||
           sscanf(line, "CapBnd: %llx", &s->bounding) > 0 ||
           sscanf(line, "CapAmb: %llx", &s->ambient) > 0 ||
           sscanf(line, "NoNewPrivs: %d", &s->no_new_privs) > 0);
}

static void read_state(struct state *state) {
    size_t size;
    char *text = read_file("/proc/self/status", &size), *rest = text;
    const char *line;

    memset(state, 0, sizeof *state);
    while ((line = strsep(&rest, "\n")) != NULL)
        read_line(line, state);
    free(text);
    state->securebits = prctl(PR_GET_SECUREBITS);
}

/* ---- the oracle ---- */

static bool all_four(const unsigned ids[4], unsigned id) {
    return ids[0] == id && ids[1] == id && ids[2] == id && ids[3] == id;
}

static bool contains(const unsigned *groups, size_t count, unsigned id) {
    for (size_t i = 0; i < count; i++)
        if (groups[i] == id)
            return true;
    return false;
}

static bool same_groups(const unsigned *a, size_t a_count, const unsigned *b, size_t b_count) {
    bool same = true;

    for (size_t i = 0; i < a_count; i++)
        same &= contains(b, b_count, a[i]);
    for (size_t i = 0; i < b_count; i++)
        same &= contains(a, a_count, b[i]);
    return same;
}

static void check_ids(const struct state *now) {
    const struct state *before = &run.before;
    const struct ref_identity *who = &run.who;
    const unsigned *groups = who->change_groups ? who->groups : before->groups;
    size_t count = who->change_groups ? who->count : before->group_count;

    CHECK(all_four(now->uid, who->change_identity ? who->uid : before->uid[0]), "uid %u",
          now->uid[0]);
    CHECK(all_four(now->gid, who->change_identity ? who->gid : before->gid[0]), "gid %u",
          now->gid[0]);
    CHECK(same_groups(groups, count, now->groups, now->group_count), "groups");
}

static void check_caps(const struct state *now) {
    const struct state *before = &run.before;
    unsigned long long keep =
        run.said.options.request.keep_all ? before->permitted : run.said.options.request.keep;
    bool nnp = before->no_new_privs != 0 || run.said.options.request.no_new_privs;
    bool may_stay = (before->permitted >> CAP_SETPCAP & 1) == 0 &&
                    (nnp || (before->permitted == 0 && before->uid[0] != 0));
    int securebits = before->securebits | (run.said.options.request.lock_securebits ? 0xef : 0);

    CHECK(now->permitted == keep, "permitted %llx", now->permitted);
    CHECK(now->effective == keep, "effective %llx", now->effective);
    CHECK(now->inheritable == keep, "inheritable %llx", now->inheritable);
    CHECK(now->ambient == keep, "ambient %llx", now->ambient);
    CHECK(now->bounding == (before->bounding & keep) ||
              (may_stay && now->bounding == before->bounding),
          "bounding %llx", now->bounding);
    CHECK((now->no_new_privs != 0) == nnp, "no_new_privs %d", now->no_new_privs);
    CHECK(now->securebits == securebits, "securebits %x", (unsigned)now->securebits);
}

static _Noreturn void oracle(char *const *argv) {
    struct state now;

    CHECK(run.good && run.said.options.mode == MODE_RUN && !run.said.options.request.dry_run,
          "it was not to be run");
    CHECK(argv == run.words.list + run.said.command, "other words");
    read_state(&now);
    check_ids(&now);
    check_caps(&now);
    _exit(0);
}

int __wrap_execve(const char *path, char *const argv[], char *const envp[]) {
    (void)path;
    (void)envp;
    oracle(argv);
}

long __wrap_syscall(long number, void *a, void *b, void *c, void *d, void *e) {
    if (number == SYS_execve)
        oracle(b);
    if (number == SYS_execveat) { /* only asked whether it would be executed: Linux before 6.14 */
        errno = EINVAL;
        return -1;
    }
    if (number != SYS_keyctl)
        return __real_syscall(number, a, b, c, d, e);
    errno = ENOSYS;
    return -1;
}

/* ---- the run ---- */

static void read_words(void) {
    char text[8192];
    size_t size = 0;
    ssize_t got;

    while (size < sizeof text && (got = read(STDIN_FILENO, text + size, sizeof text - size)) > 0)
        size += (size_t)got;
    words_of("capwrap", text, size, &run.words);
}

static void read_database(void) {
    size_t passwd_size, group_size;
    char *passwd = read_file("/etc/passwd", &passwd_size);
    char *group = read_file("/etc/group", &group_size);

    ref_read_by_libc(passwd, passwd_size, group, group_size, &run.database);
    free(passwd);
    free(group);
}

int main(void) {
    read_words();
    read_database();
    read_state(&run.before);
    bool said_well = ref_options(run.words.count, run.words.list, &run.said);
    run.good = said_well && ref_resolve(&run.said.options.who, run.before.uid[1], run.before.gid[1],
                                        &run.database, &run.who);

    int status = capwrap_main(run.words.count, run.words.list);
    bool may_end_well =
        said_well && (run.said.options.mode != MODE_RUN || run.said.options.request.dry_run);
    bool may_differ = said_well && run.said.options.mode == MODE_ASSERT;
    CHECK((status >= 125 && status <= 127) || (may_end_well && status == 0) ||
              (may_differ && status == 1),
          "status %d", status);
    CHECK(said_well || status == 125, "status %d for words that are to be refused", status);
    return may_differ ? 0 : status;
}
