/*
 * model-ops - makes a sequence of system calls, for the model in tests/attack/model.
 *
 *   model-ops --serve         answers requests on standard input, one per line
 *   model-ops OPERATION...    makes them, and prints each error number and then the state
 *
 * A request is OPERATION...[-- COMMAND ARGUMENT...], separated by tabs. A new child makes the
 * operations. With COMMAND, a failing operation ends the child with status 99; otherwise COMMAND
 * is executed. Without it, the child prints as above. The answer is one line of numbers, followed
 * by what the child wrote:
 *   WAIT-STATUS PID LENGTH-OF-OUTPUT LENGTH-OF-ERROR OWNER-OF-STDIN -OF-STDOUT -OF-STDERR
 *
 * Operations: see OPERATIONS below. NAME=VALUE; IDs are decimal, sets and bits hexadecimal.
 * exec=PATH continues with the remaining operations in another copy of this program (or a script
 * that names one). userns=MAPS is "UIDS;GIDS;SETGROUPS" with lines INSIDE:OUTSIDE:COUNT separated
 * by "/"; a process that was forked before the first operation writes them.
 *
 * It makes raw system calls where the C library would do more; it shares nothing with the product.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SETUP_FAILED = 99,
    WORDS = 256,
    GROUPS_MOST = 64,
    OUTPUT_MOST = 65536,
    CAP_LIMIT = 64,
    PATIENCE = 30000, /* milliseconds; what takes longer is killed */
};

/* Both ends of the connection to the process that writes the maps of a user namespace. */
static int map_request = -1, map_answer = -1;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "model-ops: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

/* ---- operations: 0, or -1 with errno ---- */

static unsigned decimal(const char *text) { return (unsigned)strtoul(text, NULL, 10); }

static uint64_t hexadecimal(const char *text) { return strtoull(text, NULL, 16); }

static void three(const char *text, unsigned id[3]) {
    id[0] = id[1] = id[2] = (unsigned)-1;
    (void)sscanf(text, "%u,%u,%u", &id[0], &id[1], &id[2]);
}

static int do_setresuid(const char *value) {
    unsigned id[3];

    three(value, id);
    return setresuid(id[0], id[1], id[2]);
}

static int do_setresgid(const char *value) {
    unsigned id[3];

    three(value, id);
    return setresgid(id[0], id[1], id[2]);
}

static int do_setreuid(const char *value) {
    unsigned id[3];

    three(value, id);
    return setreuid(id[0], id[1]);
}

static int do_setregid(const char *value) {
    unsigned id[3];

    three(value, id);
    return setregid(id[0], id[1]);
}

static int do_setuid(const char *value) { return setuid(decimal(value)); }

static int do_setgid(const char *value) { return setgid(decimal(value)); }

/* These two never return an error. */
static int do_setfsuid(const char *value) { return setfsuid(decimal(value)) * 0; }

static int do_setfsgid(const char *value) { return setfsgid(decimal(value)) * 0; }

static int do_setgroups(const char *value) {
    gid_t list[GROUPS_MOST];
    size_t count = 0;

    while (*value != '\0' && count < GROUPS_MOST) {
        list[count++] = decimal(value);
        value += strcspn(value, ",");
        value += *value == ',';
    }
    return setgroups(count, list);
}

static int do_capset(const char *value) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    unsigned long long p, e, i;

    if (sscanf(value, "%llx,%llx,%llx", &p, &e, &i) != 3) {
        errno = EINVAL;
        return -1;
    }
    struct __user_cap_data_struct half[2] = {
        {(uint32_t)e, (uint32_t)p, (uint32_t)i},
        {(uint32_t)(e >> 32), (uint32_t)(p >> 32), (uint32_t)(i >> 32)},
    };
    return (int)syscall(SYS_capset, &header, half);
}

/* Calls `call` for each capability of a set. */
static int each(const char *value, int (*call)(unsigned long cap)) {
    uint64_t set = hexadecimal(value);

    for (unsigned long cap = 0; cap < CAP_LIMIT; cap++)
        if ((set >> cap & 1) != 0 && call(cap) != 0)
            return -1;
    return 0;
}

static int drop(unsigned long cap) { return prctl(PR_CAPBSET_DROP, cap, 0L, 0L, 0L); }

static int raise_ambient(unsigned long cap) {
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0L, 0L);
}

static int lower_ambient(unsigned long cap) {
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, cap, 0L, 0L);
}

static int do_drop(const char *value) { return each(value, drop); }

static int do_raise(const char *value) { return each(value, raise_ambient); }

static int do_lower(const char *value) { return each(value, lower_ambient); }

static int do_clear(const char *value) {
    (void)value;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
}

static int do_securebits(const char *value) {
    return prctl(PR_SET_SECUREBITS, (unsigned long)hexadecimal(value), 0L, 0L, 0L);
}

static int do_keepcaps(const char *value) {
    return prctl(PR_SET_KEEPCAPS, (unsigned long)decimal(value), 0L, 0L, 0L);
}

static int do_no_new_privs(const char *value) {
    (void)value;
    return prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
}

static int do_pdeathsig(const char *value) {
    return prctl(PR_SET_PDEATHSIG, (unsigned long)decimal(value), 0L, 0L, 0L);
}

static int do_keyring(const char *value) {
    (void)value;
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ? -1 : 0;
}

/* A descriptor that stays open at execve. */
static int do_fd(const char *value) {
    int wanted = (int)decimal(value);
    int fd = open("/dev/null", O_RDWR);

    if (fd >= 0 && fd != wanted && (dup2(fd, wanted) < 0 || close(fd) != 0))
        return -1;
    return fd < 0 ? -1 : 0;
}

static int do_owners(const char *value) {
    unsigned id[3];

    three(value, id);
    for (int fd = 0; fd < 3; fd++)
        if (fchown(fd, id[fd], (gid_t)-1) != 0)
            return -1;
    return 0;
}

static int do_listen(const char *value) {
    char pid[16];

    (void)value;
    (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
    return setenv("LISTEN_FDS", "1", 1) == 0 ? setenv("LISTEN_PID", pid, 1) : -1;
}

static int do_userns(const char *value) {
    char answer = 0;

    if (unshare(CLONE_NEWUSER) != 0)
        return -1;
    if (write(map_request, value, strlen(value)) < 0 || read(map_answer, &answer, 1) != 1) {
        errno = EPROTO;
        return -1;
    }
    return 0;
}

static const struct operation {
    const char *name;
    int (*run)(const char *value);
} OPERATIONS[] = {
    {"setresuid", do_setresuid},
    {"setresgid", do_setresgid},
    {"setreuid", do_setreuid},
    {"setregid", do_setregid},
    {"setuid", do_setuid},
    {"setgid", do_setgid},
    {"setfsuid", do_setfsuid},
    {"setfsgid", do_setfsgid},
    {"setgroups", do_setgroups},
    {"capset", do_capset},
    {"drop", do_drop},
    {"raise", do_raise},
    {"lower", do_lower},
    {"clear", do_clear},
    {"securebits", do_securebits},
    {"keepcaps", do_keepcaps},
    {"no_new_privs", do_no_new_privs},
    {"pdeathsig", do_pdeathsig},
    {"keyring", do_keyring},
    {"fd", do_fd},
    {"owners", do_owners},
    {"listen", do_listen},
    {"userns", do_userns},
};

/* ---- the maps of a user namespace, written from outside ---- */

static bool write_lines(pid_t process, const char *name, const char *lines) {
    char path[64], text[512] = "";
    size_t length = 0;

    if (*lines == '\0')
        return true;
    for (; *lines != '\0' && length < sizeof text - 2; lines++)
        text[length++] = *lines;
    text[length++] = '\n';
    for (char *mark; (mark = strpbrk(text, "/:")) != NULL;)
        *mark = *mark == '/' ? '\n' : ' ';
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)process, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd >= 0 && write(fd, text, length) == (ssize_t)length && close(fd) == 0;
}

static _Noreturn void write_maps(pid_t process, int request, int answer) {
    char text[512] = "";

    if (read(request, text, sizeof text - 1) <= 0)
        _exit(0);
    char *gids = strchr(text, ';');
    char *setgroups_word = gids == NULL ? NULL : strchr(gids + 1, ';');
    if (setgroups_word == NULL)
        _exit(SETUP_FAILED);
    *gids++ = '\0';
    *setgroups_word++ = '\0';
    if (!write_lines(process, "setgroups", setgroups_word) ||
        !write_lines(process, "uid_map", text) || !write_lines(process, "gid_map", gids))
        _exit(SETUP_FAILED);
    _exit(write(answer, "", 1) == 1 ? 0 : SETUP_FAILED);
}

static void start_map_writer(void) {
    int request[2], answer[2];
    pid_t process = getpid();

    if (pipe2(request, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0)
        die("pipe");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        (void)close(request[1]);
        (void)close(answer[0]);
        write_maps(process, request[0], answer[1]);
    }
    (void)close(request[0]);
    (void)close(answer[1]);
    map_request = request[1];
    map_answer = answer[0];
}

/* ---- the state, in the format of the probe ---- */

static void print_ids(const char *kind, const unsigned id[3], unsigned fs) {
    printf("r%s=%u\ne%s=%u\ns%s=%u\nfs%s=%u\n", kind, id[0], kind, id[1], kind, id[2], kind, fs);
}

static uint64_t collect(int option, unsigned long argument, bool second) {
    uint64_t set = 0;

    for (unsigned long cap = 0; cap < CAP_LIMIT; cap++) {
        int has = second ? prctl(option, argument, cap, 0L, 0L) : prctl(option, cap, 0L, 0L, 0L);
        if (has < 0)
            break;
        set |= (uint64_t)(has > 0) << cap;
    }
    return set;
}

static void print_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[2] = {{0}};

    if (syscall(SYS_capget, &header, half) != 0)
        die("capget");
    printf("permitted=%016llx\neffective=%016llx\ninheritable=%016llx\n",
           (unsigned long long)half[1].permitted << 32 | half[0].permitted,
           (unsigned long long)half[1].effective << 32 | half[0].effective,
           (unsigned long long)half[1].inheritable << 32 | half[0].inheritable);
    printf("bounding=%016llx\nambient=%016llx\n",
           (unsigned long long)collect(PR_CAPBSET_READ, 0, false),
           (unsigned long long)collect(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, true));
}

static void print_state(void) {
    unsigned id[3];
    gid_t list[GROUPS_MOST];
    int death = 0;

    if (getresuid(&id[0], &id[1], &id[2]) != 0)
        die("getresuid");
    print_ids("uid", id, (unsigned)setfsuid((uid_t)-1));
    if (getresgid(&id[0], &id[1], &id[2]) != 0)
        die("getresgid");
    print_ids("gid", id, (unsigned)setfsgid((gid_t)-1));
    int count = getgroups(GROUPS_MOST, list);
    printf("groups=");
    for (int i = 0; i < count; i++)
        printf("%s%u", i > 0 ? "," : "", list[i]);
    putchar('\n');
    print_capabilities();
    (void)prctl(PR_GET_PDEATHSIG, &death, 0L, 0L, 0L);
    printf("securebits=%x\nno_new_privs=%d\npdeathsig=%d\n",
           (unsigned)prctl(PR_GET_SECUREBITS, 0L, 0L, 0L, 0L),
           prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L), death);
}

/* ---- the child ---- */

static int run_one(char *word) {
    char *value = strchr(word, '=');
    size_t length = value == NULL ? strlen(word) : (size_t)(value - word);

    for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++)
        if (strlen(OPERATIONS[i].name) == length && strncmp(OPERATIONS[i].name, word, length) == 0)
            return OPERATIONS[i].run(value == NULL ? "" : value + 1);
    errno = EINVAL;
    die(word);
}

/* Continues in another file; returns only if it cannot be executed. */
static int run_exec(char *path, char **rest) {
    char *argv[WORDS];
    int count = 0;

    argv[count++] = path;
    while (*rest != NULL && count < WORDS - 1)
        argv[count++] = *rest++;
    argv[count] = NULL;
    (void)fflush(stdout);
    return execv(path, argv);
}

/* Makes the operations and prints their errors, or with a COMMAND executes that. */
static _Noreturn void run_all(char **words, char **command) {
    for (; *words != NULL; words++) {
        bool is_exec = strncmp(*words, "exec=", 5) == 0;
        errno = 0;
        int error = (is_exec ? run_exec(*words + 5, words + 1) : run_one(*words)) == 0 ? 0 : errno;
        if (command != NULL && error != 0)
            die(*words);
        if (command == NULL)
            printf("error=%d\n", error);
    }
    if (command != NULL && command[0] != NULL) {
        execv(command[0], command);
        die(command[0]);
    }
    print_state();
    exit(fflush(stdout) == 0 ? 0 : SETUP_FAILED);
}

/* ---- the server ---- */

static int split(char *line, char **words) {
    int count = 0;

    for (char *word = strtok(line, "\t\n"); word != NULL && count < WORDS - 1;
         word = strtok(NULL, "\t\n"))
        words[count++] = word;
    words[count] = NULL;
    return count;
}

/* cppcheck-suppress constParameter; in C17 no pointer to int[2] is one to const int[2] */
static _Noreturn void child_main(char **words, int pipes[3][2]) {
    char **command = NULL;

    for (int fd = 0; fd < 3; fd++)
        if (dup2(pipes[fd][fd == 0 ? 0 : 1], fd) < 0)
            die("dup2");
    for (char **word = words; *word != NULL; word++) {
        if (strncmp(*word, "userns=", 7) == 0)
            start_map_writer();
        if (strcmp(*word, "--") == 0) {
            *word = NULL;
            command = word + 1;
            break;
        }
    }
    run_all(words, command);
}

/* Reads both streams to the end. */
static void collect_output(pid_t child, const int fd[2], char *text[2], size_t length[2]) {
    struct pollfd poll_fd[2] = {{fd[0], POLLIN, 0}, {fd[1], POLLIN, 0}};

    length[0] = length[1] = 0;
    while (poll_fd[0].fd >= 0 || poll_fd[1].fd >= 0) {
        if (poll(poll_fd, 2, PATIENCE) <= 0) {
            (void)kill(child, SIGKILL);
            return;
        }
        for (int i = 0; i < 2; i++) {
            if (poll_fd[i].fd < 0 || poll_fd[i].revents == 0)
                continue;
            ssize_t size = read(fd[i], text[i] + length[i], OUTPUT_MOST - length[i]);
            if (size <= 0)
                poll_fd[i].fd = -1;
            else
                length[i] += (size_t)size;
        }
    }
}

static unsigned owner(int fd) {
    struct stat info;

    return fstat(fd, &info) == 0 ? info.st_uid : (unsigned)-1;
}

static void reply(char **words) {
    static char out[OUTPUT_MOST], err[OUTPUT_MOST];
    char *text[2] = {out, err};
    size_t length[2];
    int pipes[3][2], status = 0;

    for (int fd = 0; fd < 3; fd++)
        if (pipe2(pipes[fd], O_CLOEXEC) != 0)
            die("pipe");
    (void)fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        child_main(words, pipes);
    (void)close(pipes[0][0]);
    (void)close(pipes[1][1]);
    (void)close(pipes[2][1]);
    collect_output(child, (int[2]){pipes[1][0], pipes[2][0]}, text, length);
    if (waitpid(child, &status, 0) != child)
        die("waitpid");
    printf("%d %d %zu %zu %u %u %u\n", status, (int)child, length[0], length[1], owner(pipes[0][1]),
           owner(pipes[1][0]), owner(pipes[2][0]));
    (void)fwrite(out, 1, length[0], stdout);
    (void)fwrite(err, 1, length[1], stdout);
    (void)close(pipes[0][1]);
    (void)close(pipes[1][0]);
    (void)close(pipes[2][0]);
}

static int serve(void) {
    char *words[WORDS], *line = NULL;
    size_t size = 0;

    /* a new session keyring, so that what the programs inherit is known */
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
        die("a session keyring");
    while (getline(&line, &size, stdin) > 0) {
        if (split(line, words) == 0)
            continue;
        reply(words);
        if (fflush(stdout) != 0)
            die("the answer");
    }
    free(line);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--serve") == 0)
        return serve();
    /* the kernel inserts the name of a script before its arguments */
    run_all(argc > 1 && argv[1][0] == '/' ? argv + 2 : argv + 1, NULL);
}
