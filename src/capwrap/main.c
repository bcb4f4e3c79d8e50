/*
 * capwrap: run a program as an ordinary user with exactly the capabilities that were named.
 *
 * main is the outline of the proof: parse, resolve, observe, plan, preflight, transition, verify,
 * exec. Each stage either succeeds or fills launch.fail, and then nothing runs. What is printed is
 * printed from here, by src/show.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capwrap/launch.h"
#include "capwrap/streams.h"
#include "core/observe.h"
#include "core/transition.h"
#include "show/rehearse.h"
#include "show/report.h"
#include "show/show.h"

static int observe(struct launch *l) {
    if (observe_cred("start", CAP_BITS, &l->start.cred, &l->fail) != 0 ||
        plan_check_start(&l->start.cred, &l->fail) != 0)
        return -1;
    l->has_start = true;
    return 0;
}

static int prepare(struct launch *l) {
    struct fail *f = &l->fail;

    if (resolve(&l->options, &l->start.cred, &l->request, &l->identity, f) != 0 ||
        observe_start(&l->request, &l->start, f) != 0 ||
        plan_make(&l->request, &l->start, &l->plan, f) != 0 ||
        transition_preflight(&l->plan, f) != 0)
        return -1;
    l->has_plan = true;
    l->program.command = l->options.command[0];
    l->program.search_path = getenv("PATH");
    return 0;
}

/* Returns only when the program could not be started, with launch.fail filled. */
static int launch(struct launch *l) {
    struct fail *f = &l->fail;
    char **environment = environ;

    if (l->request.change_identity && !l->options.no_login_env)
        environment = resolve_environment(environ, &l->identity.account);
    if (environment == NULL)
        return fail_set(f, "user", FAIL_MEMORY, ENOMEM, "the environment");

    report_steps(l);
    if (transition_run(&l->plan, &l->program, f) != 0 || transition_verify(&l->plan, f) != 0)
        return -1;
    report_notes(l);
    return program_exec(&l->program, l->options.command, environment, f);
}

static int run(int argc, char **argv, struct launch *l) {
    if (streams_hold(&l->fail) != 0)
        return report_failure(&l->fail);

    int status = options_parse(argc, argv, &l->options, &l->fail);
    if (status == 0 && (l->options.mode == MODE_HELP || l->options.mode == MODE_VERSION))
        return show(&l->options);
    if (status == 0)
        status = observe(l);
    if (status == 0 && l->options.mode != MODE_RUN)
        return show(&l->options);
    if (status == 0)
        status = prepare(l);
    if (l->options.dry_run)
        return rehearse(l, status);
    if (status == 0)
        (void)launch(l);
    return report_failure(&l->fail);
}

int main(int argc, char **argv) {
    struct launch l;

    memset(&l, 0, sizeof l);
    int status = run(argc, argv, &l);
    resolve_free(&l.identity);
    observe_free(&l.start.cred);
    return status;
}
