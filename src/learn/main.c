/*
 * capwrap-learn: the smallest set of capabilities that a program needs, proven by running it.
 *
 * main is the outline: a first run with everything, watched; the search, if requested, in which
 * every trial uses the launcher's own transition; the report. Each stage succeeds or fills a struct
 * fail; main decides what is printed and with which status the program exits.
 *
 * With --pid, --cgroup, --unit or --container it watches instead what runs already.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/pool.h"
#include "core/streams.h"
#include "learn/attach/attach.h"
#include "learn/attach/narrowing.h"
#include "learn/attach/watched.h"
#include "learn/attach/watched_json.h"
#include "learn/attach/watched_text.h"
#include "learn/error.h"
#include "learn/report/assessment.h"
#include "learn/report/configuration.h"
#include "learn/report/json.h"
#include "learn/report/output.h"
#include "learn/report/text.h"
#include "learn/runs.h"
#include "learn/trial/children.h"
#include "learn/trial/fixture.h"
#include "learn/trial/search_path.h"
#include "show/report.h"
#include "users/environment.h"
#include "users/mistaken.h"

enum { TEST_SECONDS = 10 }; /* for --test to succeed, without --timeout */

/* ---- before ---- */

/* Its PATH is adapted to the user: a directory that only root can search would cause checks. */
static int make_environment(struct subject *subject, struct fail *f) {
    static const char name[] = "PATH=";
    const struct account *account = &subject->identity.account;
    const char *path = getenv("PATH");
    char *variable = NULL;

    subject->environment =
        environment_make(environ, &(const struct environment_rules){.account = account});
    if (subject->environment == NULL)
        return fail_set(f, "user", FAIL_MEMORY, ENOMEM, "the environment");
    if (path == NULL)
        return 0;
    char *reachable = search_path_for(path, account->uid, account->gid, &subject->identity.groups);
    if (reachable == NULL || asprintf(&variable, "%s%s", name, reachable) < 0)
        return fail_set(f, "user", FAIL_MEMORY, ENOMEM, "the environment");
    free(reachable);
    subject->search_path = variable + strlen(name); /* both are kept for the program */
    for (char **entry = subject->environment; *entry != NULL; entry++)
        if (strncmp(*entry, name, strlen(name)) == 0)
            *entry = variable;
    return 0;
}

/* The user to run as. The default for root is nobody; other callers cannot change their user ID.
 */
static int choose_user(struct result *result, struct fail *f) {
    struct subject *subject = &result->subject;
    const struct cred *caller = &subject->pipeline.start.cred;
    struct account *account = &subject->identity.account;

    subject->user = result->options.user;
    if (subject->user == NULL && caller->uid.effective == 0)
        subject->user = "nobody";
    const struct who who = {.user = subject->user};
    if (resolve(&who, caller, &subject->identity, f) != 0) {
        if (result->options.user == NULL && f->code == FAIL_UNKNOWN_USER)
            fail_advise(f, "name a user that this system has, or ids: --user 65534:65534");
        return -1;
    }
    if (subject->user != NULL)
        return make_environment(subject, f);
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
    subject->fixture = options->fixture;
    subject->fixture_ready = options->fixture_ready;
    subject->expect_status = options->expect_status;
    subject->search_path = getenv("PATH");
    subject->timeout =
        options->timeout == 0 && options->test != NULL ? TEST_SECONDS : options->timeout;
    subject->files = watch_raise_limit();
    if (pipeline_advance(&subject->pipeline, STAGE_OBSERVE, f) != 0 ||
        choose_user(result, f) != 0 || fixture_begin(subject, f) != 0 || children_begin(f) != 0)
        return -1;
    subject->request.no_new_privs = true;
    resolve_apply(&subject->identity, &subject->request);
    result->everything = caller->permitted;
    result->missing = cred_known_caps(caller) & ~result->everything;
    return trial_begin(subject, f);
}

/* ---- learning from a command ---- */

static void write_text(FILE *out, const void *what) { learn_text_write(out, what); }

static int write_report(FILE *out, const void *what) {
    const struct result *result = what;

    if (result->options.format == FORMAT_JSON)
        return learn_json_write(out, result);
    if (result->options.format != FORMAT_TEXT)
        return configuration_write(out, result, result->options.format - FORMAT_SNIPPET);
    learn_text_write(out, result);
    return 0;
}

/* Returns the exit status. */
static int learn(struct result *result, char *const *argv, struct fail *f) {
    const struct learn_options *options = &result->options;
    const struct output_report report = {write_report, write_text, result};
    FILE *file = NULL;

    if (output_open(options, &file, f) != 0)
        return error_print(f, NULL);
    if (prepare(result, f) == 0 && runs_first(result, f) == 0 && runs_search(result, f) == 0)
        return output_finish(options, &report, file, f) == 0 ? assessment_exit(result)
                                                             : error_print(f, NULL);
    const struct mistaken_line line = {"capwrap-learn", argv, options->command};
    if (options->user == NULL)
        (void)mistaken_user(&line, f);
    learn_options_advise(options, f);
    return output_error(options, file, f);
}

/* ---- watching what runs already ---- */

static void write_watched_text(FILE *out, const void *what) { watched_text_write(out, what); }

static int write_watched(FILE *out, const void *what) {
    const struct attached *attached = what;

    if (attached->options->format == FORMAT_JSON)
        return watched_json_write(out, attached);
    if (attached->options->format != FORMAT_TEXT)
        return narrowing_write(out, attached, attached->options->format - FORMAT_SNIPPET);
    watched_text_write(out, attached);
    return 0;
}

static void report_so_far(const struct attached *attached) { watched_text_write(stderr, attached); }

static int watch_running(const struct learn_options *options, struct fail *f) {
    static struct attached attached;
    const struct output_report report = {write_watched, write_watched_text, &attached};
    FILE *file = NULL;

    /* The report may be written to a file in which one of them is stored. */
    if (attach_read_runs(&attached, options, f) != 0)
        return output_error(options, NULL, f);
    if (output_open(options, &file, f) != 0)
        return error_print(f, NULL);
    int status = 0;
    if (attach_begin(&attached, f) != 0 || attach_run(&attached, report_so_far, f) != 0)
        status = output_error(options, file, f);
    else if (output_finish(options, &report, file, f) != 0)
        status = error_print(f, NULL);
    else
        status = watched_exit(&attached);
    attach_free(&attached);
    return status;
}

/* ---- both ---- */

static void release(struct result *result) {
    watch_close(result->watch);
    usage_free(&result->usage);
    privilege_free(&result->privilege);
    kallsyms_free(&result->kallsyms);
    resolve_free(&result->subject.identity);
    pipeline_free(&result->subject.pipeline);
    pool_release(result->subject.environment);
}

int main(int argc, char **argv) {
    static struct result result; /* too large for the stack of a small system */
    struct fail f = {0};

    if (streams_keep_open(&f) != 0 || learn_options_parse(argc, argv, &result.options, &f) != 0)
        return output_error(&result.options, NULL, &f);
    if (result.options.help || result.options.version) {
        if (result.options.help)
            learn_options_help();
        else
            (void)puts("capwrap-learn " CAPWRAP_VERSION CAPWRAP_LIBRARIES);
        return report_finish(&f) == 0 ? 0 : error_print(&f, NULL);
    }
    if (result.options.target_count > 0)
        return watch_running(&result.options, &f);
    int status = learn(&result, argv, &f);
    release(&result);
    return status;
}
