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

/* The stages from first to last. The assignment tells CBMC what the assertion has proven. */
static int advance(enum pipeline_stage first, enum pipeline_stage last, struct fail *f) {
    PROVE("the stage to come is the next one", pipeline.next == first);
    pipeline.next = first;
    return pipeline_advance(&pipeline, last, f);
}

static void prove_arrival(bool accepted, int status, const struct fail *f, pid_t parent) {
    /* a refusal of its own */
    bool is_orphan = parent != kernel.parent && f->code == FAIL_PARENT_GONE;

    PROVE("what preflight accepts arrives", !accepted || status == 0 || is_orphan);
    PROVE("what preflight refuses would not arrive", accepted || status != 0);
    REACHED("a refusal by preflight", !accepted);
    REACHED("arrival with capabilities, from uid 0",
            status == 0 && pipeline.plan.set_keepcaps && pipeline.plan.keep != 0);
    REACHED("arrival with securebits and a group",
            status == 0 && pipeline.plan.set_groups && kernel.groups > 0 &&
                pipeline.plan.goal.securebits != pipeline.plan.start.securebits);
}

int main(void) {
    gid_t list[MOST_GROUPS];
    struct fail fail = {.code = FAIL_NONE};

    kernel_after_execve();
    kernel_may_fail = false;
    pipeline.request = any_request(list);
    ASSUME(!kernel.setgroups_denied && kernel.proc_tells);
    assume_mapped(&pipeline.request);
    int status = advance(STAGE_OBSERVE, STAGE_OBSERVE, &fail);
    PROVE("the start can be read", status == 0 || fail.code == FAIL_STARTED_SETID);
    if (status != 0 || advance(STAGE_START, STAGE_PLAN, &fail) != 0)
        return 0;

    bool accepted = advance(STAGE_PREFLIGHT, STAGE_PREFLIGHT, &fail) == 0;
    pid_t parent = kernel.parent;
    pipeline.next = STAGE_CHANGE; /* also after a refusal */
    status = pipeline_advance(&pipeline, STAGE_CHANGE, &fail);
    prove_arrival(accepted, status, &fail, parent);
    if (!accepted || status != 0)
        return 0;
    PROVE("the proof agrees", advance(STAGE_VERIFY, STAGES - 1, &fail) == 0);
    return 0;
}
