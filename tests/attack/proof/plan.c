/* T1: plan_make is total: for any request and any start it refuses exactly for the reasons of
 * docs/design.md, and otherwise its goal is exactly what was requested. */
#include <linux/capability.h>

#include "asked.h"

static void prove_goal(const struct plan *plan, const struct asked *asked,
                       const struct request *request, const struct start *start) {
    const struct cred *goal = &plan->goal, *was = &start->cred;
    uint64_t helps = CAP_MASK(CAP_SETPCAP) | CAP_MASK(CAP_CHOWN);

    PROVE("keep", plan->keep == asked->keep);
    PROVE("permitted", goal->permitted == asked->keep);
    PROVE("effective", goal->effective == asked->keep);
    PROVE("inheritable", goal->inheritable == asked->keep);
    PROVE("ambient", goal->ambient == asked->keep);
    PROVE("bounding",
          goal->bounding == (asked->bounding_left ? was->bounding : (was->bounding & asked->keep)));
    PROVE("bounding note", plan->bounding_left == asked->bounding_left);
    PROVE("uid", ids_equal(&goal->uid, &asked->uid));
    PROVE("gid", ids_equal(&goal->gid, &asked->gid));
    PROVE("groups", asked_same_groups(&goal->groups,
                                      request->change_groups ? &request->groups : &was->groups));
    PROVE("securebits", goal->securebits == asked->securebits);
    PROVE("no_new_privs", goal->no_new_privs == asked->no_new_privs);
    PROVE("user namespaces", plan->disable_userns == request->disable_userns);
    PROVE("number of capabilities", goal->cap_count == was->cap_count);
    PROVE("parent-death signal",
          plan->parent_death_signal == (request->change_parent_death ? request->parent_death_signal
                                                                     : start->parent_death_signal));
    PROVE("a parent-death signal that must not be disarmed",
          plan->needs_parent_death ==
              (request->change_parent_death && request->parent_death_signal != 0));
    PROVE("working directory", plan->directory == request->directory);
    PROVE("umask", plan->set_umask == request->change_umask &&
                       (!plan->set_umask || plan->umask == request->umask));
    PROVE("labels", plan->label[0] == request->label[0] && plan->label[1] == request->label[1]);
    PROVE("working set",
          (plan->working & ~(asked->keep | helps)) == 0 && (asked->keep & ~plan->working) == 0);
}

int main(void) {
    static gid_t wanted[MOST_GROUPS], held[MOST_GROUPS];
    struct request request = any_request(wanted);
    struct start start = any_start(held);
    struct asked asked = asked_of(&request, &start);
    struct plan plan;
    struct fail fail;

    int status = plan_make(&request, &start, &plan, &fail);
    PROVE("0 or -1", status == 0 || status == -1);
    PROVE("refuses for a reason", status == 0 || asked_refuses(&asked));
    PROVE("refuses for each reason", status != 0 || !asked_refuses(&asked));
    if (status != 0) {
        PROVE("names a code", fail.code > FAIL_NONE && fail.code < FAIL_CODES);
        PROVE("names a step", fail.step != NULL && fail.exit_code == EXIT_REFUSED);
        REACHED("a refusal for a lock", asked.locked);
        REACHED("a refusal of a start in file-capability mode", asked.grant);
        return 0;
    }
    prove_goal(&plan, &asked, &request, &start);
    REACHED("a goal with capabilities and another uid", plan.keep != 0 && plan.changes_identity);
    REACHED("a goal with a wanted capability, and without another",
            (request.want & plan.keep & ~request.keep) != 0 && plan.left_out != 0);
    REACHED("a goal whose bounding set stays", plan.bounding_left);
    return 0;
}
