#include "learn/trial/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "learn/clock.h"
#include "learn/error.h"
#include "learn/trial/children.h"
#include "learn/trial/fixture.h"
#include "learn/trial/terminal.h"

enum {
    GRACE = 3000,       /* milliseconds between SIGTERM and SIGKILL */
    TEST_EVERY = 100,   /* milliseconds from one start of the test to the next */
    TEST_SECONDS = 10,  /* for commands without the program and without --timeout */
    DRAIN_EVERY = 1000, /* milliseconds, independent of how full the buffers are */
};

static const char STEP[] = "run";

/* The state of a run. */
struct run {
    struct subject *subject;
    struct outcome *outcome;
    struct observer *observer;
    struct child_report *report;
    pid_t program, test; /* 0: none */
    int go[2];           /* a pipe for the byte that lets the child start */
    int output;          /* the output of the test */
    struct pollfd *polls;
    int started; /* a pipe that is closed at execve; -1: that has happened */
    bool stopping, family_ended, test_at_end;
    int64_t begin, deadline, next_test; /* milliseconds; 0: none */
};

static int no_run(struct fail *f, const char *what) {
    return error_set(f, STEP, errno, "raise the limits of memory, processes or open files", "%s",
                     what);
}

int trial_begin(struct subject *subject, struct fail *f) {
    static const int taken[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        (void)sigaddset(&set, taken[i]);
    (void)sigprocmask(SIG_BLOCK, &set, &subject->mask);
    /* An inherited SIG_IGN would reap all children. */
    subject->ignores_children = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
    subject->input = lseek(STDIN_FILENO, 0, SEEK_CUR);
    if (subject->input < 0 && errno == EBADF)
        subject->input = 0; /* closed: there is no input to repeat */
    subject->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return subject->signals < 0 ? no_run(f, "signalfd") : 0;
}

/* ---- start ---- */

static int begin(struct run *run, uint64_t keep, struct fail *f) {
    int started[2];

    if (pipe2(run->go, O_CLOEXEC) != 0 || pipe2(started, O_CLOEXEC) != 0)
        return no_run(f, "pipe");
    run->started = started[0];
    pid_t child = fork();
    if (child == 0)
        launch_program(run->subject, keep, run->go, run->report);
    if (child < 0)
        (void)no_run(f, "fork");
    (void)close(started[1]);
    run->program = child > 0 ? child : 0;
    return child > 0 ? 0 : -1;
}

/* Starts to watch the waiting child, then lets it start. */
static int let_go(struct run *run, unsigned limit, struct fail *f) {
    size_t rings = 0;

    if (run->observer->watch != NULL) {
        if (watch_follow(run->observer->watch, run->program, run->observer->failures, f) != 0)
            return -1;
        rings = watch_polls(run->observer->watch, NULL);
    }
    run->polls = calloc(rings + 2, sizeof run->polls[0]);
    if (run->polls == NULL)
        return no_run(f, "the list of what is polled");
    if (write(run->go[1], "", 1) != 1) /* we hold both ends, so there is no SIGPIPE */
        return no_run(f, "pipe");
    run->begin = clock_milliseconds();
    unsigned seconds = run->subject->timeout != 0 ? run->subject->timeout : limit;
    run->deadline = seconds == 0 ? 0 : run->begin + (int64_t)seconds * 1000;
    return 0;
}

static int run_reset(const struct subject *subject, struct fail *f) {
    struct shell_result result;

    if (subject->reset == NULL)
        return 0;
    if (shell_run(subject, subject->reset, 0, &result, f) != 0)
        return -1;
    if (result.succeeded || shell_interrupted())
        return 0;
    return error_set(f, "reset", 0, "correct the line, or leave out --reset",
                     "'%.200s' failed, status %d%s%.200s", subject->reset,
                     WIFEXITED(result.status) ? WEXITSTATUS(result.status)
                                              : 128 + WTERMSIG(result.status),
                     result.output[0] == '\0' ? "" : ": ", result.output);
}

static unsigned line_seconds(const struct subject *subject) {
    return subject->timeout != 0 ? subject->timeout : TEST_SECONDS;
}

/* A shell exits with 126 or 127 if it cannot execute or find a command. */
static int run_test_alone(const struct subject *subject, bool *succeeds, struct fail *f) {
    struct shell_result result;

    *succeeds = false;
    if (subject->test == NULL)
        return 0;
    if (shell_run(subject, subject->test, line_seconds(subject), &result, f) != 0)
        return -1;
    *succeeds = result.succeeded;
    if (!result.timed_out && !shell_interrupted() && WIFEXITED(result.status) &&
        (WEXITSTATUS(result.status) == EXIT_NOT_FOUND ||
         WEXITSTATUS(result.status) == EXIT_NOT_EXECUTABLE))
        return error_set(f, "test", 0,
                         subject->begun ? "restore what it takes with --reset: it could be "
                                          "executed before an earlier run"
                                        : "correct the line of --test",
                         "'%.200s' cannot be executed, status %d%s%.200s", subject->test,
                         WEXITSTATUS(result.status), result.output[0] == '\0' ? "" : ": ",
                         result.output);
    return 0;
}

/* ---- during the run ---- */

/* Asks the program and the processes that it left behind to end; later kills those that do not. */
static void stop(struct run *run) {
    if (run->stopping)
        return;
    run->stopping = true;
    run->deadline = clock_milliseconds() + GRACE;
    run->outcome->left = run->program == 0 && !run->family_ended && run->subject->test == NULL;
    sample_descendants(run->test, &run->subject->identity.groups, &run->observer->samples);
    (void)children_signal(SIGTERM);
}

/* A terminal also sends its signals to the program; any other sender means both processes. */
static void take_signal(struct run *run, const struct signalfd_siginfo *info) {
    int number = (int)info->ssi_signo;
    bool again = run->outcome->interrupted;

    if (number == SIGUSR1 || number == SIGUSR2) {
        if (run->program != 0)
            (void)kill(run->program, number);
        return;
    }
    run->outcome->interrupted = true;
    if (run->program == 0) {
        stop(run); /* the processes left behind get no signal from the terminal */
    } else if (info->ssi_code != SI_KERNEL) {
        (void)kill(run->program, number);
        if (!run->stopping)
            run->deadline = clock_milliseconds() + GRACE;
        run->stopping = true;
    }
    if (again && run->stopping)
        run->deadline = clock_milliseconds();
}

/* The exit status of a test that was ended together with the program is ignored, unless it is 0. */
static void take_test(struct run *run, int status) {
    struct outcome *outcome = run->outcome;
    bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;

    run->test = 0;
    if (run->stopping && !passed)
        return;
    outcome->test_ended = true;
    outcome->test_status = status;
    shell_output_read(run->output, outcome->test_output);
    if (!outcome->test_passed)
        outcome->test_after = (unsigned)(clock_milliseconds() - run->begin);
    outcome->test_passed |= passed;
}

static void take_end(struct run *run, pid_t child, int status) {
    struct outcome *outcome = run->outcome;

    if (child == run->program) {
        run->program = 0;
        outcome->ended = !run->stopping || outcome->interrupted;
        outcome->status = status;
    } else if (child == run->test) {
        take_test(run, status);
    }
}

/* A child that has ended keeps its identity until it is waited for. */
static void reap(struct run *run) {
    siginfo_t info;
    int status;

    for (;;) {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
            run->family_ended = true;
            return;
        }
        if (info.si_pid == 0)
            break;
        if (info.si_pid != run->test)
            sample_process(info.si_pid, &run->subject->identity.groups, &run->observer->samples);
        if (waitpid(info.si_pid, &status, 0) == info.si_pid)
            take_end(run, info.si_pid, status);
    }
    run->family_ended = false;
}

static void take_signals(struct run *run) {
    struct signalfd_siginfo info;

    while (read(run->subject->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            take_signal(run, &info);
    reap(run);
}

/* Starts the test when it is due: after execve, one at a time, and once more at the very end.
 */
static void drive_test(struct run *run) {
    const char *test = run->subject->test;

    if (test == NULL || run->started >= 0 || run->test != 0 || run->stopping || run->test_at_end ||
        run->outcome->test_passed)
        return;
    run->test_at_end = run->family_ended;
    if (!run->family_ended && clock_milliseconds() < run->next_test)
        return;
    run->next_test = clock_milliseconds() + TEST_EVERY;
    if (run->output >= 0)
        (void)!ftruncate(run->output, 0);
    pid_t child = fork();
    if (child == 0)
        launch_shell(run->subject, test, run->output);
    run->test = child > 0 ? child : 0;
    run->family_ended = false;
}

/* Whether the run is over. */
static bool decide(struct run *run) {
    const struct outcome *outcome = run->outcome;

    if (run->family_ended && (run->subject->test == NULL || run->report->refused || run->stopping ||
                              outcome->test_passed || run->test_at_end))
        return true;
    if (outcome->test_passed)
        stop(run);
    if (run->deadline == 0 || clock_milliseconds() < run->deadline)
        return false;
    if (run->stopping)
        return true;
    run->outcome->timed_out = true;
    stop(run);
    return false;
}

static int wait_time(const struct run *run) {
    int64_t until = clock_milliseconds() + DRAIN_EVERY;

    if (run->deadline != 0 && run->deadline < until)
        until = run->deadline;
    if (run->subject->test != NULL && run->test == 0 && run->started < 0 && run->next_test < until)
        until = run->next_test;
    int64_t left = until - clock_milliseconds();
    return left > 0 ? (int)left : 0;
}

static int drain(struct run *run, bool last, struct fail *f) {
    if (run->observer->watch == NULL)
        return 0;
    int error = watch_drain(run->observer->watch, last, &run->observer->sink);
    return error == 0 ? 0
                      : error_set(f, "watch", error, "raise the memory limit", "what was watched");
}

static int go_on(struct run *run, struct fail *f) {
    struct pollfd *polls = run->polls;

    do {
        size_t count = 0;
        polls[count++] = (struct pollfd){.fd = run->subject->signals, .events = POLLIN};
        polls[count++] = (struct pollfd){.fd = run->started, .events = POLLIN};
        if (run->observer->watch != NULL)
            count += watch_polls(run->observer->watch, polls + count);
        (void)poll(polls, count, wait_time(run));
        if (run->started >= 0 && polls[1].revents != 0) {
            (void)close(run->started); /* closed by execve, or by the end of the child */
            run->started = -1;
        }
        take_signals(run);
        if (drain(run, false, f) != 0)
            return -1;
        drive_test(run);
    } while (!decide(run));
    return 0;
}

/* ---- the whole ---- */

static void close_pipes(const struct run *run) {
    const int all[] = {run->go[0], run->go[1], run->started, run->output};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] >= 0)
            (void)close(all[i]);
}

static int run_once(struct run *run, uint64_t keep, unsigned limit, struct fail *f) {
    struct outcome *outcome = run->outcome;
    struct fail swept;

    int status = begin(run, keep, f);
    if (status == 0)
        status = let_go(run, limit, f);
    if (status == 0)
        status = go_on(run, f);
    outcome->duration = (unsigned)(clock_milliseconds() - run->begin);
    close_pipes(run);
    free(run->polls);
    int end = children_end(&swept);
    if (status == 0 && end != 0)
        *f = swept;
    if (run->observer->watch != NULL)
        watch_pause(run->observer->watch);
    if (status == 0 && end == 0)
        status = drain(run, true, f);
    return status == 0 && end == 0 ? 0 : -1;
}

/* The number of unread bytes in standard input, if it is a pipe or a socket. */
static int input_waiting(const struct subject *subject) {
    int count = 0;

    return subject->input < 0 && isatty(STDIN_FILENO) == 0 &&
                   ioctl(STDIN_FILENO, FIONREAD, &count) == 0
               ? count
               : 0;
}

static int run_program(struct subject *subject, uint64_t keep, unsigned limit,
                       struct observer *observer, struct outcome *outcome, struct fail *f) {
    struct terminal terminal;

    struct child_report *report =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED)
        return no_run(f, "mmap");
    struct run run = {.subject = subject,
                      .outcome = outcome,
                      .observer = observer,
                      .report = report,
                      .go = {-1, -1},
                      .output = subject->test != NULL ? shell_output_open() : -1,
                      .started = -1};
    int waiting = input_waiting(subject);
    subject->begun = outcome->begun = true;
    terminal_save(&terminal);
    int status = run_once(&run, keep, limit, f);
    terminal_restore(&terminal);
    subject->input_taken |= input_waiting(subject) < waiting;
    outcome->refused = report->refused;
    outcome->refusal = report->fail;
    outcome->program = report->pipeline.program;
    /* The subject of the refusal may be in the memory that is unmapped. */
    ptrdiff_t offset = report->fail.subject - (const char *)&report->pipeline.program;
    if (report->refused && offset >= 0 && offset < (ptrdiff_t)sizeof outcome->program)
        outcome->refusal.subject = (const char *)&outcome->program + offset;
    (void)munmap(report, sizeof *report);
    return status;
}

/* Does what precedes a run. After a signal to end, nothing more is started. */
static int get_ready(const struct subject *subject, bool *succeeds, struct fail *f) {
    *succeeds = false;
    if (run_reset(subject, f) != 0)
        return -1;
    if (!shell_interrupted() && fixture_start(subject, line_seconds(subject), f) != 0)
        return -1;
    return shell_interrupted() ? 0 : run_test_alone(subject, succeeds, f);
}

int trial_run(struct subject *subject, uint64_t keep, unsigned limit, struct observer *observer,
              struct outcome *outcome, struct fail *f) {
    memset(outcome, 0, sizeof *outcome);
    int status = get_ready(subject, &outcome->passes_without, f);
    outcome->interrupted = shell_interrupted();
    if (status == 0 && !outcome->passes_without && !outcome->interrupted)
        status = run_program(subject, keep, limit, observer, outcome, f);
    fixture_end(subject);
    return status;
}

int trial_test_alone(const struct subject *subject, bool *succeeds, struct fail *f) {
    *succeeds = false;
    if (subject->test == NULL)
        return 0;
    int status = get_ready(subject, succeeds, f);
    fixture_end(subject);
    return status;
}

bool trial_works(const struct subject *subject, const struct outcome *outcome) {
    if (outcome->refused || outcome->passes_without)
        return false;
    if (subject->test != NULL)
        return outcome->test_passed;
    return outcome->ended && !outcome->interrupted && WIFEXITED(outcome->status) &&
           (unsigned)WEXITSTATUS(outcome->status) == subject->expect_status;
}
