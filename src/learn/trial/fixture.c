#include "learn/trial/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "learn/trial/children.h"
#include "learn/trial/shell.h"

static const char STEP[] = "fixture";

enum {
    ORDER_START = 's',
    ORDER_ALIVE = 'a',
    ORDER_STATUS = 't',
    ORDER_END = 'e',
    YES = 'y',
    NO = 'n',
    GRACE_ROUNDS = 100, /* of 10 ms, between SIGTERM and SIGKILL */
    READY_EVERY = 50,   /* milliseconds */
    SETTLE = 100,       /* milliseconds; a fixture that cannot be started has ended by then */
};

static void pause_for(long milliseconds) {
    const struct timespec time = {.tv_sec = milliseconds / 1000,
                                  .tv_nsec = milliseconds % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

/* ---- the keeper ---- */

/* The shell of the fixture, and its wait status. */
static pid_t shell;
static int shell_status;

static bool has_children(void) {
    pid_t child;
    int status;

    do {
        child = waitpid(-1, &status, WNOHANG);
        if (child == shell)
            shell_status = status;
    } while (child > 0);
    return child == 0;
}

static void end_all(void) {
    struct fail ignored;

    if (has_children())
        (void)children_signal(SIGTERM);
    for (int i = 0; i < GRACE_ROUNDS && has_children(); i++)
        pause_for(10);
    (void)children_end(&ignored);
}

static char obey(const struct subject *subject, char word) {
    if (word == ORDER_START) {
        shell = fork();
        if (shell == 0)
            launch_shell(subject, subject->fixture, -1);
        return shell > 0 ? YES : NO;
    }
    if (word == ORDER_STATUS) /* as in a shell */
        return (char)(WIFEXITED(shell_status) ? WEXITSTATUS(shell_status)
                                              : 128 + WTERMSIG(shell_status));
    if (word == ORDER_ALIVE)
        return has_children() ? YES : NO;
    end_all();
    return YES;
}

static _Noreturn void keep(const struct subject *subject, int orders) {
    char word;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    (void)setsid();
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    while (read(orders, &word, 1) == 1) {
        char answer = obey(subject, word);
        if (write(orders, &answer, 1) != 1)
            break;
    }
    end_all();
    _exit(0);
}

/* ---- this process ---- */

/* The answer of the keeper, or -1. */
static int order(const struct subject *subject, char word) {
    unsigned char answer;

    return send(subject->keeper, &word, 1, MSG_NOSIGNAL) == 1 &&
                   read(subject->keeper, &answer, 1) == 1
               ? answer
               : -1;
}

static bool ask(const struct subject *subject, char word) { return order(subject, word) == YES; }

int fixture_begin(struct subject *subject, struct fail *f) {
    int ends[2];

    subject->keeper = -1;
    if (subject->fixture == NULL)
        return 0;
    if (getpid() == 1)
        return error_set(f, STEP, 0, "start capwrap-learn by an init, such as docker run --init",
                         "process 1 cannot have a fixture: its children are those of the program");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set(f, STEP, errno, "raise the limit of open files", "socketpair");
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        pid_t keeper = fork();
        if (keeper == 0)
            keep(subject, ends[1]);
        _exit(keeper > 0 ? 0 : 1);
    }
    (void)close(ends[1]);
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        (void)close(ends[0]);
        return error_set(f, STEP, errno, "raise the limit of processes", "fork");
    }
    subject->keeper = ends[0];
    return 0;
}

/* The hint for a command that has ended, by its status. */
static const char *hint_for_status(int status) {
    enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

    switch (status) {
    case 0:
        return "give --fixture a line that stays alive during the run; one that ends is for "
               "--reset, with --verify";
    case NOT_EXECUTABLE:
        return "correct the line of --fixture: its shell may not execute a program of it";
    case NOT_FOUND:
        return "correct the line of --fixture: its shell does not find a program of it";
    default:
        return "correct the line of --fixture; to see what it writes, add 2>FILE to it";
    }
}

/* Reports that the fixture has ended, which is always an error. */
static int refuse(const struct subject *subject, const char *when, struct fail *f) {
    int status = order(subject, ORDER_STATUS);

    return error_set(f, STEP, 0, hint_for_status(status), "'%s' ended %s, status %d",
                     subject->fixture, when, status);
}

int fixture_start(const struct subject *subject, unsigned seconds, struct fail *f) {
    if (subject->fixture == NULL)
        return 0;
    if (!ask(subject, ORDER_START))
        return error_set(f, STEP, 0, "raise the limit of processes", "'%s' cannot be started",
                         subject->fixture);
    if (subject->fixture_ready == NULL) {
        /* If a shell that was started later has ended, so has a fixture that ends at once, even
         * where processes are slow to start. */
        struct shell_result result;
        if (shell_run(subject, ":", seconds, &result, f) != 0)
            return -1;
        pause_for(SETTLE);
        return ask(subject, ORDER_ALIVE) ? 0 : refuse(subject, "at once", f);
    }
    for (long left = (long)seconds * 1000; left > 0; left -= READY_EVERY) {
        struct shell_result result;
        if (shell_interrupted())
            return 0; /* and no run is made */
        if (!ask(subject, ORDER_ALIVE))
            return refuse(subject, "before it was ready", f);
        if (shell_run(subject, subject->fixture_ready, seconds, &result, f) != 0)
            return -1;
        if (result.succeeded) /* this may be due to an old fixture that is still running */
            return ask(subject, ORDER_ALIVE) ? 0 : refuse(subject, "before it was ready", f);
        pause_for(READY_EVERY);
    }
    return error_set(f, STEP, 0, "correct the line of --fixture or --fixture-ready",
                     "'%s' was not ready within %u s: '%s' never succeeded", subject->fixture,
                     seconds, subject->fixture_ready);
}

void fixture_end(const struct subject *subject) {
    if (subject->fixture != NULL)
        (void)ask(subject, ORDER_END);
}
