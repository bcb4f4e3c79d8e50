/*
 * asks ACTION...: a program that asks the kernel for capabilities in the ways that programs do.
 * Performs one action after the other:
 *
 *   raw              opens a raw socket, which requires NET_RAW
 *   raws N           the same N times
 *   bind PORT        binds a TCP port; below 1024 it requires NET_BIND_SERVICE
 *   children N       N children that open one and exit at once, fifty at a time
 *   threads N        N threads that open one
 *   daemon           continues as a daemon: two forks, its own session, all descriptors closed
 *   orphan           continues as a child whose parent exits, in the same session
 *   wait FILE        waits until the file exists
 *   chain FILE       continues as a child whose parent exits, again and again until the file
 *                    exists; the first process stays, as their subreaper
 *   ignore           ignores every signal that can be ignored
 *   close            closes all descriptors
 *   seteuid UID      sets another effective user ID, which requires SETUID
 *   touch FILE       creates a file if the last raw socket could be opened
 *   print N          writes N bytes to standard output
 *   sleep SECONDS, exit N, exec PROGRAM...  (becomes another program)
 *
 * Exits with 0; with 1 if the last raw socket could not be opened or the port not bound; with 2 if
 * something else failed.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool raw(void) {
    int fd = socket(AF_INET, SOCK_RAW, 1);

    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static bool bind_port(long port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;

    if (fd >= 0)
        (void)close(fd);
    return bound;
}

static void *raw_thread(void *nothing) {
    (void)nothing;
    return raw() ? (void *)1 : NULL;
}

static bool raws(long count) {
    bool all = true;

    for (long i = 0; i < count; i++)
        all &= raw();
    return all;
}

static bool wait_all(void) {
    bool all = true;
    int status;

    while (wait(&status) > 0)
        all &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return all;
}

static bool children(long count) {
    bool all = true;

    for (long i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(raw() ? 0 : 1);
        all &= child > 0;
        if (i % 50 == 49)
            all &= wait_all();
    }
    return all & wait_all();
}

static bool threads(long count) {
    bool all = true;

    for (long i = 0; i < count; i++) {
        pthread_t thread;
        void *worked = NULL;
        if (pthread_create(&thread, NULL, raw_thread, NULL) != 0 ||
            pthread_join(thread, &worked) != 0)
            exit(2);
        all &= worked != NULL;
    }
    return all;
}

static void close_all(void) {
    for (int fd = 0; fd < 1024; fd++)
        (void)close(fd);
}

static void go_on_in_child(void) {
    if (fork() != 0)
        _exit(0);
}

static void wait_for(const char *file) {
    const struct timespec pause = {.tv_nsec = 10000000};

    while (access(file, F_OK) != 0)
        (void)nanosleep(&pause, NULL);
}

static void chain(const char *file) {
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void)signal(SIGCHLD, SIG_IGN); /* children that exit are not waited for */
    while (fork() != 0)
        for (;;)
            (void)pause();
    (void)signal(SIGCHLD, SIG_DFL);
    while (access(file, F_OK) != 0)
        go_on_in_child();
}

static void ignore_all(void) {
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN);
}

static void print(long count) {
    static char block[65536];

    memset(block, 'x', sizeof block);
    while (count > 0) {
        ssize_t written =
            write(STDOUT_FILENO, block,
                  (size_t)count % sizeof block == 0 ? sizeof block : (size_t)count % sizeof block);
        if (written <= 0)
            exit(2);
        count -= written;
    }
}

static void pause_for(double seconds) {
    struct timespec time = {.tv_sec = (time_t)seconds};

    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    (void)nanosleep(&time, NULL);
}

/* An action without a value; returns false if it is not one of these. */
static bool simple(const char *action, bool *opened) {
    if (strcmp(action, "raw") == 0) {
        *opened = raw();
    } else if (strcmp(action, "daemon") == 0) {
        go_on_in_child();
        (void)setsid();
        go_on_in_child();
        close_all();
    } else if (strcmp(action, "orphan") == 0) {
        go_on_in_child();
    } else if (strcmp(action, "ignore") == 0) {
        ignore_all();
    } else if (strcmp(action, "close") == 0) {
        close_all();
    } else {
        return false;
    }
    return true;
}

static bool with_value(const char *action, const char *value, bool *opened) {
    long number = strtol(value, NULL, 10);

    if (strcmp(action, "raws") == 0)
        *opened = raws(number);
    else if (strcmp(action, "bind") == 0)
        *opened = bind_port(number);
    else if (strcmp(action, "children") == 0)
        *opened = children(number);
    else if (strcmp(action, "threads") == 0)
        *opened = threads(number);
    else if (strcmp(action, "print") == 0)
        print(number);
    else if (strcmp(action, "sleep") == 0)
        pause_for(strtod(value, NULL));
    else if (strcmp(action, "exit") == 0)
        exit((int)number);
    else if (strcmp(action, "seteuid") == 0)
        return setresuid((uid_t)-1, (uid_t)number, (uid_t)-1) == 0;
    else if (strcmp(action, "wait") == 0)
        wait_for(value);
    else if (strcmp(action, "chain") == 0)
        chain(value);
    else if (strcmp(action, "touch") == 0)
        return !*opened || close(creat(value, 0644)) == 0;
    else
        return false;
    return true;
}

int main(int argc, char **argv) {
    bool opened = true;

    for (int i = 1; i < argc; i++) {
        if (simple(argv[i], &opened))
            continue;
        if (i + 1 == argc)
            return 2;
        if (strcmp(argv[i], "exec") == 0) {
            (void)execvp(argv[i + 1], argv + i + 1);
            return 2;
        }
        if (!with_value(argv[i], argv[i + 1], &opened))
            return 2;
        i++;
    }
    return opened ? 0 : 1;
}
