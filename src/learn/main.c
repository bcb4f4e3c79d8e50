/*
 * capwrap-learn: the smallest set of capabilities that a program needs, proven by running it.
 *
 * main is the outline: a first run with everything, watched; the search, where it was asked for,
 * whose every trial is a run through the launcher's own transition; the report. Each stage succeeds
 * or fills a struct fail; what is printed and how it ends is decided here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/pool.h"
#include "core/streams.h"
#include "learn/error.h"
#include "learn/report/assessment.h"
#include "learn/report/json.h"
#include "learn/report/text.h"
#include "learn/search.h"
#include "learn/trial/children.h"
#include "text/capname.h"
#include "users/environment.h"

enum {
    TEST_SECONDS = 10, /* for --test to succeed, without --timeout */
    TRIAL_SECONDS =
        10, /* for a trial beyond three times what the first run took, without --timeout */
};

/* ---- before ---- */

/* The user to run as. Root learns for nobody; others, who cannot change their ids, for themselves.
 */
static int choose_user(struct result *result, struct fail *f) {
    struct subject *subject = &result->subject;
    const struct cred *caller = &subject->pipeline.start.cred;
    struct account *account = &subject->identity.account;

    subject->user = result->options.user;
    if (subject->user == NULL && caller->uid.effective == 0)
        subject->user = "nobody";
    const struct who who = {.user = subject->user, .login = true};
    if (resolve(&who, caller, &subject->identity, f) != 0)
        return -1;
    if (subject->user != NULL) {
        subject->environment = environment_make(environ, account, false);
        return subject->environment != NULL
                   ? 0
                   : fail_set(f, "user", FAIL_MEMORY, ENOMEM, "the environment");
    }
    account->uid = caller->uid.effective;
    account->gid = caller->gid.effective;
    return 0;
}

static int prepare(struct result *result, struct fail *f) {
    const struct learn_options *options = &result->options;
    struct subject *subject = &result->subject;
    const struct cred *caller = &subject->pipeline.start.cred;

    subject->command = options->command;
    subject->test = options->test;
    subject->reset = options->reset;
    subject->timeout =
        options->timeout == 0 && options->test != NULL ? TEST_SECONDS : options->timeout;
    if (pipeline_advance(&subject->pipeline, STAGE_OBSERVE, f) != 0 ||
        choose_user(result, f) != 0 || children_begin(f) != 0)
        return -1;
    subject->request.no_new_privs = true;
    resolve_apply(&subject->identity, &subject->request);
    result->everything = caller->permitted;
    result->missing = cred_known_caps(caller) & ~result->everything;
    return trial_begin(subject, f);
}

/* ---- on a terminal ---- */

static void tell(const struct result *result, const char *before, uint64_t set, const char *after) {
    char names[CAPNAME_LIST_SIZE];

    if (isatty(STDERR_FILENO) != 1)
        return;
    capname_join(set, "", ",", names);
    (void)fprintf(stderr, "capwrap-learn: run %u%s%s%s\n", result->runs, before,
                  set == 0                    ? "none"
                  : set == result->everything ? "everything"
                                              : names,
                  after);
}

/* ---- the first run ---- */

static void take_record(void *context, const struct record *record) { usage_add(context, record); }

static int run_watched(struct result *result, struct fail *f) {
    struct observer observer = {.sink = {.take = take_record, .context = &result->usage}};

    if (usage_begin(&result->usage, &result->kallsyms) != 0)
        return error_set(f, "watch", ENOMEM, "raise the memory limit", "the tally");
    int status = trial_run(&result->subject, result->everything, 0, &observer, &result->first, f);
    if (observer.watch != NULL) {
        result->lost = watch_lost(observer.watch);
        result->kprobe = watch_is_kprobe(observer.watch);
    }
    watch_close(observer.watch);
    usage_end(&result->usage);
    return status;
}

static int run_first(struct result *result, struct fail *f) {
    result->runs++;
    tell(result, result->traced ? ", watched, with " : ", with ", result->everything, "");
    return result->traced
               ? run_watched(result, f)
               : trial_run(&result->subject, result->everything, 0, NULL, &result->first, f);
}

/* A program whose file has capabilities is started by capwrap with exactly these, or not at all:
 * then these are everything. */
static int run_first_again(struct result *result, struct fail *f) {
    uint64_t own = result->first.program.file.caps_permitted;

    result->own_capabilities = true;
    result->everything &= own;
    result->missing &= own;
    result->runs = 0; /* it was refused, so it was none */
    usage_free(&result->usage);
    return run_first(result, f);
}

static int learn_first(struct result *result, struct fail *f) {
    result->traced = !result->options.no_trace;
    if (result->traced && kallsyms_load(&result->kallsyms) != 0)
        return error_set(f, "watch", ENOMEM, "raise the memory limit", "/proc/kallsyms");
    if (run_first(result, f) != 0)
        return -1;
    if (result->first.refused && result->first.refusal.code == FAIL_FILE_CAPABILITIES &&
        result->first.program.inspected && run_first_again(result, f) != 0)
        return -1;
    if (result->first.refused) {
        *f = result->first.refusal;
        return -1;
    }
    result->interrupted = result->first.interrupted;
    result->keep =
        result->traced ? usage_caps(&result->usage) & result->everything : result->everything;
    bool passed = result->options.test == NULL || result->first.test_passed;
    result->state = passed ? STATE_OBSERVED : STATE_NOT_CONFIRMED;
    return 0;
}

/* ---- the search ---- */

/* What a trial is made with, and what went wrong with it. */
struct trials {
    struct result *result;
    struct fail *fail;
    bool failed;
};

static enum answer try(void *context, uint64_t set) {
    struct trials *trials = context;
    struct result *result = trials->result;
    struct outcome outcome;

    result->runs++;
    tell(result, ", with ", set, "");
    unsigned limit = TRIAL_SECONDS + 3 * (result->first.duration / 1000);
    if (trial_run(&result->subject, set, limit, NULL, &outcome, trials->fail) != 0) {
        trials->failed = true;
        return ANSWER_STOP;
    }
    result->interrupted |= outcome.interrupted;
    if (outcome.interrupted)
        return ANSWER_STOP;
    bool works = trial_works(&result->subject, &result->first, &outcome);
    tell(result, ": with ", set, works ? " it works" : " it does not work");
    return works ? ANSWER_WORKS : ANSWER_FAILS;
}

static int learn_least(struct result *result, struct fail *f) {
    struct trials trials = {.result = result, .fail = f};

    if (!result->options.verify)
        return 0;
    if (result->state == STATE_NOT_CONFIRMED || result->interrupted) {
        result->state = STATE_NOT_CONFIRMED;
        return 0;
    }
    struct search search = {
        .works = try,
        .context = &trials,
        .repeat = result->options.repeat,
        .everything = result->everything,
        .traced = result->traced ? result->keep : 0,
        .has_trace = result->traced,
    };
    struct found found = search_run(&search);
    result->keep = found.keep;
    result->state = found.confirmed ? STATE_CONFIRMED : STATE_NOT_CONFIRMED;
    return trials.failed ? -1 : 0;
}

/* ---- after ---- */

static int write_report(FILE *out, const struct result *result) {
    int error = 0;

    if (result->options.json)
        error = learn_json_write(out, result);
    else
        learn_text_write(out, result);
    if (error == 0 && ferror(out) != 0)
        error = -errno;
    return error;
}

/* file: NULL for standard error. Where the file cannot take the report, standard error gets it:
 * what was learned took its time. */
static int finish(struct result *result, FILE *file, struct fail *f) {
    (void)signal(SIGPIPE, SIG_IGN);
    int error = write_report(file != NULL ? file : stderr, result);
    if (file != NULL && fclose(file) != 0 && error == 0)
        error = -errno;
    if (error == 0)
        return 0;
    if (file != NULL)
        learn_text_write(stderr, result);
    return error_set(f, "output", error, "give -o a file on a disk that is not full",
                     "%s cannot be written", file != NULL ? result->options.output : "the report");
}

static int learn(struct result *result, struct fail *f) {
    FILE *file = NULL;

    if (result->options.output != NULL) {
        file = fopen(result->options.output, "we");
        if (file == NULL)
            return error_set(f, "output", errno, "give -o a file that can be written",
                             "%s cannot be opened", result->options.output);
    }
    if (prepare(result, f) == 0 && learn_first(result, f) == 0 && learn_least(result, f) == 0)
        return finish(result, file, f);
    if (file != NULL)
        (void)fclose(file);
    return -1;
}

static void release(struct result *result) {
    usage_free(&result->usage);
    kallsyms_free(&result->kallsyms);
    resolve_free(&result->subject.identity);
    pipeline_free(&result->subject.pipeline);
    pool_release(result->subject.environment);
}

int main(int argc, char **argv) {
    static struct result result; /* too large for the stack of a small system */
    struct fail f = {0};

    if (streams_keep_open(&f) != 0 || learn_options_parse(argc, argv, &result.options, &f) != 0)
        return error_print(&f);
    if (result.options.help || result.options.version) {
        if (result.options.help)
            learn_options_help();
        else
            (void)puts("capwrap-learn " CAPWRAP_VERSION);
        return fflush(stdout) == 0 ? 0 : EXIT_REFUSED;
    }
    int status = learn(&result, &f) == 0 ? assessment_exit(&result) : error_print(&f);
    release(&result);
    return status;
}
