#include "learn/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/observe.h"
#include "core/transition.h"
#include "learn/family.h"
#include "learn/terminal.h"

enum {
    GRACE = 3000,       /* milliseconds between SIGTERM and SIGKILL */
    TEST_EVERY = 100,   /* milliseconds from one start of the test to the next */
    POLL_MOST = 256,    /* descriptors: a ring for each processor, and ours */
    DRAIN_EVERY = 1000, /* milliseconds, whatever fills */
};

static const char STEP[] = "run";

/* What the child tells of its start, in memory that both share. */
struct told {
    bool refused;
    struct fail fail;
    struct program program;
};

/* A run on its way. */
struct run {
    struct subject *subject;
    struct outcome *outcome;
    struct observer *observer;
    struct told *told;
    pid_t program, test; /* 0: none */
    int go[2];           /* a pipe for our word to begin */
    int started;         /* a pipe whose end tells of execve; -1: it has */
    bool stopping, family_ended, test_at_end;
    int64_t begin, deadline, next_test; /* milliseconds; 0: none */
};

static int64_t now(void) {
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int no_run(struct failure *failure, const char *what) {
    return failure_set(failure, STEP, errno, "raise the limits of memory, processes or open files",
                       "%s", what);
}

int trial_begin(struct subject *subject, struct failure *failure) {
    static const int taken[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        (void)sigaddset(&set, taken[i]);
    (void)sigprocmask(SIG_BLOCK, &set, &subject->mask);
    /* Ignored, as it may be inherited, it would reap them all. */
    subject->ignores_children = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
    subject->input = lseek(STDIN_FILENO, 0, SEEK_CUR);
    if (subject->input < 0 && errno == EBADF)
        subject->input = 0; /* closed: there is nothing to read again */
    subject->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return subject->signals < 0 ? no_run(failure, "signalfd") : 0;
}

/* ---- in the child ---- */

static int launch(const struct subject *subject, uint64_t keep, struct told *told) {
    struct request request = subject->request;
    struct fail *f = &told->fail;
    struct start start = {0};
    struct plan plan;

    request.keep = keep;
    told->program.command = subject->options.command[0];
    told->program.search_path = getenv("PATH");
    if (observe_cred("start", CAP_BITS, &start.cred, f) != 0 ||
        plan_check_start(&start.cred, f) != 0 || observe_start(&request, &start, f) != 0 ||
        plan_make(&request, &start, &plan, f) != 0 || transition_preflight(&plan, f) != 0 ||
        transition_run(&plan, &told->program, f) != 0 || transition_verify(&plan, f) != 0)
        return -1;
    return program_exec(&told->program, subject->options.command,
                        subject->environment != NULL ? subject->environment : environ, f);
}

/* Waits for the word to begin, which comes when it is watched; or for the end of who would give it.
 */
static _Noreturn void be_program(const struct run *run, uint64_t keep) {
    const struct subject *subject = run->subject;
    char word;

    if (subject->input >= 0)
        (void)lseek(STDIN_FILENO, subject->input, SEEK_SET);
    (void)close(run->go[1]);
    if (read(run->go[0], &word, 1) == 1) {
        if (subject->ignores_children)
            (void)signal(SIGCHLD, SIG_IGN);
        (void)sigprocmask(SIG_SETMASK, &subject->mask, NULL);
        run->told->refused = launch(subject, keep, run->told) != 0;
    }
    _exit(EXIT_REFUSED);
}

static _Noreturn void be_shell(const struct subject *subject, const char *line) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    (void)sigprocmask(SIG_SETMASK, &subject->mask, NULL);
    (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

/* ---- beginning ---- */

static int begin(struct run *run, uint64_t keep, struct failure *failure) {
    int started[2];

    if (pipe2(run->go, O_CLOEXEC) != 0 || pipe2(started, O_CLOEXEC) != 0)
        return no_run(failure, "pipe");
    run->started = started[0];
    pid_t child = fork();
    if (child == 0)
        be_program(run, keep);
    if (child < 0)
        (void)no_run(failure, "fork");
    (void)close(started[1]);
    run->program = child > 0 ? child : 0;
    return child > 0 ? 0 : -1;
}

/* Opens the watch on the child that waits, and lets it go. */
static int let_go(struct run *run, unsigned limit, struct failure *failure) {
    if (run->observer != NULL) {
        run->observer->watch = watch_open(run->program, failure);
        if (run->observer->watch == NULL)
            return -1;
    }
    if (write(run->go[1], "", 1) != 1) /* both ends are ours too, so that there is no SIGPIPE */
        return no_run(failure, "pipe");
    run->begin = now();
    unsigned seconds = run->subject->timeout != 0 ? run->subject->timeout : limit;
    run->deadline = seconds == 0 ? 0 : run->begin + (int64_t)seconds * 1000;
    return 0;
}

/* Runs a shell line to its end. */
static int run_reset(struct subject *subject, struct failure *failure) {
    int status = 0;

    pid_t child = fork();
    if (child == 0)
        be_shell(subject, subject->reset);
    if (child < 0)
        return no_run(failure, "fork");
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failure_set(failure, "reset", 0, "correct the line, or leave out --reset",
                           "'%s' failed", subject->reset);
    return family_end(failure);
}

/* ---- on its way ---- */

/* The program and what it left to us are asked to end; what does not is killed. */
static void stop(struct run *run) {
    if (run->stopping)
        return;
    run->stopping = true;
    run->deadline = now() + GRACE;
    (void)family_signal(SIGTERM);
}

/* A terminal sends its signals to the program as well; another sender means both. */
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
        stop(run); /* whom it left behind hears no terminal */
    } else if (info->ssi_code != SI_KERNEL) {
        (void)kill(run->program, number);
        if (!run->stopping)
            run->deadline = now() + GRACE;
        run->stopping = true;
    }
    if (again && run->stopping)
        run->deadline = now();
}

static void reap(struct run *run) {
    int status;
    pid_t child;

    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
        if (child == run->program) {
            run->program = 0;
            run->outcome->ended = !run->stopping || run->outcome->interrupted;
            run->outcome->status = status;
        } else if (child == run->test) {
            run->test = 0;
            run->outcome->test_passed |= WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
    }
    run->family_ended = child < 0;
}

static void take_signals(struct run *run) {
    struct signalfd_siginfo info;

    while (read(run->subject->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            take_signal(run, &info);
    reap(run);
}

/* Starts the test when it is its time: after execve, one at a time, and once more at the very end.
 */
static void drive_test(struct run *run) {
    const char *test = run->subject->test;

    if (test == NULL || run->started >= 0 || run->test != 0 || run->stopping || run->test_at_end ||
        run->outcome->test_passed)
        return;
    run->test_at_end = run->family_ended;
    if (!run->family_ended && now() < run->next_test)
        return;
    run->next_test = now() + TEST_EVERY;
    pid_t child = fork();
    if (child == 0)
        be_shell(run->subject, test);
    run->test = child > 0 ? child : 0;
    run->family_ended = false;
}

/* Whether the run is over. */
static bool decide(struct run *run) {
    const struct outcome *outcome = run->outcome;

    if (run->family_ended && (run->subject->test == NULL || run->told->refused || run->stopping ||
                              outcome->test_passed || run->test_at_end))
        return true;
    if (outcome->test_passed)
        stop(run);
    if (run->deadline == 0 || now() < run->deadline)
        return false;
    if (run->stopping)
        return true;
    run->outcome->timed_out = true;
    stop(run);
    return false;
}

static int wait_time(const struct run *run) {
    int64_t until = now() + DRAIN_EVERY;

    if (run->deadline != 0 && run->deadline < until)
        until = run->deadline;
    if (run->subject->test != NULL && run->test == 0 && run->started < 0 && run->next_test < until)
        until = run->next_test;
    int64_t left = until - now();
    return left > 0 ? (int)left : 0;
}

static int drain(struct run *run, bool last, struct failure *failure) {
    if (run->observer == NULL)
        return 0;
    int error = watch_drain(run->observer->watch, last, &run->observer->taker);
    return error == 0
               ? 0
               : failure_set(failure, "watch", error, "raise the memory limit", "what was watched");
}

static int go_on(struct run *run, struct failure *failure) {
    struct pollfd polls[POLL_MOST];

    do {
        size_t count = 0;
        polls[count++] = (struct pollfd){.fd = run->subject->signals, .events = POLLIN};
        polls[count++] = (struct pollfd){.fd = run->started, .events = POLLIN};
        if (run->observer != NULL)
            count += watch_polls(run->observer->watch, POLL_MOST - count, polls + count);
        (void)poll(polls, count, wait_time(run));
        if (run->started >= 0 && polls[1].revents != 0) {
            (void)close(run->started); /* execve has closed the other end, or the child has ended */
            run->started = -1;
        }
        take_signals(run);
        if (drain(run, false, failure) != 0)
            return -1;
        drive_test(run);
    } while (!decide(run));
    return 0;
}

/* ---- the whole ---- */

static void close_pipes(const struct run *run) {
    const int all[] = {run->go[0], run->go[1], run->started};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] >= 0)
            (void)close(all[i]);
}

static int run_once(struct run *run, uint64_t keep, unsigned limit, struct failure *failure) {
    struct outcome *outcome = run->outcome;
    struct failure swept;

    int status = begin(run, keep, failure);
    if (status == 0)
        status = let_go(run, limit, failure);
    if (status == 0)
        status = go_on(run, failure);
    close_pipes(run);
    outcome->left = run->program == 0 && !run->family_ended && run->test == 0;
    outcome->duration = (unsigned)(now() - run->begin);
    int end = family_end(&swept);
    if (status == 0 && end != 0)
        *failure = swept;
    if (status == 0 && end == 0)
        status = drain(run, true, failure);
    return status == 0 && end == 0 ? 0 : -1;
}

int trial_run(struct subject *subject, uint64_t keep, unsigned limit, struct observer *observer,
              struct outcome *outcome, struct failure *failure) {
    struct terminal terminal;

    memset(outcome, 0, sizeof *outcome);
    if (subject->reset != NULL && run_reset(subject, failure) != 0)
        return -1;
    struct told *told =
        mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED)
        return no_run(failure, "mmap");
    struct run run = {.subject = subject,
                      .outcome = outcome,
                      .observer = observer,
                      .told = told,
                      .go = {-1, -1},
                      .started = -1};
    terminal_save(&terminal);
    int status = run_once(&run, keep, limit, failure);
    terminal_restore(&terminal);
    outcome->refused = told->refused;
    outcome->refusal = told->fail;
    outcome->program = told->program;
    /* What the refusal names may stand in the memory that goes away. */
    ptrdiff_t offset = told->fail.subject - (const char *)&told->program;
    if (told->refused && offset >= 0 && offset < (ptrdiff_t)sizeof told->program)
        outcome->refusal.subject = (const char *)&outcome->program + offset;
    (void)munmap(told, sizeof *told);
    return status;
}

bool trial_works(const struct subject *subject, const struct outcome *first,
                 const struct outcome *outcome) {
    if (outcome->refused)
        return false;
    if (subject->test != NULL)
        return outcome->test_passed;
    return outcome->timed_out == first->timed_out && outcome->ended == first->ended &&
           (!outcome->ended || outcome->status == first->status);
}
