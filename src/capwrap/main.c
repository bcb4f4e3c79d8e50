/*
 * capwrap: run a program as an ordinary user with exactly the capabilities that were named.
 *
 * main is the outline of a start: parse the options, observe, make the request, plan, change and
 * verify (core/pipeline), execute. Each part either succeeds or fills capwrap.fail, and then no
 * program runs. All output comes from here, through src/show and src/inspect.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "capwrap/options.h"
#include "capwrap/request.h"
#include "core/pipeline.h"
#include "core/streams.h"
#include "inspect/assert.h"
#include "inspect/decode.h"
#include "inspect/dry_run.h"
#include "inspect/status.h"
#include "show/document.h"
#include "show/report.h"
#include "users/environment.h"
#include "users/mistaken.h"

/* All data of one run. */
struct capwrap {
    struct mistaken_line line;
    struct options options;
    struct identity identity;
    char **environment; /* of the program */
    struct fail fail;
    struct pipeline pipeline; /* its last fields are long paths, which are unused in most starts */
};

static int refuse(const struct options *options, const struct fail *f) {
    const struct place place = place_find();

    if (options->json && f->code != FAIL_OUTPUT)
        document_error(stdout, f, &place);
    return report_failure(f, &place);
}

/* --assert. Returns the exit status. */
static int compare(struct capwrap *c) {
    const struct cred *caller = &c->pipeline.start.cred;
    struct request request;

    int status = request_make(&c->options, caller, &request, &c->identity, &c->fail);
    if (status == 0)
        status = assert_print(c->options.mode_value, &request, caller, c->options.json,
                              c->options.quiet, &c->fail);
    if (status >= 0 && report_finish(&c->fail) != 0)
        status = -1;
    return status < 0 ? refuse(&c->options, &c->fail) : status;
}

/* A mode other than MODE_RUN and MODE_ASSERT. Returns the exit status. */
static int inspect(const struct options *options, struct fail *f) {
    int status = 0;

    switch (options->mode) {
    case MODE_STATUS:
        status = status_print(options->mode_value, options->json, f);
        break;
    case MODE_DECODE:
        status = decode_set(options->mode_value, options->json, f);
        break;
    case MODE_LIST_CAPS:
        status = decode_list(options->json, options->verbose, f);
        break;
    case MODE_HELP:
        options_help();
        break;
    case MODE_VERSION:
        (void)puts("capwrap " CAPWRAP_VERSION CAPWRAP_LIBRARIES);
        break;
    case MODE_ASSERT:
    case MODE_RUN:
        break;
    }
    if (status == 0)
        status = report_finish(f);
    return status == 0 ? 0 : refuse(options, f);
}

/* Returns the environment of the program, or NULL without memory. AT_SECURE means that the kernel
 * gave capwrap more privilege than its caller has (getauxval(3)), and then the caller's environment
 * is not trusted. */
static char **make_environment(const struct capwrap *c) {
    bool login = !c->options.who.ids_only && (c->identity.changes_ids || c->options.reset_env);
    const struct environment_rules rules = {.account = login ? &c->identity.account : NULL,
                                            .secure = getauxval(AT_SECURE) != 0,
                                            .reset = c->options.reset_env,
                                            .passed = c->options.pass_env};

    return !rules.secure && !login && !rules.reset ? environ : environment_make(environ, &rules);
}

/* Everything up to the first change. */
static int prepare(struct capwrap *c) {
    struct pipeline *p = &c->pipeline;

    if (request_make(&c->options, &p->start.cred, &p->request, &c->identity, &c->fail) != 0)
        return -1;
    c->environment = make_environment(c);
    if (c->environment == NULL)
        return fail_set(&c->fail, "user", FAIL_MEMORY, ENOMEM, "the environment");
    p->program.command = c->options.command[0];
    p->program.search_path = environment_value(c->environment, "PATH");
    p->program.environment = c->options.reset_env ? c->environment : NULL;
    return pipeline_advance(p, STAGE_PREFLIGHT, &c->fail);
}

/* Returns only when the program could not be started, with capwrap.fail filled. */
static int launch(struct capwrap *c) {
    if (getauxval(AT_SECURE) != 0 && c->options.verbose) {
        char names[1024], known[1024];
        environment_list_unsafe(environ, sizeof names, names);
        environment_list_known(sizeof known, known);
        report_environment(names, known);
    }
    if (c->options.verbose)
        report_steps(&c->pipeline.plan);
    if (pipeline_advance(&c->pipeline, STAGE_CHECK, &c->fail) != 0 ||
        mistaken_root_command(&c->pipeline, &c->line, &c->fail) != 0)
        return -1;
    if (!c->options.quiet)
        report_notes(&c->pipeline, c->options.verbose);
    return program_exec(&c->pipeline.program, c->options.command, c->environment, &c->fail);
}

static int run(int argc, char **argv, struct capwrap *c) {
    const struct options *options = &c->options;

    if (streams_keep_open(&c->fail) != 0)
        return refuse(&c->options, &c->fail);

    int status = options_parse(argc, argv, &c->options, &c->fail);
    c->line = (struct mistaken_line){"capwrap", argv, options->command};
    if (status == 0 && (options->mode == MODE_HELP || options->mode == MODE_VERSION))
        return inspect(options, &c->fail);
    c->pipeline.report = options->request.dry_run || options->verbose;
    if (status == 0)
        status = pipeline_advance(&c->pipeline, STAGE_OBSERVE, &c->fail);
    if (status == 0 && options->mode == MODE_ASSERT)
        return compare(c);
    if (status == 0 && options->mode != MODE_RUN)
        return inspect(options, &c->fail);
    if (status == 0)
        status = prepare(c);
    if (options->request.dry_run && options->mode == MODE_RUN) {
        const struct dry_run asked = {c->line, options->json, options->verbose};
        return dry_run(&c->pipeline, &asked, status, &c->fail);
    }
    if (status == 0)
        (void)launch(c);
    mistaken_command(&c->pipeline, &c->line, &c->fail);
    if (c->fail.code == FAIL_NOT_FOUND)
        options_advise(options->command[0], &c->fail);
    return refuse(options, &c->fail);
}

int main(int argc, char **argv) {
    static struct capwrap c; /* zeros: unused pages are not touched */

    int status = run(argc, argv, &c);
    resolve_free(&c.identity);
    pipeline_free(&c.pipeline);
    c = (struct capwrap){0}; /* for a caller that runs main again, as a fuzzer does */
    return status;
}
