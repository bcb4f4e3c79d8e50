/* T6: where verify_goal agrees, the kernel's state reads as the goal, whatever happened before:
 * from any state, for any plan, while any call may fail. */
#include "core/verify.h"

#include "kernel.h"

static struct plan any_plan(gid_t held[MOST_GROUPS], gid_t wanted[MOST_GROUPS]) {
    return (struct plan){.start = any_start(held).cred,
                         .goal = any_start(wanted).cred,
                         .keep = nondet_u64(),
                         .stdio = nondet_unsigned(),
                         .parent_death_signal = nondet_int()};
}

static void prove_reads_as(const struct cred *goal) {
    PROVE("uid", kernel_uids_read_as(&kernel.uid, &goal->uid));
    PROVE("gid", kernel_gids_read_as(&kernel.gid, &goal->gid));
    PROVE("groups", kernel_groups_read_as(goal->groups.list, goal->groups.count));
    PROVE("permitted", kernel.permitted == goal->permitted);
    PROVE("effective", kernel.effective == goal->effective);
    PROVE("inheritable", kernel.inheritable == goal->inheritable);
    PROVE("bounding", kernel.bounding == goal->bounding);
    PROVE("ambient", kernel.ambient == goal->ambient);
    PROVE("securebits", kernel.securebits == goal->securebits);
    PROVE("no_new_privs", kernel.no_new_privs == goal->no_new_privs);
}

int main(void) {
    static gid_t held[MOST_GROUPS], wanted[MOST_GROUPS];
    struct plan plan = any_plan(held, wanted);
    struct fail fail;

    ASSUME(plan.goal.cap_count >= 1 && plan.goal.cap_count <= CAP_BITS);
    kernel_any();
    int status = verify_goal(&plan, &fail);
    REACHED("a refusal", status != 0);
    if (status != 0)
        return 0;
    prove_reads_as(&plan.goal);
    PROVE("parent-death signal", kernel.parent_death == plan.parent_death_signal);
    for (int fd = 0; fd < 3; fd++)
        PROVE("stream", (plan.stdio >> fd & 1) == 0 ||
                            kernel_shown_uid(kernel.owner[fd]) == plan.goal.uid.real);
    REACHED("agreement with another uid and a capability kept",
            plan.start.uid.real != plan.goal.uid.real && plan.keep != 0);
    REACHED("agreement with a group", kernel.groups > 0);
    return 0;
}
