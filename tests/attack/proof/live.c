/* LIVE: on a kernel whose calls neither fail nor lie, what plan and preflight accept arrives, and
 * what preflight refuses would not. The start is one directly after execve, its ids are mapped, and
 * so are those asked for. */
#include "asked.h"
#include "core/pipeline.h"
#include "core/program.h"
#include "core/transition.h"
#include "kernel.h"

static struct pipeline pipeline;

int program_find(const struct plan *plan, struct program *program, struct fail *f) {
    (void)plan;
    (void)program;
    (void)f;
    return 0;
}

static bool is_mapped(uint64_t id) {
    return id >= kernel.map_first && id - kernel.map_first < kernel.map_count;
}

static void assume_mapped(const struct request *request) {
    ASSUME(kernel.uid.real < UNMAPPED && kernel.uid.effective < UNMAPPED);
    ASSUME(kernel.gid.real < UNMAPPED && kernel.gid.effective < UNMAPPED);
    for (unsigned i = 0; i < MOST_GROUPS; i++) {
        ASSUME(kernel.group[i] < UNMAPPED);
        ASSUME(!request->change_groups || i >= request->groups.count ||
               is_mapped(request->groups.list[i]));
    }
    ASSUME(!request->change_identity || (is_mapped(request->uid) && is_mapped(request->gid)));
}

/* Only where the parent ended may a run that was accepted fail: a refusal of its own. */
static void prove_arrival(bool parent_ends) {
    struct fail fail;

    int status = pipeline_advance(&pipeline, STAGE_CHANGE, &fail);
    bool orphan = parent_ends && kernel.parent == 1 && fail.code == FAIL_PARENT_GONE;
    PROVE("what preflight accepts arrives", status == 0 || orphan);
    if (status != 0)
        return;
    PROVE("and the proof agrees", pipeline_advance(&pipeline, STAGES - 1, &fail) == 0);
    REACHED("arrival with capabilities, from uid 0",
            pipeline.plan.set_keepcaps && pipeline.plan.keep != 0);
    REACHED("arrival with securebits and a group",
            pipeline.plan.set_groups && kernel.groups > 0 &&
                pipeline.plan.goal.securebits != pipeline.plan.start.securebits);
}

int main(void) {
    gid_t list[MOST_GROUPS];
    struct fail fail;

    kernel_after_execve();
    kernel_may_fail = false;
    pipeline.request = any_request(list);
    ASSUME(!kernel.setgroups_denied && kernel.proc_tells);
    assume_mapped(&pipeline.request);
    PROVE("the start can be read", pipeline_advance(&pipeline, STAGE_OBSERVE, &fail) == 0);
    if (pipeline_advance(&pipeline, STAGE_PLAN, &fail) != 0)
        return 0;
    if (pipeline_advance(&pipeline, STAGE_PREFLIGHT, &fail) == 0) {
        prove_arrival(kernel.parent_death != 0);
        return 0;
    }
    REACHED("a refusal by preflight", true);
    PROVE("what preflight refuses would not arrive",
          transition_run(&pipeline.plan, &pipeline.program, &fail) != 0);
    return 0;
}
