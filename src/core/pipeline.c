#include "core/pipeline.h"

#include "core/observe.h"
#include "core/start.h"
#include "core/transition.h"
#include "core/verify.h"

static int observe(struct pipeline *p, struct fail *f) {
    p->start.whole = p->report;
    int status = p->report ? observe_cred("start", CAP_BITS, &p->start.cred, f)
                           : observe_caller(&p->start.cred, f);
    return status == 0 ? plan_check_start(&p->start.cred, f) : -1;
}

static int observe_rest(struct pipeline *p, struct fail *f) {
    return start_read(&p->request, &p->start, f);
}

static int plan(struct pipeline *p, struct fail *f) { /* cppcheck-suppress unusedFunction */
    int status = plan_make(&p->request, &p->start, &p->plan, f);

    if (status != 0 && f->code == FAIL_CAP_NOT_PERMITTED)
        f->also = transition_missing(&p->plan) & ~f->caps & ~p->start.cred.bounding;
    return status;
}

static int preflight(struct pipeline *p, struct fail *f) {
    return transition_preflight(&p->plan, f);
}

static int change(struct pipeline *p, struct fail *f) {
    return transition_run(&p->plan, &p->program, f);
}

static int verify(struct pipeline *p, struct fail *f) {
    int status = verify_goal(&p->plan, f);

    return status == 0 ? verify_inherited(&p->plan, &p->program, f) : status;
}

static int check(struct pipeline *p, struct fail *f) {
    return program_check(&p->plan, &p->program, f);
}

static const struct stage SEQUENCE[STAGES] = {
    [STAGE_OBSERVE] = {observe},     [STAGE_START] = {observe_rest}, [STAGE_PLAN] = {plan},
    [STAGE_PREFLIGHT] = {preflight}, [STAGE_CHANGE] = {change},      [STAGE_VERIFY] = {verify},
    [STAGE_CHECK] = {check},
};

const struct stage *pipeline_stages(void) { return SEQUENCE; }

int pipeline_advance_by(const struct stage *stages, struct pipeline *pipeline,
                        enum pipeline_stage last, struct fail *f) {
    for (; pipeline->next <= last; pipeline->next++) {
        int status = stages[pipeline->next].run(pipeline, f);
        if (status != 0)
            return status;
    }
    return 0;
}

int pipeline_advance(struct pipeline *pipeline, enum pipeline_stage last, struct fail *f) {
    return pipeline_advance_by(pipeline_stages(), pipeline, last, f);
}

void pipeline_free(struct pipeline *pipeline) { observe_free(&pipeline->start.cred); }
