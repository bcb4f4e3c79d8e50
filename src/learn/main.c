/*
 * capwrap-learn: the smallest set of capabilities that a program needs, proven by running it.
 *
 * main is the outline: a first run with everything, watched; the search, where it was asked for,
 * whose every trial is a run through the launcher's own transition; the report. Each stage succeeds
 * or fills a failure; what is printed and how it ends is decided here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capwrap/streams.h"
#include "core/memory.h"
#include "core/observe.h"
#include "learn/document.h"
#include "learn/family.h"
#include "learn/report.h"
#include "learn/search.h"
#include "learn/verdict.h"
#include "show/names.h"

enum {
    TEST_SECONDS = 10, /* for --test to succeed, without --timeout */
    TRIAL_SECONDS =
        10, /* for a trial beyond three times what the first run took, without --timeout */
};

static const char HELP[] =
    "Usage: capwrap-learn [OPTION...] [--] COMMAND [ARGUMENT...]\n"
    "Run COMMAND as an ordinary user and tell which capabilities it needs.\n"
    "\n"
    "  -u, --user USER[:GROUP]  who the program is (default: nobody; the caller where\n"
    "                           that is not root)\n"
    "      --verify             run it again with less, until nothing more can go,\n"
    "                           and confirm what is left\n"
    "      --test CMD           it works when this shell line succeeds; tried until\n"
    "                           then (default: when it ends as in the first run)\n"
    "      --reset CMD          a shell line to run before each run\n"
    "      --repeat N           try a set that fails N times (default: 1)\n"
    "      --no-trace           do not watch: find the set by trying alone\n"
    "      --timeout SECONDS    end each run after this time (default: none; with\n"
    "                           --test 10)\n"
    "      --check LIST         status 1 when it needs more than these capabilities\n"
    "      --json               report as JSON; needs -o\n"
    "  -o, --output FILE        report to FILE (default: standard error)\n"
    "  -v, --verbose            tell as well what was asked for by the way\n"
    "  -h, --help               show this\n"
    "  -V, --version            show the version\n"
    "\n"
    "Exit status: 0 learned; 1 more than LIST is needed; 2 not confirmed; 125 wrong\n"
    "usage, or it cannot be learned here; 126 COMMAND cannot be executed; 127 COMMAND\n"
    "was not found.\n"
    "\n"
    "  capwrap-learn --verify -- ping -c 1 192.0.2.1\n";

/* ---- before ---- */

/* Who the program is to be. Root learns for nobody; others, who cannot change who they are, for
 * themselves. */
static int choose_user(struct learned *l, struct fail *f) {
    struct subject *subject = &l->subject;
    struct account *account = &subject->identity.account;

    subject->options.user = l->options.user;
    if (subject->options.user == NULL && subject->cred.uid.effective == 0)
        subject->options.user = "nobody";
    if (resolve(&subject->options, &subject->cred, &subject->request, &subject->identity, f) != 0)
        return -1;
    if (subject->options.user != NULL) {
        subject->environment = resolve_environment(environ, account);
        return subject->environment != NULL
                   ? 0
                   : fail_set(f, "user", FAIL_MEMORY, ENOMEM, "the environment");
    }
    account->uid = subject->cred.uid.effective;
    account->gid = subject->cred.gid.effective;
    return 0;
}

static int prepare(struct learned *l, struct failure *failure) {
    struct subject *subject = &l->subject;
    struct fail *f = &failure->fail;

    subject->options = (struct options){.no_new_privs = true, .command = l->options.command};
    subject->test = l->options.test;
    subject->reset = l->options.reset;
    subject->timeout =
        l->options.timeout == 0 && subject->test != NULL ? TEST_SECONDS : l->options.timeout;
    if (observe_cred("start", CAP_BITS, &subject->cred, f) != 0 ||
        plan_check_start(&subject->cred, f) != 0 || choose_user(l, f) != 0 ||
        family_begin(failure) != 0)
        return -1;
    l->everything = subject->cred.permitted;
    l->missing = cred_known_caps(&subject->cred) & ~l->everything;
    return trial_begin(subject, failure);
}

/* ---- on a terminal ---- */

static void tell(const struct learned *l, const char *before, uint64_t set, const char *after) {
    char names[NAMES_SIZE];

    if (isatty(STDERR_FILENO) != 1)
        return;
    names_join(set, "", ",", names);
    (void)fprintf(stderr, "capwrap-learn: run %u%s%s%s\n", l->runs, before,
                  set == 0               ? "none"
                  : set == l->everything ? "everything"
                                         : names,
                  after);
}

/* ---- the first run ---- */

static void take_record(void *context, const struct record *record) { tally_take(context, record); }

static int run_watched(struct learned *l, struct failure *failure) {
    struct observer observer = {.taker = {.take = take_record, .context = &l->tally}};

    if (tally_begin(&l->tally, &l->symbols) != 0)
        return failure_set(failure, "watch", ENOMEM, "raise the memory limit", "the tally");
    int status = trial_run(&l->subject, l->everything, 0, &observer, &l->first, failure);
    if (observer.watch != NULL) {
        l->lost = watch_lost(observer.watch);
        l->kprobe = watch_is_kprobe(observer.watch);
    }
    watch_close(observer.watch);
    tally_end(&l->tally);
    return status;
}

static int run_first(struct learned *l, struct failure *failure) {
    l->runs++;
    tell(l, l->traced ? ", watched, with " : ", with ", l->everything, "");
    return l->traced ? run_watched(l, failure)
                     : trial_run(&l->subject, l->everything, 0, NULL, &l->first, failure);
}

/* A program whose file has capabilities is started by capwrap with exactly these, or not at all:
 * then these are everything. */
static int run_first_again(struct learned *l, struct failure *failure) {
    uint64_t own = l->first.program.file.caps_permitted;

    l->own_capabilities = true;
    l->everything &= own;
    l->missing &= own;
    l->runs = 0; /* it was refused, so it was none */
    tally_free(&l->tally);
    return run_first(l, failure);
}

static int learn_first(struct learned *l, struct failure *failure) {
    l->traced = !l->options.no_trace;
    if (l->traced && symbols_load(&l->symbols) != 0)
        return failure_set(failure, "watch", ENOMEM, "raise the memory limit", "/proc/kallsyms");
    if (run_first(l, failure) != 0)
        return -1;
    if (l->first.refused && l->first.refusal.code == FAIL_FILE_CAPABILITIES &&
        l->first.program.looked_at && run_first_again(l, failure) != 0)
        return -1;
    if (l->first.refused) {
        failure->fail = l->first.refusal;
        return -1;
    }
    l->interrupted = l->first.interrupted;
    l->keep = l->traced ? tally_set(&l->tally) & l->everything : l->everything;
    bool passed = l->options.test == NULL || l->first.test_passed;
    l->state = passed ? STATE_OBSERVED : STATE_NOT_CONFIRMED;
    return 0;
}

/* ---- the search ---- */

/* What a trial is made with, and what went wrong with it. */
struct trials {
    struct learned *learned;
    struct failure *failure;
    bool failed;
};

static enum answer try(void *context, uint64_t set) {
    struct trials *trials = context;
    struct learned *l = trials->learned;
    struct outcome outcome;

    l->runs++;
    tell(l, ", with ", set, "");
    unsigned limit = TRIAL_SECONDS + 3 * (l->first.duration / 1000);
    if (trial_run(&l->subject, set, limit, NULL, &outcome, trials->failure) != 0) {
        trials->failed = true;
        return ANSWER_STOP;
    }
    l->interrupted |= outcome.interrupted;
    if (outcome.interrupted)
        return ANSWER_STOP;
    bool works = trial_works(&l->subject, &l->first, &outcome);
    tell(l, ": with ", set, works ? " it works" : " it does not work");
    return works ? ANSWER_WORKS : ANSWER_FAILS;
}

static int learn_least(struct learned *l, struct failure *failure) {
    struct trials trials = {.learned = l, .failure = failure};

    if (!l->options.verify)
        return 0;
    if (l->state == STATE_NOT_CONFIRMED || l->interrupted) {
        l->state = STATE_NOT_CONFIRMED;
        return 0;
    }
    struct search search = {
        .works = try,
        .context = &trials,
        .repeat = l->options.repeat,
        .everything = l->everything,
        .traced = l->traced ? l->keep : 0,
        .has_trace = l->traced,
    };
    struct found found = search_run(&search);
    l->keep = found.keep;
    l->state = found.confirmed ? STATE_CONFIRMED : STATE_NOT_CONFIRMED;
    return trials.failed ? -1 : 0;
}

/* ---- after ---- */

static int write_report(FILE *out, const struct learned *l) {
    int error = 0;

    if (l->options.json)
        error = document_write(out, l);
    else
        learn_report(out, l);
    if (error == 0 && ferror(out) != 0)
        error = -errno;
    return error;
}

/* file: NULL for standard error. Where the file cannot take the report, standard error gets it:
 * what was learned took its time. */
static int finish(struct learned *l, FILE *file, struct failure *failure) {
    (void)signal(SIGPIPE, SIG_IGN);
    int error = write_report(file != NULL ? file : stderr, l);
    if (file != NULL && fclose(file) != 0 && error == 0)
        error = -errno;
    if (error == 0)
        return 0;
    if (file != NULL)
        learn_report(stderr, l);
    return failure_set(failure, "output", error, "give -o a file on a disk that is not full",
                       "%s cannot be written", file != NULL ? l->options.output : "the report");
}

static int learn(struct learned *l, struct failure *failure) {
    FILE *file = NULL;

    if (l->options.output != NULL) {
        file = fopen(l->options.output, "we");
        if (file == NULL)
            return failure_set(failure, "output", errno, "give -o a file that can be written",
                               "%s cannot be opened", l->options.output);
    }
    if (prepare(l, failure) == 0 && learn_first(l, failure) == 0 && learn_least(l, failure) == 0)
        return finish(l, file, failure);
    if (file != NULL)
        (void)fclose(file);
    return -1;
}

static void release(struct learned *l) {
    tally_free(&l->tally);
    symbols_free(&l->symbols);
    resolve_free(&l->subject.identity);
    observe_free(&l->subject.cred);
    memory_release(l->subject.environment);
}

int main(int argc, char **argv) {
    static struct learned l; /* too large for the stack of a small system */
    struct failure failure = {0};

    if (streams_hold(&failure.fail) != 0 ||
        learn_options_parse(argc, argv, &l.options, &failure) != 0)
        return failure_print(&failure);
    if (l.options.help || l.options.version) {
        (void)fputs(l.options.help ? HELP : "capwrap-learn " CAPWRAP_VERSION "\n", stdout);
        return fflush(stdout) == 0 ? 0 : EXIT_REFUSED;
    }
    int status = learn(&l, &failure) == 0 ? verdict_exit(&l) : failure_print(&failure);
    release(&l);
    return status;
}
