/*
 * probe - prints the privilege state of its own process, as reported by the kernel.
 *
 *   probe [--only KEY[,KEY...]] [--marker FILE] [--exit N] [WORD...]
 *
 * One key=value per line, always in the same order. The values come from raw system calls: the
 * probe uses no library that the product uses and needs no /proc, so its output is also right in a
 * chroot, in another PID namespace and under hidepid.
 *
 * --marker FILE   create FILE, as proof that the program ran
 * --exit N        exit with status N
 *
 * Options are read only while words start with "--". Status 98: the probe itself failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* On 32-bit machines the plain names are the calls with 16-bit IDs. */
#ifdef SYS_getresuid32
#define RAW_GETRESUID SYS_getresuid32
#define RAW_GETRESGID SYS_getresgid32
#define RAW_SETFSUID  SYS_setfsuid32
#define RAW_SETFSGID  SYS_setfsgid32
#define RAW_GETGROUPS SYS_getgroups32
#else
#define RAW_GETRESUID SYS_getresuid
#define RAW_GETRESGID SYS_getresgid
#define RAW_SETFSUID  SYS_setfsuid
#define RAW_SETFSGID  SYS_setfsgid
#define RAW_GETGROUPS SYS_getgroups
#endif

enum { PROBE_FAILED = 98, FD_LIMIT = 1024, GROUPS_LIMIT = 65536, CAP_LIMIT = 64 };

extern char **environ;

static const char *only; /* the argument of --only; NULL prints everything */

static _Noreturn void die(const char *what) {
    fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
    exit(PROBE_FAILED);
}

static bool wanted(const char *key) {
    size_t length = strlen(key);

    if (only == NULL)
        return true;
    for (const char *word = only; *word != '\0';) {
        size_t span = strcspn(word, ",");
        if (span == length && strncmp(word, key, length) == 0)
            return true;
        word += span + (word[span] == ',');
    }
    return false;
}

static void print_number(const char *key, long value) {
    if (wanted(key))
        printf("%s=%ld\n", key, value);
}

static void print_set(const char *key, uint64_t set) {
    if (wanted(key))
        printf("%s=%016llx\n", key, (unsigned long long)set);
}

/* A value is one line, whatever the environment contains. */
static void print_text(const char *key, const char *value) {
    if (!wanted(key))
        return;
    printf("%s=", key);
    for (; *value != '\0'; value++) {
        if (*value == '\n' || *value == '\\')
            printf("\\x%02x", (unsigned)(unsigned char)*value);
        else
            putchar(*value);
    }
    putchar('\n');
}

static void print_ids(const char *kind, long get, long set_fs) {
    unsigned id[3] = {UINT_MAX, UINT_MAX, UINT_MAX};
    const char role[] = "res";
    char key[8];

    if (syscall(get, &id[0], &id[1], &id[2]) != 0)
        die("getres*id");
    for (int i = 0; i < 3; i++) {
        snprintf(key, sizeof(key), "%c%s", role[i], kind);
        print_number(key, (long)id[i]);
    }
    snprintf(key, sizeof(key), "fs%s", kind);
    print_number(key, (long)(unsigned)syscall(set_fs, -1));
}

static int ascending(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a;
    unsigned y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static void print_groups(void) {
    static unsigned list[GROUPS_LIMIT];
    long count = syscall(RAW_GETGROUPS, GROUPS_LIMIT, list);

    if (count < 0)
        die("getgroups");
    if (!wanted("groups"))
        return;
    qsort(list, (size_t)count, sizeof(list[0]), ascending);
    printf("groups=");
    for (long i = 0; i < count; i++)
        printf("%s%u", i > 0 ? "," : "", list[i]);
    putchar('\n');
}

static int bounding_has(unsigned long cap) { return prctl(PR_CAPBSET_READ, cap, 0L, 0L, 0L); }

static int ambient_has(unsigned long cap) {
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0L, 0L);
}

static uint64_t collect(int (*has)(unsigned long cap)) {
    uint64_t set = 0;

    for (unsigned cap = 0; cap < CAP_LIMIT; cap++) {
        int answer = has(cap);
        if (answer < 0)
            break; /* this kernel has neither this capability nor any above it */
        set |= (uint64_t)answer << cap;
    }
    return set;
}

static void print_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[2];

    memset(half, 0x5a, sizeof(half));
    if (syscall(SYS_capget, &header, half) != 0)
        die("capget");
    print_set("permitted", (uint64_t)half[1].permitted << 32 | half[0].permitted);
    print_set("effective", (uint64_t)half[1].effective << 32 | half[0].effective);
    print_set("inheritable", (uint64_t)half[1].inheritable << 32 | half[0].inheritable);
    print_set("bounding", collect(bounding_has));
    print_set("ambient", collect(ambient_has));
}

/* Whether a filter blocks user namespaces: without a filter, the error is about the flags. */
static void print_userns(void) {
    enum { NO_FLAG_OF_UNSHARE = 1 };

    if (wanted("userns"))
        printf("userns=%s\n",
               syscall(SYS_unshare, (long)(CLONE_NEWUSER | NO_FLAG_OF_UNSHARE)) != 0 &&
                       errno == EPERM
                   ? "refused"
                   : "open");
}

static void print_process_flags(void) {
    int signal = -1;

    if (wanted("securebits"))
        printf("securebits=%x\n", (unsigned)prctl(PR_GET_SECUREBITS, 0L, 0L, 0L, 0L));
    print_number("no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L));
    if (prctl(PR_GET_PDEATHSIG, &signal, 0L, 0L, 0L) != 0)
        die("PR_GET_PDEATHSIG");
    print_number("pdeathsig", signal);
    print_userns();
    print_number("ppid", getppid());
}

/* The first copy of a variable, and the number of copies: a shell and setenv(3) may each use a
 * different one. */
static const char *look_up(const char *name, int *count) {
    const char *first = "unset";
    size_t length = strlen(name);

    *count = 0;
    for (char **entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) != 0 || (*entry)[length] != '=')
            continue;
        if ((*count)++ == 0)
            first = *entry + length + 1;
    }
    return first;
}

static void print_login(void) {
    static const char *const name[] = {"HOME", "USER", "LOGNAME"};
    static const char *const key[] = {"home", "user", "logname"};
    static const char *const count_key[] = {"home_count", "user_count", "logname_count"};
    int count[3];

    for (int i = 0; i < 3; i++)
        print_text(key[i], look_up(name[i], &count[i]));
    for (int i = 0; i < 3; i++)
        print_number(count_key[i], count[i]);
}

static void print_fds(void) {
    const char *separator = "";

    if (!wanted("fds"))
        return;
    printf("fds=");
    for (int fd = 0; fd < FD_LIMIT; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            continue;
        printf("%s%d", separator, fd);
        separator = ",";
    }
    putchar('\n');
}

static const char *errno_name(int error) {
    switch (error) {
    case EPERM:
        return "EPERM";
    case EACCES:
        return "EACCES";
    case ENOSYS:
        return "ENOSYS";
    case ENOKEY:
        return "ENOKEY";
    case EKEYREVOKED:
        return "EKEYREVOKED";
    case EKEYEXPIRED:
        return "EKEYEXPIRED";
    default:
        return "other";
    }
}

/* SERIAL,UID of the session keyring. */
static void print_keyring(void) {
    char text[256] = "";
    long serial = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
    unsigned owner = 0;

    if (!wanted("session_keyring"))
        return;
    if (serial < 0 || syscall(SYS_keyctl, KEYCTL_DESCRIBE, serial, text, sizeof(text) - 1) < 0) {
        printf("session_keyring=%s\n", errno_name(errno));
        return;
    }
    if (sscanf(text, "keyring;%u;", &owner) != 1) {
        errno = EPROTO;
        die(text);
    }
    printf("session_keyring=%ld,%u\n", serial, owner);
}

static void print_cwd(void) {
    char directory[PATH_MAX];
    long length = syscall(SYS_getcwd, directory, sizeof(directory));

    print_text("cwd", length < 0 ? errno_name(errno) : directory);
}

static void print_umask(void) {
    mode_t mask = umask(0);

    umask(mask);
    if (wanted("umask"))
        printf("umask=%04o\n", (unsigned)mask);
}

static void print_surroundings(int argc, char **argv) {
    print_number("at_secure", (long)getauxval(AT_SECURE));
    print_cwd();
    print_umask();
    print_number("argc", argc);
    print_text("argv0", argc > 0 ? argv[0] : "");
    print_number("pid", getpid());
}

static void make_marker(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0)
        die(path);
    close(fd);
}

static int parse_options(int argc, char **argv) {
    const char *marker = NULL;
    int status = 0;

    for (int i = 1; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--only") == 0) {
            only = argv[i + 1];
        } else if (strcmp(argv[i], "--marker") == 0) {
            marker = argv[i + 1];
        } else if (strcmp(argv[i], "--exit") == 0) {
            status = atoi(argv[i + 1]);
        } else {
            errno = EINVAL;
            die(argv[i]);
        }
    }
    if (marker != NULL)
        make_marker(marker);
    return status;
}

int main(int argc, char **argv) {
    int status = parse_options(argc, argv);

    print_ids("uid", RAW_GETRESUID, RAW_SETFSUID);
    print_ids("gid", RAW_GETRESGID, RAW_SETFSGID);
    print_groups();
    print_capabilities();
    print_process_flags();
    print_login();
    print_fds();
    print_keyring();
    print_surroundings(argc, argv);
    if (fflush(stdout) != 0)
        die("standard output");
    return status;
}
