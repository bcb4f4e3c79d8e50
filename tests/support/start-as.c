/*
 * start-as - changes its own state by raw system calls and executes COMMAND from that state.
 *
 *   start-as [OPTION...] [--] COMMAND [ARGUMENT...]
 *
 * --uid R[,E,S]  --gid R[,E,S]  --groups LIST|none
 * --permitted SET  --effective SET  --inheritable SET  --bounding SET  --ambient SET
 *                        SET is hexadecimal, or "all": what is permitted at the start
 * --securebits HEX  --no-new-privs  --pdeathsig N  --nproc N (RLIMIT_NPROC)
 * --close FD  --open FD=PATH (both repeatable)  --chdir DIR
 * --env-dup NAME=VALUE   one more copy of the variable, after the others (repeatable)
 * --empty-argv           COMMAND gets no arguments at all, not even its name
 * --new-session-keyring-with-key NAME
 *                        a fresh session keyring that holds the key user:NAME
 *
 * What is not given stays unchanged, except for the kernel's own rule for a change of user IDs: if
 * none of the three is 0, the permitted set is empty; if the effective one is not 0, the effective
 * set is. Exits with 99 if the state cannot be reached, so no failed setup passes for a result.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* On 32-bit machines the plain names are the calls with 16-bit IDs. */
#ifdef SYS_setresuid32
#define RAW_GETRESUID SYS_getresuid32
#define RAW_GETRESGID SYS_getresgid32
#define RAW_SETRESUID SYS_setresuid32
#define RAW_SETRESGID SYS_setresgid32
#define RAW_GETGROUPS SYS_getgroups32
#define RAW_SETGROUPS SYS_setgroups32
#else
#define RAW_GETRESUID SYS_getresuid
#define RAW_GETRESGID SYS_getresgid
#define RAW_SETRESUID SYS_setresuid
#define RAW_SETRESGID SYS_setresgid
#define RAW_GETGROUPS SYS_getgroups
#define RAW_SETGROUPS SYS_setgroups
#endif

enum { SETUP_FAILED = 99, GROUPS_LIMIT = 65536, LIST_LIMIT = 64, CAP_LIMIT = 64 };

extern char **environ;

struct set {
    bool given, all;
    uint64_t value;
};

struct ids {
    bool given;
    unsigned id[3];
};

struct number {
    bool given;
    unsigned long value;
};

struct strings {
    size_t count;
    char *item[LIST_LIMIT];
};

struct options {
    struct ids uid, gid;
    const char *groups, *key, *directory;
    struct set permitted, effective, inheritable, bounding, ambient;
    struct number securebits, pdeathsig, nproc;
    bool no_new_privs, empty_argv;
    struct strings close, open, env;
};

struct caps {
    uint64_t permitted, effective, inheritable;
};

static _Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...) {
    int error = errno;
    va_list arguments;

    va_start(arguments, format);
    fputs("start-as: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s%s\n", error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
    exit(SETUP_FAILED);
}

/* ---- reading the options ---- */

static unsigned long parse_number(const char *text, int base) {
    char *end;

    errno = 0;
    unsigned long value = strtoul(text, &end, base);
    if (errno != 0 || end == text || *end != '\0')
        die("not a number: %s", text);
    return value;
}

static struct number parse_given(const char *text, int base) {
    return (struct number){.given = true, .value = parse_number(text, base)};
}

static struct set parse_set(const char *text) {
    if (strcmp(text, "all") == 0)
        return (struct set){.given = true, .all = true};
    return (struct set){.given = true, .value = parse_number(text, 16)};
}

static struct ids parse_ids(const char *text) {
    struct ids ids = {.given = true};
    char end;

    if (sscanf(text, "%u,%u,%u%c", &ids.id[0], &ids.id[1], &ids.id[2], &end) == 3)
        return ids;
    ids.id[0] = ids.id[1] = ids.id[2] = (unsigned)parse_number(text, 10);
    return ids;
}

static void append(struct strings *list, char *item) {
    if (list->count == LIST_LIMIT)
        die("more than %d of one option", LIST_LIMIT);
    list->item[list->count++] = item;
}

enum choice {
    UID = 1000,
    GID,
    GROUPS,
    PERMITTED,
    EFFECTIVE,
    INHERITABLE,
    BOUNDING,
    AMBIENT,
    SECUREBITS,
    NO_NEW_PRIVS,
    PDEATHSIG,
    NPROC,
    CLOSE,
    OPEN,
    CHDIR,
    ENV_DUP,
    EMPTY_ARGV,
    KEYRING,
};

static const struct option long_options[] = {
    {"uid", required_argument, NULL, UID},
    {"gid", required_argument, NULL, GID},
    {"groups", required_argument, NULL, GROUPS},
    {"permitted", required_argument, NULL, PERMITTED},
    {"effective", required_argument, NULL, EFFECTIVE},
    {"inheritable", required_argument, NULL, INHERITABLE},
    {"bounding", required_argument, NULL, BOUNDING},
    {"ambient", required_argument, NULL, AMBIENT},
    {"securebits", required_argument, NULL, SECUREBITS},
    {"no-new-privs", no_argument, NULL, NO_NEW_PRIVS},
    {"pdeathsig", required_argument, NULL, PDEATHSIG},
    {"nproc", required_argument, NULL, NPROC},
    {"close", required_argument, NULL, CLOSE},
    {"open", required_argument, NULL, OPEN},
    {"chdir", required_argument, NULL, CHDIR},
    {"env-dup", required_argument, NULL, ENV_DUP},
    {"empty-argv", no_argument, NULL, EMPTY_ARGV},
    {"new-session-keyring-with-key", required_argument, NULL, KEYRING},
    {NULL, 0, NULL, 0},
};

static void take_privilege_option(struct options *options, int option, char *value) {
    switch (option) {
    case UID:
        options->uid = parse_ids(value);
        break;
    case GID:
        options->gid = parse_ids(value);
        break;
    case GROUPS:
        options->groups = value;
        break;
    case PERMITTED:
        options->permitted = parse_set(value);
        break;
    case EFFECTIVE:
        options->effective = parse_set(value);
        break;
    case INHERITABLE:
        options->inheritable = parse_set(value);
        break;
    case BOUNDING:
        options->bounding = parse_set(value);
        break;
    case AMBIENT:
        options->ambient = parse_set(value);
        break;
    case SECUREBITS:
        options->securebits = parse_given(value, 16);
        break;
    default: /* NO_NEW_PRIVS */
        options->no_new_privs = true;
    }
}

static void take_option(struct options *options, int option, char *value) {
    switch (option) {
    case PDEATHSIG:
        options->pdeathsig = parse_given(value, 10);
        break;
    case NPROC:
        options->nproc = parse_given(value, 10);
        break;
    case CLOSE:
        append(&options->close, value);
        break;
    case OPEN:
        append(&options->open, value);
        break;
    case CHDIR:
        options->directory = value;
        break;
    case ENV_DUP:
        append(&options->env, value);
        break;
    case EMPTY_ARGV:
        options->empty_argv = true;
        break;
    case KEYRING:
        options->key = value;
        break;
    case '?':
        exit(SETUP_FAILED);
    default:
        take_privilege_option(options, option, value);
    }
}

static void parse_options(int argc, char **argv, struct options *options) {
    int option;

    while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1)
        take_option(options, option, optarg);
    errno = 0;
    if (optind == argc)
        die("no COMMAND");
}

/* ---- capabilities ---- */

static struct caps get_caps(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[2] = {{0}};

    if (syscall(SYS_capget, &header, half) != 0)
        die("capget");
    return (struct caps){
        .permitted = (uint64_t)half[1].permitted << 32 | half[0].permitted,
        .effective = (uint64_t)half[1].effective << 32 | half[0].effective,
        .inheritable = (uint64_t)half[1].inheritable << 32 | half[0].inheritable,
    };
}

static void set_caps(struct caps caps) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[2] = {
        {(uint32_t)caps.effective, (uint32_t)caps.permitted, (uint32_t)caps.inheritable},
        {(uint32_t)(caps.effective >> 32), (uint32_t)(caps.permitted >> 32),
         (uint32_t)(caps.inheritable >> 32)},
    };

    if (syscall(SYS_capset, &header, half) != 0)
        die("capset permitted %016llx effective %016llx inheritable %016llx",
            (unsigned long long)caps.permitted, (unsigned long long)caps.effective,
            (unsigned long long)caps.inheritable);
}

static uint64_t settle(struct set *set, uint64_t all, uint64_t otherwise) {
    if (!set->given)
        set->value = otherwise;
    else if (set->all)
        set->value = all;
    return set->value;
}

/* Sets that were not given follow the kernel's rules for the new user IDs. */
static struct caps final_caps(struct options *options, struct caps start) {
    const unsigned *id = options->uid.id;
    bool lost = options->uid.given && id[0] != 0 && id[1] != 0 && id[2] != 0;
    struct caps caps;

    caps.permitted = settle(&options->permitted, start.permitted, lost ? 0 : start.permitted);
    uint64_t usual = options->permitted.given ? caps.permitted : start.effective & caps.permitted;
    if (options->uid.given && id[1] != 0 && !options->permitted.given)
        usual = 0;
    caps.effective = settle(&options->effective, caps.permitted, usual);
    caps.inheritable = settle(&options->inheritable, start.permitted, start.inheritable);
    return caps;
}

static void reach_ambient(struct set *ambient, uint64_t all) {
    if (!ambient->given)
        return;
    settle(ambient, all, 0);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L) != 0)
        die("clearing the ambient set");
    for (unsigned long cap = 0; cap < CAP_LIMIT; cap++)
        if ((ambient->value >> cap & 1) != 0 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0L, 0L) != 0)
            die("raising ambient %lu", cap);
}

static void reach_bounding(struct set *bounding, uint64_t all) {
    if (!bounding->given)
        return;
    settle(bounding, all, 0);
    for (unsigned long cap = 0; cap < CAP_LIMIT; cap++) {
        bool want = (bounding->value >> cap & 1) != 0;
        int has = prctl(PR_CAPBSET_READ, cap, 0L, 0L, 0L);
        if (has <= 0 && want) {
            errno = 0;
            die("capability %lu is not in the bounding set", cap);
        }
        if (has > 0 && !want && prctl(PR_CAPBSET_DROP, cap, 0L, 0L, 0L) != 0)
            die("dropping %lu from the bounding set", cap);
    }
}

/* ---- ids ---- */

static int same_ids(long get, const struct ids *ids) {
    unsigned now[3];

    if (syscall(get, &now[0], &now[1], &now[2]) != 0)
        die("getres*id");
    return memcmp(now, ids->id, sizeof(now)) == 0;
}

static void reach_ids(const char *name, const struct ids *ids, long get, long set) {
    if (!ids->given || same_ids(get, ids))
        return;
    if (syscall(set, ids->id[0], ids->id[1], ids->id[2]) != 0)
        die("%s %u,%u,%u", name, ids->id[0], ids->id[1], ids->id[2]);
}

static void reach_groups(const char *text) {
    static unsigned list[GROUPS_LIMIT];
    size_t count = 0;
    char *copy;

    if (text == NULL)
        return;
    copy = strdup(text);
    if (copy == NULL)
        die("strdup");
    if (strcmp(text, "none") != 0)
        for (const char *word = strtok(copy, ","); word != NULL; word = strtok(NULL, ","))
            list[count++] = (unsigned)parse_number(word, 10);
    free(copy);
    /* an ordinary user without groups may be given none */
    if (count == 0 && syscall(RAW_GETGROUPS, 0, NULL) == 0)
        return;
    if (syscall(RAW_SETGROUPS, count, list) != 0)
        die("setgroups %s", text);
}

/* Capabilities must not change while the IDs change: final_caps() makes the kernel's changes. */
static int suspend_fixup(const struct options *options) {
    int bits = prctl(PR_GET_SECUREBITS, 0L, 0L, 0L, 0L);

    if (bits < 0)
        die("PR_GET_SECUREBITS");
    if (options->uid.given && !same_ids(RAW_GETRESUID, &options->uid) &&
        (bits & SECBIT_NO_SETUID_FIXUP) == 0 &&
        prctl(PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, 0L, 0L, 0L) != 0)
        die("suspending the set-uid fix-up");
    return bits;
}

static void reach_securebits(int wanted) {
    if (prctl(PR_GET_SECUREBITS, 0L, 0L, 0L, 0L) == wanted)
        return;
    if (prctl(PR_SET_SECUREBITS, wanted, 0L, 0L, 0L) != 0)
        die("securebits %x", (unsigned)wanted);
}

static void reach_credentials(struct options *options) {
    struct caps start = get_caps();
    struct caps end = final_caps(options, start);
    int bits = suspend_fixup(options);

    reach_groups(options->groups);
    reach_ids("setresgid", &options->gid, RAW_GETRESGID, RAW_SETRESGID);
    reach_ids("setresuid", &options->uid, RAW_GETRESUID, RAW_SETRESUID);
    /* before the bounding set: what it lacks can no longer be made inheritable */
    set_caps((struct caps){start.permitted, start.permitted, end.inheritable});
    reach_ambient(&options->ambient, start.permitted & end.inheritable);
    reach_bounding(&options->bounding, start.permitted);
    reach_securebits(options->securebits.given ? (int)options->securebits.value : bits);
    set_caps(end);

    struct caps now = get_caps();
    errno = 0;
    if (memcmp(&now, &end, sizeof(now)) != 0)
        die("the capability sets are not the ones asked for");
    for (unsigned long cap = 0; options->ambient.given && cap < CAP_LIMIT; cap++)
        if ((options->ambient.value >> cap & 1) != 0 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0L, 0L) != 1)
            die("ambient %lu is not permitted and inheritable", cap);
}

/* ---- the rest ---- */

static void make_keyring(const char *key) {
    if (key == NULL)
        return;
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
        die("a session keyring");
    if (syscall(SYS_add_key, "user", key, "secret", strlen("secret"), KEY_SPEC_SESSION_KEYRING) < 0)
        die("key %s", key);
}

static void open_descriptors(const struct strings *open_list) {
    for (size_t i = 0; i < open_list->count; i++) {
        char *path = strchr(open_list->item[i], '=');
        errno = 0;
        if (path == NULL)
            die("--open FD=PATH, not %s", open_list->item[i]);
        *path++ = '\0';
        int wanted = (int)parse_number(open_list->item[i], 10);
        int fd = open(path, O_RDWR);
        if (fd < 0)
            fd = open(path, O_RDONLY);
        if (fd < 0)
            die("%s", path);
        if (fd != wanted && (dup2(fd, wanted) < 0 || close(fd) != 0))
            die("descriptor %d", wanted);
    }
}

static void close_descriptors(const struct strings *close_list) {
    for (size_t i = 0; i < close_list->count; i++) {
        int fd = (int)parse_number(close_list->item[i], 10);
        if (close(fd) != 0 && errno != EBADF)
            die("close %d", fd);
    }
}

static void limit_processes(const struct number *nproc) {
    struct rlimit limit = {nproc->value, nproc->value};

    if (nproc->given && setrlimit(RLIMIT_NPROC, &limit) != 0)
        die("RLIMIT_NPROC %lu", nproc->value);
}

static void duplicate_env(const struct strings *env) {
    size_t count = 0;

    while (environ[count] != NULL)
        count++;
    char **copy = calloc(count + env->count + 1, sizeof(*copy));
    if (copy == NULL)
        die("calloc");
    memcpy(copy, environ, count * sizeof(*copy));
    memcpy(copy + count, env->item, env->count * sizeof(*copy));
    environ = copy;
}

int main(int argc, char **argv) {
    struct options options = {0};
    /* cppcheck-suppress constVariable; its pointers are const */
    char *const none[] = {NULL};

    parse_options(argc, argv, &options);
    if (options.directory != NULL && chdir(options.directory) != 0)
        die("chdir %s", options.directory);
    open_descriptors(&options.open);
    make_keyring(options.key);
    reach_credentials(&options);
    if (options.no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
        die("no_new_privs");
    /* both last: a change of credentials clears the parent-death signal, and under this limit a
     * change of user ID makes the next execve fail */
    if (options.pdeathsig.given &&
        prctl(PR_SET_PDEATHSIG, options.pdeathsig.value, 0L, 0L, 0L) != 0)
        die("parent-death signal %lu", options.pdeathsig.value);
    limit_processes(&options.nproc);
    duplicate_env(&options.env);
    close_descriptors(&options.close);
    execvpe(argv[optind], options.empty_argv ? none : argv + optind, environ);
    die("%s", argv[optind]);
}
