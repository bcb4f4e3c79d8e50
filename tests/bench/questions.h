/*
 * questions - what capwrap asks the kernel on its way, for a baseline that is to ask it as well:
 * the state before the change and after it, whether the old ids can be taken back, and what execve
 * will make of the program. The same system calls, and the answers are ignored. Included by
 * baseline.c.
 */
#ifndef BENCH_QUESTIONS_H
#define BENCH_QUESTIONS_H

#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

enum { CAPABILITIES = 64, HEAD = 256, EXECVE_CHECK = 0x10000 };

/* ---- questions that have a row of their own (programs.py, SINGLE_QUESTIONS), given the program
 * ---- */

/* Whether the new user may search the working directory. */
static inline void ask_directory(const char *path) {
    (void)path;
    call(__NR_faccessat2, AT_FDCWD, (long)".", 1, AT_EACCESS, 0);
}

/* Whether this is the initial user namespace, which maps every id. */
static inline void ask_user_namespace(const char *path) {
    char filesystem[256], link[18];

    (void)path;
    call(__NR_statfs, (long)"/proc/self/ns", (long)filesystem, 0, 0, 0);
    call(__NR_readlinkat, AT_FDCWD, (long)"/proc/self/ns/user", (long)link, sizeof link, 0);
}

/* Whether the kernel would execute the program. */
static inline void ask_execve_check(const char *path) {
    const long words[] = {(long)path, 0};

    call(__NR_execveat, AT_FDCWD, (long)path, (long)words, (long)(words + 1), EXECVE_CHECK);
}

/* The kernel's own price for a seccomp filter: one that lets every call through. no_new_privs is
 * on. */
static inline void set_filter(const char *path) {
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {.len = 1, .filter = code};

    (void)path;
    call(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program, 0, 0);
}

/* ---- what capwrap asks ---- */

#ifdef QUESTIONS

static long ask_prctl(long what, long a, long b) { return call(__NR_prctl, what, a, b, 0, 0); }

/* Up to the capability last, of which the answer is EINVAL. */
static void ask_bits(long what, long a, bool second, long last) {
    for (long cap = 0; cap <= last; cap++)
        ask_prctl(what, second ? a : cap, second ? cap : 0);
}

static void ask_ids(void) {
    unsigned ids[3], groups[64];

    call(__NR_getresuid, (long)&ids[0], (long)&ids[1], (long)&ids[2], 0, 0);
    call(__NR_setfsuid, -1, 0, 0, 0, 0);
    call(__NR_getresgid, (long)&ids[0], (long)&ids[1], (long)&ids[2], 0, 0);
    call(__NR_setfsgid, -1, 0, 0, 0, 0);
    if (call(__NR_getgroups, 0, 0, 0, 0, 0) > 0)
        call(__NR_getgroups, 64, (long)groups, 0, 0, 0);
}

static void ask_flags(void) {
    ask_prctl(PR_GET_SECUREBITS, 0, 0);
    ask_prctl(PR_GET_KEEPCAPS, 0, 0);
    ask_prctl(PR_GET_NO_NEW_PRIVS, 0, 0);
}

/* The whole state, as the proof asks for it. */
static void ask_state(long count) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct sets[2];

    ask_ids();
    call(__NR_capget, (long)&header, (long)sets, 0, 0, 0);
    ask_bits(PR_CAPBSET_READ, 0, false, count);
    ask_bits(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, true, count);
    ask_flags();
}

/* How many capabilities there are, by halving. */
static long ask_count(void) {
    long count = 0, above = CAPABILITIES;

    ask_prctl(PR_CAPBSET_READ, CAPABILITIES, 0);
    while (count < above) {
        long middle = (count + above) / 2;
        if (ask_prctl(PR_CAPBSET_READ, middle, 0) < 0)
            above = middle;
        else
            count = middle + 1;
    }
    return count;
}

/* What a plan needs, of a caller with nothing inheritable that keeps one capability (keep) and may
 * drop the others. */
static long ask_before(long keep) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct sets[2];
    int signal;

    ask_ids();
    call(__NR_capget, (long)&header, (long)sets, 0, 0, 0);
    long count = ask_count();
    ask_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, count - 1);
    ask_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, count);
    ask_flags();
    ask_prctl(PR_CAPBSET_READ, keep, 0);
    ask_prctl(PR_GET_PDEATHSIG, (long)&signal, 0);
    ask_user_namespace(NULL);
    return count;
}

static void ask_about_program(const char *path) {
    static char status[256], filesystem[256], head[HEAD], attribute[24];

    call(__NR_faccessat2, AT_FDCWD, (long)path, 1, AT_EACCESS, 0);
    ask_directory(path);
    call(__NR_newfstatat, AT_FDCWD, (long)path, (long)status, 0, 0);
    call(__NR_statfs, (long)path, (long)filesystem, 0, 0, 0);
    long file = call(__NR_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0);
    call(__NR_read, file, (long)head, HEAD, 0, 0);
    call(__NR_close, file, 0, 0, 0, 0);
    call(__NR_getxattr, (long)path, (long)"security.capability", (long)attribute, sizeof attribute,
         0);
}

static void ask_after(long count, const char *path) {
    const struct sock_fprog nowhere = {.len = 1};
    int signal;

    /* the serial number of before the change, which the new one is compared with */
    call(__NR_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
    call(__NR_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
    call(__NR_setresuid, 0, 0, 0, 0, 0);
    call(__NR_setresgid, 0, 0, 0, 0, 0);
    ask_state(count);
    ask_prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&nowhere);
    ask_prctl(PR_GET_PDEATHSIG, (long)&signal, 0);
    ask_execve_check(path);
}

#endif

#endif
