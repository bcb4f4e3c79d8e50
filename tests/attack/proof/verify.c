/* T6: where verify_goal agrees, the kernel's state reads as the goal, whatever happened before:
 * from any state, for any plan, while any call may fail. */
#include "core/verify.h"

#include "kernel.h"

static struct plan any_plan(gid_t held[MOST_GROUPS], gid_t wanted[MOST_GROUPS]) {
    return (struct plan){.start = any_start(held).cred,
                         .goal = any_start(wanted).cred,
                         .keep = nondet_u64(),
                         .stdio = nondet_unsigned(),
                         .parent_death_signal = nondet_int(),
                         .disable_userns = nondet_bool(),
                         .directory = any_word(),
                         .set_umask = nondet_bool(),
                         .umask = nondet_unsigned(),
                         .label = {any_word(), any_word()}};
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

static void prove_rest(const struct plan *plan, const struct sys_directory *entered) {
    PROVE("parent-death signal", kernel.parent_death == plan->parent_death_signal);
    for (int fd = 0; fd < 3; fd++)
        PROVE("stream", (plan->stdio >> fd & 1) == 0 ||
                            kernel_shown_uid(kernel.owner[fd]) == plan->goal.uid.real);
    for (enum module module = 0; module < MODULES; module++)
        PROVE("label", plan->label[module] == NULL || kernel.enters_label[module]);
    PROVE("user namespaces",
          !plan->disable_userns || (kernel.filtered_before && kernel.userns_refused == USERNS_ALL));
    PROVE("umask", !plan->set_umask || kernel.umask == plan->umask);
    PROVE("working directory",
          plan->directory == NULL || (kernel.directory.device == entered->device &&
                                      kernel.directory.inode == entered->inode));
}

int main(void) {
    static struct program program;
    static gid_t held[MOST_GROUPS], wanted[MOST_GROUPS];
    struct plan plan = any_plan(held, wanted);
    struct fail fail;

    ASSUME(plan.umask <= MAX_UMASK);
    ASSUME(plan.goal.cap_count >= 1 && plan.goal.cap_count <= CAP_BITS);
    kernel_any();
    program.directory = (struct sys_directory){.device = nondet_u64(), .inode = nondet_u64()};
    int status = verify_goal(&plan, &fail);
    if (status == 0)
        status = verify_inherited(&plan, &program, &fail);
    REACHED("a refusal", status != 0);
    if (status != 0)
        return 0;
    prove_reads_as(&plan.goal);
    prove_rest(&plan, &program.directory);
    REACHED("agreement with a label, without user namespaces",
            plan.label[0] != NULL && plan.disable_userns);
    REACHED("agreement with another uid and a capability kept",
            plan.start.uid.real != plan.goal.uid.real && plan.keep != 0);
    REACHED("agreement with a group", kernel.groups > 0);
    return 0;
}
