#include "fake/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void run_add_server(void) {
    static struct fake_elf server;

    server = fake_elf(NULL);
    (void)fake_add_program(SERVER, &server);
}

/* The table that a changed STAGE_CHANGE takes. */
static struct table current;

static int change(struct pipeline *p, struct fail *f) {
    return transition_run_steps(current.steps, current.count, &p->plan, &p->program, f);
}

void run_make_stages(struct table table, struct stage stages[STAGES]) {
    memcpy(stages, pipeline_stages(), STAGES * sizeof stages[0]);
    current = table;
    if (table.steps != NULL)
        stages[STAGE_CHANGE].run = change;
}

static void begin(const struct request *request, struct run *run) {
    memset(run, 0, sizeof *run);
    memset(&run->p.start, 1,
           sizeof run->p.start); /* a field that is not set is noticed, also a bool */
    run->p.start.cred = (struct cred){0};
    run->p.start.all_ids_mapped = true; /* a bool has two values */
    run->p.request = *request;
    run->p.program.command = SERVER;
}

static void go_on(const struct stage *stages, struct run *run) {
    int status = pipeline_advance_by(stages, &run->p, STAGE_CHECK, &run->f);

    if (status == 0) {
        char *no_words[] = {NULL};
        (void)program_exec(&run->p.program, no_words, no_words, &run->f);
    } else {
        assert_int_equal(status, -1); /* as the header of each stage says */
    }
}

void run_play_stages(const struct request *request, const struct stage *stages, struct run *run) {
    begin(request, run);
    go_on(stages, run);
}

void run_play(const struct request *request, struct table table, struct run *run) {
    struct stage stages[STAGES];

    run_make_stages(table, stages);
    run_play_stages(request, stages, run);
}

void run_force(struct table table, struct run *run) {
    struct stage stages[STAGES];

    run_make_stages(table, stages);
    run->p.program = (struct program){.command = SERVER};
    run->p.next = STAGE_CHANGE;
    go_on(stages, run);
}

void run_until(const struct request *request, enum pipeline_stage last, struct run *run) {
    begin(request, run);
    assert_int_equal(pipeline_advance(&run->p, last, &run->f), 0);
}

void run_free(struct run *run) { pipeline_free(&run->p); }
