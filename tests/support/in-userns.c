/*
 * in-userns - executes COMMAND in a new user namespace with a chosen ID map.
 *
 *   in-userns [OPTION...] [--] COMMAND [ARGUMENT...]
 *
 * --as UID,GID           become this user, without groups, before the namespace is made
 * --uid-map INSIDE,OUTSIDE,COUNT  --gid-map INSIDE,OUTSIDE,COUNT
 *                        one line of the map (repeatable); without any, nothing is mapped
 * --deny-setgroups       /proc/PID/setgroups contains deny
 * --keep-caps            the capabilities that the namespace gives are kept at execve (as ambient)
 *
 * The initial process writes the maps from outside, so it can map what the process inside could
 * not. Exits as COMMAND does; exits with 99 if the state cannot be reached.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETUP_FAILED = 99, MAP_SIZE = 1024 };

struct options {
    bool change_user, deny_setgroups, keep_caps;
    unsigned uid, gid;
    char uid_map[MAP_SIZE], gid_map[MAP_SIZE];
};

static _Noreturn void die(const char *what) {
    fprintf(stderr, "in-userns: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

/* ---- reading the options ---- */

static void add_line(char *map, const char *text) {
    unsigned inside, outside, count;
    char end;
    size_t used = strlen(map);

    errno = EINVAL;
    if (sscanf(text, "%u,%u,%u%c", &inside, &outside, &count, &end) != 3)
        die(text);
    int length = snprintf(map + used, MAP_SIZE - used, "%u %u %u\n", inside, outside, count);
    errno = E2BIG;
    if (length < 0 || (size_t)length >= MAP_SIZE - used)
        die(text);
}

static void take_user(struct options *options, const char *text) {
    char end;

    errno = EINVAL;
    if (sscanf(text, "%u,%u%c", &options->uid, &options->gid, &end) != 2)
        die(text);
    options->change_user = true;
}

static void parse_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {
        {"as", required_argument, NULL, 'a'},      {"uid-map", required_argument, NULL, 'u'},
        {"gid-map", required_argument, NULL, 'g'}, {"deny-setgroups", no_argument, NULL, 'd'},
        {"keep-caps", no_argument, NULL, 'k'},     {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "+", known, NULL)) != -1) {
        if (option == 'a')
            take_user(options, optarg);
        else if (option == 'u')
            add_line(options->uid_map, optarg);
        else if (option == 'g')
            add_line(options->gid_map, optarg);
        else if (option == 'd')
            options->deny_setgroups = true;
        else if (option == 'k')
            options->keep_caps = true;
        else
            exit(SETUP_FAILED);
    }
    errno = EINVAL;
    if (optind == argc)
        die("no COMMAND");
}

/* ---- inside ---- */

static void raise_ambient(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[2];

    if (syscall(SYS_capget, &header, half) != 0)
        die("capget");
    half[0].inheritable = half[0].permitted;
    half[1].inheritable = half[1].permitted;
    if (syscall(SYS_capset, &header, half) != 0)
        die("capset");
    for (unsigned cap = 0; cap < 64; cap++)
        if ((half[cap / 32].permitted >> cap % 32 & 1) != 0 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (unsigned long)cap, 0L, 0L) != 0)
            die("raising an ambient capability");
}

static _Noreturn void run_inside(const struct options *options, int ready, int mapped,
                                 char **command) {
    char byte = 0;

    if (options->change_user &&
        (setgroups(0, NULL) != 0 || setresgid(options->gid, options->gid, options->gid) != 0 ||
         setresuid(options->uid, options->uid, options->uid) != 0))
        die("becoming the user");
    if (unshare(CLONE_NEWUSER) != 0)
        die("unshare");
    if (write(ready, &byte, 1) != 1 || read(mapped, &byte, 1) != 1)
        die("waiting for the maps");
    if (options->keep_caps)
        raise_ambient();
    execvp(command[0], command);
    die(command[0]);
}

/* ---- outside ---- */

static void write_file(pid_t child, const char *name, const char *text) {
    char path[64];
    ssize_t length = (ssize_t)strlen(text);

    if (length == 0)
        return;
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)child, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, (size_t)length) != length || close(fd) != 0)
        die(path);
}

int main(int argc, char **argv) {
    struct options options = {0};
    int ready[2], mapped[2], status;
    char byte = 0;

    parse_options(argc, argv, &options);
    if (pipe2(ready, O_CLOEXEC) != 0 || pipe2(mapped, O_CLOEXEC) != 0)
        die("pipe");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        run_inside(&options, ready[1], mapped[0], argv + optind);

    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        exit(SETUP_FAILED); /* the child has printed the reason */
    write_file(child, "setgroups", options.deny_setgroups ? "deny" : "");
    write_file(child, "uid_map", options.uid_map);
    write_file(child, "gid_map", options.gid_map);
    if (write(mapped[1], &byte, 1) != 1 || waitpid(child, &status, 0) != child)
        die("the process inside");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
