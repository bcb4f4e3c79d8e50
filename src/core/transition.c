#include "core/transition.h"

#include <errno.h>
#include <linux/capability.h>

#include "core/directory.h"
#include "core/sys.h"

/* ---- when a step is wanted ---- */

static enum wanted when(bool wanted) { return wanted ? WANTED : NOT_WANTED; }

static enum wanted effective_wanted(const struct plan *plan) {
    return when(plan->start.effective != plan->start.permitted ||
                (plan->keep & ~plan->start.inheritable) != 0);
}

static enum wanted bounding_wanted(const struct plan *plan) {
    return when(plan->start.bounding != plan->goal.bounding);
}

static enum wanted keepcaps_wanted(const struct plan *plan) { return when(plan->set_keepcaps); }

static enum wanted groups_wanted(const struct plan *plan) { return when(plan->set_groups); }

static enum wanted ids_wanted(bool set, bool is_free) {
    if (!set)
        return NOT_WANTED;
    return is_free ? WANTED_FREE : WANTED;
}

static enum wanted gid_wanted(const struct plan *plan) {
    return ids_wanted(plan->set_gid, plan->gid_is_free);
}

static enum wanted uid_wanted(const struct plan *plan) {
    return ids_wanted(plan->set_uid, plan->uid_is_free);
}

static enum wanted caps_wanted(const struct plan *plan) {
    return when((plan->start.permitted | plan->start.inheritable) != 0);
}

static enum wanted keyring_wanted(const struct plan *plan) { return when(plan->changes_identity); }

static enum wanted ambient_wanted(const struct plan *plan) {
    return when(plan->ambient_missing != 0 || (plan->start.ambient & ~plan->keep) != 0);
}

static enum wanted unkeepcaps_wanted(const struct plan *plan) { return when(plan->set_keepcaps); }

static enum wanted securebits_wanted(const struct plan *plan) {
    return when(plan->goal.securebits != plan->start.securebits);
}

static enum wanted always(const struct plan *plan) {
    (void)plan;
    return WANTED;
}

static enum wanted stdio_wanted(const struct plan *plan) { return when(plan->stdio != 0); }

static enum wanted chdir_wanted(const struct plan *plan) { return when(plan->directory != NULL); }

static enum wanted umask_wanted(const struct plan *plan) { return when(plan->set_umask); }

static enum wanted final_wanted(const struct plan *plan) {
    return when(plan->working != plan->keep);
}

static enum wanted parent_death_wanted(const struct plan *plan) {
    return when(plan->set_parent_death);
}

static enum wanted fds_wanted(const struct plan *plan) { return when(plan->close_fds); }

static enum wanted userns_wanted(const struct plan *plan) { return when(plan->disable_userns); }

static enum wanted label_wanted(const struct plan *plan) {
    return when(plan->label[MODULE_APPARMOR] != NULL || plan->label[MODULE_SELINUX] != NULL);
}

static enum wanted no_new_privs_wanted(const struct plan *plan) {
    return when(plan->goal.no_new_privs && !plan->start.no_new_privs);
}

/* ---- what a step does ---- */

/* Applies change to each capability in set; stops at the first error. */
static int each_cap(uint64_t set, int (*change)(unsigned cap)) {
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        int error = (set & CAP_MASK(cap)) != 0 ? change(cap) : 0;
        if (error != 0)
            return error;
    }
    return 0;
}

static int set_effective(struct transition *t) {
    const struct cred *start = &t->plan->start;

    return sys_set_caps(start->permitted, start->permitted, start->inheritable | t->plan->keep);
}

static int drop_bounding(struct transition *t) {
    return each_cap(t->plan->start.bounding & ~t->plan->goal.bounding, sys_bounding_drop);
}

static int set_keepcaps(struct transition *t) { return sys_set_keepcaps(t->plan->set_keepcaps); }

/* If an unmapped group reads as the wanted one, a list that was never set reads as right. After the
 * list was cleared, a list of the right length must have been set. */
static int clear_groups(void) {
    const struct groups none = {0};

    int error = sys_set_groups(&none);
    if (error != 0)
        return error;
    int left = sys_get_groups(0, NULL);
    return left > 0 ? -EIO : left;
}

static int set_groups(struct transition *t) {
    int error = t->plan->clear_groups ? clear_groups() : 0;

    return error != 0 ? error : sys_set_groups(&t->plan->goal.groups);
}

static int set_gid(struct transition *t) {
    gid_t gid = t->plan->goal.gid.real;

    return sys_set_gids(gid, gid, gid);
}

static int set_uid(struct transition *t) {
    uid_t uid = t->plan->goal.uid.real;

    return sys_set_uids(uid, uid, uid);
}

static int set_working_caps(struct transition *t) {
    return sys_set_caps(t->plan->working, t->plan->working, t->plan->keep);
}

static int join_keyring(struct transition *t) {
    (void)t;
    return sys_new_session_keyring();
}

static int set_ambient(struct transition *t) {
    int error = each_cap(t->plan->start.ambient & ~t->plan->keep, sys_ambient_lower);

    return error != 0 ? error : each_cap(t->plan->ambient_missing, sys_ambient_raise);
}

static int unset_keepcaps(struct transition *t) {
    (void)t;
    return sys_set_keepcaps(false);
}

static int set_securebits(struct transition *t) {
    return sys_set_securebits(t->plan->goal.securebits);
}

static int change_directory(struct transition *t) {
    int status = directory_enter(t->plan->directory, &t->program->directory, t->fail);

    return status == 0 ? 0 : STEP_REFUSED;
}

static int find_program(struct transition *t) {
    return program_find(t->plan, t->program, t->fail) == 0 ? 0 : STEP_REFUSED;
}

static int give_stdio(struct transition *t) {
    int error = 0;

    for (int fd = 0; fd <= 2 && error == 0 && !t->plan->dry_run; fd++)
        if ((t->plan->stdio & 1u << fd) != 0)
            error = sys_chown_fd(fd, t->plan->goal.uid.real);
    return error;
}

static int set_final_caps(struct transition *t) {
    return sys_set_caps(t->plan->keep, t->plan->keep, t->plan->keep);
}

static int arm_parent_death(struct transition *t) {
    return sys_set_parent_death_signal(t->plan->parent_death_signal);
}

static int set_umask(struct transition *t) { return sys_set_umask(t->plan->umask); }

static int close_fds(struct transition *t) {
    (void)t;
    return sys_close_above_stderr();
}

static enum fail_code code_for_label(const struct plan *plan, int error) {
    switch (error) {
    case -EOPNOTSUPP:
        return FAIL_MODULE_ABSENT;
    case -ENOENT: /* AppArmor */
    case -EINVAL: /* SELinux */
        return FAIL_LABEL_UNKNOWN;
    case -EPERM:
    case -EACCES:
        return plan->start.no_new_privs ? FAIL_LABEL_LOCKED : FAIL_LABEL_DENIED;
    default:
        return FAIL_SYSTEM_CALL;
    }
}

static int enter_label(struct transition *t) {
    for (enum module module = 0; module < MODULES; module++) {
        const char *label = t->plan->label[module];
        int error = label == NULL ? 0 : sys_enter_label(module, label);
        if (error == 0)
            continue;
        (void)fail_set(t->fail, "label", code_for_label(t->plan, error), error,
                       "lsm_set_self_attr, %s to %s", label_module(module), label);
        return STEP_REFUSED;
    }
    return 0;
}

static int set_no_new_privs(struct transition *t) {
    (void)t;
    return sys_set_no_new_privs();
}

static int disable_userns(struct transition *t) {
    (void)t;
    return sys_disable_userns();
}

/* ---- the table ---- */

static const struct step STEPS[] = {
    {"effective", effective_wanted, NEEDS_NONE, set_effective, "capset",
     "the steps below need their capability effective; early, so that a refusal comes early"},
    {"bounding", bounding_wanted, CAP_SETPCAP, drop_bounding, "PR_CAPBSET_DROP",
     "early, so that a refusal comes before anything that cannot be undone"},
    {"keep-caps", keepcaps_wanted, NEEDS_NONE, set_keepcaps, "PR_SET_KEEPCAPS",
     "before uid: leaving uid 0 would clear the permitted set"},
    {"groups", groups_wanted, CAP_SETGID, set_groups, "setgroups",
     "before uid: CAP_SETGID is not effective after it"},
    {"gid", gid_wanted, CAP_SETGID, set_gid, "setresgid",
     "before uid: CAP_SETGID is not effective after it"},
    {"uid", uid_wanted, CAP_SETUID, set_uid, "setresuid",
     "before working-caps: leaving uid 0 clears the effective and ambient sets"},
    {"working-caps", caps_wanted, NEEDS_NONE, set_working_caps, "capset",
     "after uid: what is kept becomes effective again, the rest is given up for good"},
    {"keyring", keyring_wanted, NEEDS_NONE, join_keyring, "KEYCTL_JOIN_SESSION_KEYRING",
     "after uid: the new keyring belongs to the new user"},
    {"ambient", ambient_wanted, NEEDS_NONE, set_ambient, "PR_CAP_AMBIENT",
     "after uid, which clears it, and while kept capabilities are permitted and inheritable"},
    {"un-keep-caps", unkeepcaps_wanted, NEEDS_NONE, unset_keepcaps, "PR_SET_KEEPCAPS",
     "after uid; before securebits, which lock it"},
    {"securebits", securebits_wanted, CAP_SETPCAP, set_securebits, "PR_SET_SECUREBITS",
     "before final-caps: it takes CAP_SETPCAP; after ambient: it locks raising"},
    {"chdir", chdir_wanted, NEEDS_NONE, change_directory, "fchdir",
     "after uid and working-caps: it is entered with what the new user may enter; before program"},
    {"program", always, NEEDS_NONE, find_program, "the check of the program",
     "after uid and working-caps: it is looked up with what the new user may see"},
    {"stdio", stdio_wanted, CAP_CHOWN, give_stdio, "fchown of the standard streams",
     "before final-caps: it takes CAP_CHOWN; after program: nothing is given away for a refusal"},
    {"final-caps", final_wanted, NEEDS_NONE, set_final_caps, "capset",
     "after securebits and stdio, the last to need more than what is kept"},
    {"parent-death", parent_death_wanted, NEEDS_NONE, arm_parent_death, "PR_SET_PDEATHSIG",
     "after uid, which clears it"},
    {"umask", umask_wanted, NEEDS_NONE, set_umask, "umask",
     "anywhere: it takes no privilege, and capwrap creates no file"},
    {"fds", fds_wanted, NEEDS_NONE, close_fds, "close_range",
     "late: nothing opens a descriptor after it"},
    {"label", label_wanted, NEEDS_NONE, enter_label, "lsm_set_self_attr",
     "after uid, as whom execve enters it; before no-new-privs, which may forbid to ask for it"},
    {"no-new-privs", no_new_privs_wanted, NEEDS_NONE, set_no_new_privs, "PR_SET_NO_NEW_PRIVS",
     "late: only userns, the proof and execve follow"},
    {"userns", userns_wanted, NEEDS_NONE, disable_userns, "PR_SET_SECCOMP",
     "last: after no-new-privs, without which a filter takes CAP_SYS_ADMIN"},
};

const struct step *transition_steps(size_t *count) {
    *count = sizeof STEPS / sizeof STEPS[0];
    return STEPS;
}

/* ---- preflight ---- */

static enum fail_code code_for_missing(uint64_t missing) {
    if ((missing & CAP_MASK(CAP_SETUID)) != 0)
        return FAIL_NEED_SETUID;
    if ((missing & CAP_MASK(CAP_SETGID)) != 0)
        return FAIL_NEED_SETGID;
    return (missing & CAP_MASK(CAP_SETPCAP)) != 0 ? FAIL_NEED_SETPCAP : FAIL_NEED_CHOWN;
}

static bool is_id_step(const struct step *step) {
    return step->needs == CAP_SETGID || step->needs == CAP_SETUID;
}

static enum fail_code code_for(const struct plan *plan, const struct step *step, int error) {
    /* The kernel changes an owner only if the old owner and group are mapped (capabilities(7)). */
    bool unmapped_stream =
        step->run == give_stdio && !plan->all_ids_mapped && (error == -EINVAL || error == -EPERM);

    if ((error == -EINVAL && is_id_step(step)) || unmapped_stream) /* not in this user namespace */
        return FAIL_UNMAPPED_ID;
    if (error == -EPERM && step->run == set_groups && sys_setgroups_denied() == 1)
        return FAIL_SETGROUPS_DENIED;
    if (error == -EDQUOT && step->run == join_keyring)
        return FAIL_KEY_QUOTA;
    if ((error == -EINVAL || error == -ENOSYS) && step->run == disable_userns)
        return FAIL_UNSUPPORTED; /* a kernel without CONFIG_SECCOMP_FILTER */
    return error == -ENOSYS && step->run == close_fds ? FAIL_OLD_KERNEL : FAIL_SYSTEM_CALL;
}

/* Fills *f with an explanation of a failed step's error. */
static int explain(const struct plan *plan, const struct step *step, int error, struct fail *f) {
    const struct cred *goal = &plan->goal;
    enum fail_code code = code_for(plan, step, error);

    if (step->run == set_groups && goal->groups.count > 0)
        return fail_set(f, step->name, code, error, "%s, to %zu groups from %u to %u", step->call,
                        goal->groups.count, goal->groups.list[0],
                        goal->groups.list[goal->groups.count - 1]);
    if (is_id_step(step))
        return fail_set(f, step->name, code, error, "%s, to uid %u and gid %u", step->call,
                        goal->uid.real, goal->gid.real);
    return fail_set(f, step->name, code, error, "%s", step->call);
}

/* The error that a wanted step is known to end with, whatever is permitted: -errno, or 0. */
static int known_error(const struct plan *plan, const struct step *step) {
    if (step->run == set_groups && plan->setgroups_denied)
        return -EPERM;
    bool unmapped = (step->run == set_groups && plan->groups_unmapped) ||
                    (step->run == set_gid && plan->gid_unmapped) ||
                    (step->run == set_uid && plan->uid_unmapped);
    return unmapped ? -EINVAL : 0;
}

/* Whether nothing would be missing without a change of the group list: then the bounding set could
 * also stay. A pod with fsGroup is such a caller. */
static bool only_groups_differ(const struct plan *plan, uint64_t missing) {
    uint64_t needed_for_them = CAP_MASK(CAP_SETGID);

    if (plan->goal.securebits == plan->start.securebits)
        needed_for_them |= CAP_MASK(CAP_SETPCAP);
    return !plan->changes_identity && (missing & ~needed_for_them) == 0 &&
           (missing & CAP_MASK(CAP_SETGID)) != 0;
}

/* Returns the purpose of the missing capabilities, by the code. */
static const char *purpose(enum fail_code code) {
    switch (code) {
    case FAIL_NEED_SETUID:
        return "required to change the user, but not permitted";
    case FAIL_NEED_SETGID:
        return "required to change the groups, but not permitted";
    default:
        return "required for this step, but not permitted";
    }
}

static bool lacks(const struct plan *plan, const struct step *step) {
    return step->needs != NEEDS_NONE && step->wanted(plan) == WANTED &&
           (plan->start.permitted & CAP_MASK(step->needs)) == 0;
}

static uint64_t missing_now(const struct plan *plan) {
    uint64_t missing = 0;
    size_t count;
    const struct step *steps = transition_steps(&count);

    for (size_t i = 0; i < count; i++)
        if (lacks(plan, &steps[i]))
            missing |= CAP_MASK(steps[i].needs);
    return missing;
}

/* Adds CAP_SETPCAP if needed: what is added but not kept must be dropped from the bounding set. */
static uint64_t with_setpcap(const struct plan *plan, uint64_t missing) {
    bool narrows = (missing & ~plan->keep) != 0 && !plan->goal.no_new_privs;

    return narrows ? missing | (CAP_MASK(CAP_SETPCAP) & ~plan->start.permitted) : missing;
}

uint64_t transition_missing(const struct plan *plan) {
    uint64_t missing = missing_now(plan);

    return only_groups_differ(plan, missing) ? 0 : with_setpcap(plan, missing);
}

/* Names a step that changes an ID before others: a caller without its capability is not root. */
int transition_preflight(const struct plan *plan, struct fail *f) {
    const struct step *first = NULL;
    const uint64_t missing = missing_now(plan);
    size_t count;
    const struct step *steps = transition_steps(&count);

    for (size_t i = 0; i < count; i++)
        if (lacks(plan, &steps[i]) &&
            (first == NULL || (is_id_step(&steps[i]) && !is_id_step(first))))
            first = &steps[i];
    if (first != NULL) {
        enum fail_code code = code_for_missing(missing);
        (void)fail_caps(f, first->name, code, with_setpcap(plan, missing), purpose(code));
        if ((plan->start.permitted & CAP_MASK(CAP_SETPCAP)) == 0) /* otherwise it is not read */
            f->bounded = plan->start.bounding;
        if (only_groups_differ(plan, missing))
            f->hint = "write --groups keep, which leaves the caller's groups";
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        int error = steps[i].wanted(plan) == NOT_WANTED ? 0 : known_error(plan, &steps[i]);
        if (error != 0)
            return explain(plan, &steps[i], error, f);
    }
    return 0;
}

/* ---- run ---- */

int transition_run_steps(const struct step *steps, size_t count, const struct plan *plan,
                         struct program *program, struct fail *f) {
    struct transition t = {.plan = plan, .program = program, .fail = f};
    pid_t parent = sys_get_parent();

    for (size_t i = 0; i < count; i++) {
        int error = steps[i].wanted(plan) == NOT_WANTED ? 0 : steps[i].run(&t);
        if (error != 0)
            return error == STEP_REFUSED ? -1 : explain(plan, &steps[i], error, f);
    }

    /* The kernel does not report a parent that exited while the signal was cleared: the signal
     * would never be sent. */
    if (plan->parent_death_signal != 0 && sys_get_parent() != parent)
        return fail_set(f, "parent-death", FAIL_PARENT_GONE, 0,
                        "the parent, process %d, ended during the transition", parent);
    return 0;
}

int transition_run(const struct plan *plan, struct program *program, struct fail *f) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    return transition_run_steps(steps, count, plan, program, f);
}
