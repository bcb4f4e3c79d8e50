/* LIVE: on a kernel whose calls neither fail nor lie, what plan and preflight accept arrives, and
 * what preflight refuses would fail. The start is one directly after execve; ids may be unmapped,
 * those of the standard streams are not. /proc is there. */
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

int program_check(const struct plan *plan, const struct program *program, struct fail *f) {
    (void)plan;
    (void)program;
    (void)f;
    return 0;
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
    ASSUME(kernel.proc_tells);
    for (int fd = 0; fd < 3; fd++)
        ASSUME(kernel.owner[fd] < UNMAPPED && kernel.stream_gid_mapped[fd]);
    int status = advance(STAGE_OBSERVE, STAGE_OBSERVE, &fail);
    PROVE("the start can be read", status == 0 || fail.code == FAIL_STARTED_SETID);
    if (status != 0)
        return 0;
    status = advance(STAGE_START, STAGE_START, &fail);
    PROVE("the rest of the start can be read", status == 0 || fail.code == FAIL_MODULE_ABSENT);
    if (status != 0 || advance(STAGE_PLAN, STAGE_PLAN, &fail) != 0)
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
