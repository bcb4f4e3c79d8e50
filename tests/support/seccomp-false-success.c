/*
 * seccomp-false-success - a sandbox that says "done", does nothing, and answers consistently with
 * that.
 *
 *   seccomp-false-success N WORD[,WORD...] COMMAND [ARGUMENT...]
 *
 * Each WORD is a call that lies. A writer answers that it has done what it was asked for, and does
 * not; a reader answers as if a writer's lie were the truth, and honestly as long as none has lied.
 * Calls that are not named are the kernel's own. So a check that reads the state by a call that is
 * not named sees the truth, and a check by named calls alone cannot.
 *
 * "KEYCTL_JOIN_SESSION_KEYRING-old" answers with the serial number of before, as a call that does
 * nothing and is read back may. "regain-uid" is the refusal of a way back to the old ids, once
 * setresuid has lied; "PR_SET_SECCOMP" and "keep-caps-locked" are what a caller sees who tries what
 * no_new_privs allows and what the lock of keep-caps refuses.
 *
 * It lies to one program only: with N = 1 to COMMAND, with 2 to what COMMAND executes, and so on.
 * Exits with 99 if it fails, and otherwise as COMMAND does.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "seccomp-notify.h"

typedef const struct seccomp_notif request;
typedef struct seccomp_notif_resp response;

/* ---- the consistent fault: what the writers have claimed to do ---- */

struct told_ids {
    bool told;
    uint32_t real, effective, saved;
};

static struct {
    struct told_ids uid, gid;
    int group_count; /* -1: no claim */
    gid_t groups[1024];
    bool caps_told, no_new_privs, securebits_told, keep_caps_told, signal_told, closed, listed;
    struct __user_cap_data_struct caps[2];
    uint64_t bounding_dropped, ambient_raised, ambient_lowered;
    uint32_t securebits, keep_caps, keyring, owner_told, owner;
    int signal;
} claimed = {.group_count = -1};

static bool lies_about_regain_uid, lies_about_regain_gid;

/* ---- answers ---- */

static void say(response *r, int64_t value) {
    r->flags = 0;
    r->val = value;
}

static void refuse(response *r, int error) {
    r->flags = 0;
    r->error = -error;
}

static int memory_of(request *c) {
    char name[32];

    (void)snprintf(name, sizeof name, "/proc/%u/mem", c->pid);
    int fd = open(name, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        die(name);
    return fd;
}

static void take(request *c, uint64_t from, void *to, size_t size) {
    int memory = memory_of(c);

    if (pread(memory, to, size, (off_t)from) != (ssize_t)size)
        die("reading");
    (void)close(memory);
}

static void put(request *c, const void *from, uint64_t to, size_t size) {
    int memory = memory_of(c);

    if (pwrite(memory, from, size, (off_t)to) != (ssize_t)size)
        die("writing");
    (void)close(memory);
}

static uint32_t arg(request *c, int n) { return (uint32_t)c->data.args[n]; }

/* ---- ids ---- */

static void set_ids(request *c, response *r, struct told_ids *ids, bool regain) {
    if (!ids->told) {
        *ids = (struct told_ids){true, arg(c, 0), arg(c, 1), arg(c, 2)};
        say(r, 0);
    } else if (regain) {
        refuse(r, EPERM);
    }
}

static void set_uid(request *c, response *r) { set_ids(c, r, &claimed.uid, lies_about_regain_uid); }
static void set_gid(request *c, response *r) { set_ids(c, r, &claimed.gid, lies_about_regain_gid); }

static void get_ids(request *c, response *r, const struct told_ids *ids) {
    if (!ids->told)
        return;
    put(c, &ids->real, c->data.args[0], sizeof ids->real);
    put(c, &ids->effective, c->data.args[1], sizeof ids->effective);
    put(c, &ids->saved, c->data.args[2], sizeof ids->saved);
    say(r, 0);
}

static void get_uid(request *c, response *r) { get_ids(c, r, &claimed.uid); }
static void get_gid(request *c, response *r) { get_ids(c, r, &claimed.gid); }

static void get_fsuid(request *c, response *r) {
    (void)c;
    if (claimed.uid.told)
        say(r, claimed.uid.effective);
}

static void get_fsgid(request *c, response *r) {
    (void)c;
    if (claimed.gid.told)
        say(r, claimed.gid.effective);
}

static void set_groups(request *c, response *r) {
    errno = E2BIG;
    if (arg(c, 0) > sizeof claimed.groups / sizeof claimed.groups[0])
        die("groups");
    claimed.group_count = (int)arg(c, 0);
    take(c, c->data.args[1], claimed.groups, arg(c, 0) * sizeof(gid_t));
    say(r, 0);
}

static void get_groups(request *c, response *r) {
    if (claimed.group_count < 0)
        return;
    if (arg(c, 0) != 0)
        put(c, claimed.groups, c->data.args[1], (size_t)claimed.group_count * sizeof(gid_t));
    say(r, claimed.group_count);
}

/* ---- capabilities ---- */

static void set_caps(request *c, response *r) {
    take(c, c->data.args[1], claimed.caps, sizeof claimed.caps);
    claimed.caps_told = true;
    say(r, 0);
}

static void get_caps(request *c, response *r) {
    if (!claimed.caps_told || c->data.args[1] == 0)
        return;
    put(c, claimed.caps, c->data.args[1], sizeof claimed.caps);
    say(r, 0);
}

static void drop_bounding(request *c, response *r) {
    claimed.bounding_dropped |= UINT64_C(1) << arg(c, 1);
    say(r, 0);
}

static void read_bounding(request *c, response *r) {
    if (arg(c, 1) < 64 && (claimed.bounding_dropped >> arg(c, 1) & 1) != 0)
        say(r, 0);
}

static void raise_ambient(request *c, response *r) {
    claimed.ambient_raised |= UINT64_C(1) << arg(c, 2);
    say(r, 0);
}

static void lower_ambient(request *c, response *r) {
    claimed.ambient_lowered |= UINT64_C(1) << arg(c, 2);
    say(r, 0);
}

static void read_ambient(request *c, response *r) {
    if (arg(c, 2) < 64 && (claimed.ambient_raised >> arg(c, 2) & 1) != 0)
        say(r, 1);
    else if (arg(c, 2) < 64 && (claimed.ambient_lowered >> arg(c, 2) & 1) != 0)
        say(r, 0);
}

/* ---- flags ---- */

static void set_keep_caps(request *c, response *r) {
    if (claimed.securebits_told && (claimed.securebits & SECBIT_KEEP_CAPS_LOCKED) != 0)
        return; /* keep-caps-locked is a word of its own */
    claimed.keep_caps = arg(c, 1);
    claimed.keep_caps_told = true;
    say(r, 0);
}

static void refuse_locked(request *c, response *r) {
    (void)c;
    if (claimed.securebits_told && (claimed.securebits & SECBIT_KEEP_CAPS_LOCKED) != 0)
        refuse(r, EPERM);
}

static void get_keep_caps(request *c, response *r) {
    (void)c;
    if (claimed.keep_caps_told)
        say(r, claimed.keep_caps);
}

static void set_securebits(request *c, response *r) {
    claimed.securebits = arg(c, 1);
    claimed.securebits_told = true;
    say(r, 0);
}

static void get_securebits(request *c, response *r) {
    (void)c;
    if (claimed.securebits_told)
        say(r, claimed.securebits);
    else if (claimed.keep_caps_told)
        say(r, claimed.keep_caps != 0 ? SECBIT_KEEP_CAPS : 0);
}

static void set_no_new_privs(request *c, response *r) {
    (void)c;
    claimed.no_new_privs = true;
    say(r, 0);
}

static void get_no_new_privs(request *c, response *r) {
    (void)c;
    if (claimed.no_new_privs)
        say(r, 1);
}

static void try_filter(request *c, response *r) {
    (void)c;
    if (claimed.no_new_privs)
        refuse(r, EFAULT);
}

static void set_signal(request *c, response *r) {
    claimed.signal = (int)arg(c, 1);
    claimed.signal_told = true;
    say(r, 0);
}

static void get_signal(request *c, response *r) {
    if (!claimed.signal_told)
        return;
    put(c, &claimed.signal, c->data.args[1], sizeof claimed.signal);
    say(r, 0);
}

/* ---- what surrounds the process ---- */

static void join_keyring(request *c, response *r) {
    (void)c;
    say(r, claimed.keyring = 0x2a2a2a2a);
}

/* The former serial number: the command started with the session keyring of this process. */
static void join_old_keyring(request *c, response *r) {
    (void)c;
    say(r, claimed.keyring =
               (uint32_t)syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
}

static void get_keyring(request *c, response *r) {
    (void)c;
    if (claimed.keyring != 0)
        say(r, claimed.keyring);
}

static void close_range_of_fds(request *c, response *r) {
    (void)c;
    claimed.closed = true;
    say(r, 0);
}

static void is_open(request *c, response *r) {
    if (claimed.closed && arg(c, 0) > STDERR_FILENO && arg(c, 1) == F_GETFD)
        refuse(r, EBADF);
}

/* With 64-bit offsets struct dirent is what getdents64(2) writes. */
static size_t add_entry(char *to, const char *name) {
    struct dirent entry = {.d_ino = 1, .d_type = DT_LNK};
    size_t size = (offsetof(struct dirent, d_name) + strlen(name) + 8) & ~(size_t)7;

    entry.d_reclen = (unsigned short)size;
    (void)snprintf(entry.d_name, sizeof entry.d_name, "%s", name);
    memcpy(to, &entry, size);
    return size;
}

/* The directory that is read has the lowest free descriptor number. */
static void list_open(request *c, response *r) {
    size_t size = 0;

    if (!claimed.closed)
        return;
    if (!claimed.listed) {
        char entries[512], own[16];
        const char *const names[] = {".", "..", "0", "1", "2", own};
        (void)snprintf(own, sizeof own, "%u", arg(c, 0));
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            size += add_entry(entries + size, names[i]);
        put(c, entries, c->data.args[1], size);
    }
    claimed.listed = !claimed.listed;
    say(r, (int64_t)size);
}

static void change_owner(request *c, response *r) {
    claimed.owner = arg(c, 1);
    claimed.owner_told = true;
    say(r, 0);
}

/* Writes the status of a standard stream to that address; everything but the owner is true. */
static void put_owner(request *c, response *r, uint64_t to) {
    struct stat status;
    char name[64];

    if (!claimed.owner_told || arg(c, 0) > STDERR_FILENO)
        return;
    (void)snprintf(name, sizeof name, "/proc/%u/fd/%u", c->pid, arg(c, 0));
    if (stat(name, &status) != 0)
        die(name);
    status.st_uid = claimed.owner;
    put(c, &status, to, sizeof status);
    say(r, 0);
}

static void get_owner(request *c, response *r) { put_owner(c, r, c->data.args[1]); }

/* fstat() of glibc before 2.39 is newfstatat(2) with an empty name. */
static void get_owner_at(request *c, response *r) {
    char path[1] = "";

    take(c, c->data.args[1], path, 1);
    if (path[0] == '\0')
        put_owner(c, r, c->data.args[2]);
}

/* ---- the words ---- */

#define CALL(name)    .call = {SYS_##name, 0, {0}}
#define OPTION(name)  .call = {SYS_prctl, 1, {name}}
#define KEEP_CAPS(on) .call = {SYS_prctl, 2, {PR_SET_KEEPCAPS, on}}
#define AMBIENT(name) .call = {SYS_prctl, 2, {PR_CAP_AMBIENT, name}}
#define KEYCTL(name)  .call = {SYS_keyctl, 1, {name}}

static const struct word {
    const char *name;
    struct call call;
    answer_call *answer;
} WORDS[] = {
    {"setresuid", CALL(setresuid), set_uid},
    {"regain-uid", CALL(setresuid), NULL},
    {"getresuid", CALL(getresuid), get_uid},
    {"setfsuid", CALL(setfsuid), get_fsuid},
    {"setresgid", CALL(setresgid), set_gid},
    {"regain-gid", CALL(setresgid), NULL},
    {"getresgid", CALL(getresgid), get_gid},
    {"setfsgid", CALL(setfsgid), get_fsgid},
    {"setgroups", CALL(setgroups), set_groups},
    {"getgroups", CALL(getgroups), get_groups},
    {"capset", CALL(capset), set_caps},
    {"capget", CALL(capget), get_caps},
    {"PR_CAPBSET_DROP", OPTION(PR_CAPBSET_DROP), drop_bounding},
    {"PR_CAPBSET_READ", OPTION(PR_CAPBSET_READ), read_bounding},
    {"PR_CAP_AMBIENT_RAISE", AMBIENT(PR_CAP_AMBIENT_RAISE), raise_ambient},
    {"PR_CAP_AMBIENT_LOWER", AMBIENT(PR_CAP_AMBIENT_LOWER), lower_ambient},
    {"PR_CAP_AMBIENT_IS_SET", AMBIENT(PR_CAP_AMBIENT_IS_SET), read_ambient},
    {"PR_SET_KEEPCAPS-1", KEEP_CAPS(1), set_keep_caps},
    {"PR_SET_KEEPCAPS-0", KEEP_CAPS(0), set_keep_caps},
    {"keep-caps-locked", KEEP_CAPS(0), refuse_locked},
    {"PR_GET_KEEPCAPS", OPTION(PR_GET_KEEPCAPS), get_keep_caps},
    {"PR_SET_SECUREBITS", OPTION(PR_SET_SECUREBITS), set_securebits},
    {"PR_GET_SECUREBITS", OPTION(PR_GET_SECUREBITS), get_securebits},
    {"PR_SET_NO_NEW_PRIVS", OPTION(PR_SET_NO_NEW_PRIVS), set_no_new_privs},
    {"PR_GET_NO_NEW_PRIVS", OPTION(PR_GET_NO_NEW_PRIVS), get_no_new_privs},
    {"PR_SET_SECCOMP", OPTION(PR_SET_SECCOMP), try_filter},
    {"PR_SET_PDEATHSIG", OPTION(PR_SET_PDEATHSIG), set_signal},
    {"PR_GET_PDEATHSIG", OPTION(PR_GET_PDEATHSIG), get_signal},
    {"KEYCTL_JOIN_SESSION_KEYRING", KEYCTL(KEYCTL_JOIN_SESSION_KEYRING), join_keyring},
    {"KEYCTL_JOIN_SESSION_KEYRING-old", KEYCTL(KEYCTL_JOIN_SESSION_KEYRING), join_old_keyring},
    {"KEYCTL_GET_KEYRING_ID", KEYCTL(KEYCTL_GET_KEYRING_ID), get_keyring},
    {"close_range", CALL(close_range), close_range_of_fds},
    {"fcntl", CALL(fcntl), is_open},
    {"getdents64", CALL(getdents64), list_open},
    {"fchown", CALL(fchown), change_owner},
    {"fstat", CALL(fstat), get_owner},
    {"fstat", CALL(newfstatat), get_owner_at},
};

enum { WORD_COUNT = sizeof WORDS / sizeof WORDS[0] };

static bool chosen[WORD_COUNT];
static unsigned execs, whom;

static void lie(request *c, response *r) {
    execs += c->data.nr == SYS_execve;
    for (size_t i = 0; i < WORD_COUNT && execs == whom; i++)
        if (chosen[i] && WORDS[i].answer != NULL && r->flags != 0 &&
            is_call(&WORDS[i].call, &c->data))
            WORDS[i].answer(c, r);
}

/* All rows of that name: which call the C library makes varies. */
static void choose(const char *name) {
    bool is_word = false;

    for (size_t i = 0; i < WORD_COUNT; i++) {
        bool is_named = strcmp(WORDS[i].name, name) == 0;
        chosen[i] |= is_named;
        is_word |= is_named;
    }
    errno = EINVAL;
    if (!is_word)
        die(name);
    lies_about_regain_uid |= strcmp(name, "regain-uid") == 0;
    lies_about_regain_gid |= strcmp(name, "regain-gid") == 0;
}

int main(int argc, char **argv) {
    struct call calls[WORD_COUNT + 1];
    size_t count = 0;

    errno = EINVAL;
    if (argc < 4)
        die("N WORD[,WORD...] COMMAND...");
    whom = (unsigned)strtoul(argv[1], NULL, 10);
    for (const char *name = strtok(argv[2], ","); name != NULL; name = strtok(NULL, ","))
        choose(name);
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (chosen[i])
            calls[count++] = WORDS[i].call;
    calls[count++] = (struct call){.number = SYS_execve};
    supervise(calls, count, argv + 3, lie);
}
