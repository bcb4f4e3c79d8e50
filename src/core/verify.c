#include "core/verify.h"

#include <linux/capability.h>

#include "core/observe.h"
#include "core/sys.h"

static bool keeps(const struct plan *plan, int cap) { return (plan->keep & CAP_MASK(cap)) != 0; }

/* The strongest evidence that the old IDs are gone is that they cannot be taken back. If a call
 * here succeeds, they can, so the process must exit at once. */
static int probe_regain(const struct plan *plan, struct fail *f) {
    const struct ids *uid = &plan->start.uid, *gid = &plan->start.gid;

    if (!ids_equal(uid, &plan->goal.uid) && !keeps(plan, CAP_SETUID) &&
        sys_try_uids(uid->real, uid->effective, uid->saved) >= 0)
        return fail_set(f, "verify", FAIL_REGAINED, 0, "uid %u could be taken back", uid->real);
    if (!ids_equal(gid, &plan->goal.gid) && !keeps(plan, CAP_SETGID) &&
        sys_try_gids(gid->real, gid->effective, gid->saved) >= 0)
        return fail_set(f, "verify", FAIL_REGAINED, 0, "gid %u could be taken back", gid->real);
    return 0;
}

/* Two states have only one reader each. What the kernel refuses because of them is a second,
 * independent reader. */
static int probe_refusals(const struct plan *plan, struct fail *f) {
    const struct cred *start = &plan->start, *goal = &plan->goal;
    bool no_new_privs = goal->no_new_privs && !start->no_new_privs && !keeps(plan, CAP_SYS_ADMIN);
    unsigned locked = goal->securebits & ~start->securebits & SECBIT_KEEP_CAPS_LOCKED;

    if ((no_new_privs && sys_filter_is_refused() == 1) ||
        (locked != 0 && sys_try_unset_keepcaps() >= 0))
        return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, 0,
                        "no_new_privs or a locked securebit reads as on, and is not in force");
    return 0;
}

static int verify_parent_death(const struct plan *plan, struct fail *f) {
    int signal;

    int error = sys_get_parent_death_signal(&signal);
    if (error != 0 || signal != plan->parent_death_signal)
        return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, error,
                        "the parent-death signal is %d, not %d", signal, plan->parent_death_signal);
    return 0;
}

static int verify_stdio(const struct plan *plan, struct fail *f) {
    for (int fd = 0; fd <= 2 && !plan->dry_run; fd++) {
        uid_t owner;
        if ((plan->stdio & 1u << fd) == 0)
            continue;
        int mine = sys_stdio_owner(fd, &owner);
        if (mine != 1 || owner != plan->goal.uid.real)
            return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, mine < 0 ? mine : 0,
                            "descriptor %d was not handed over", fd);
    }
    return 0;
}

/* This proves the effect: a filter is in force, and the calls are refused. */
static int verify_userns(const struct plan *plan, struct fail *f) {
    enum { FILTERED = 2 }; /* SECCOMP_MODE_FILTER */

    if (!plan->disable_userns)
        return 0;
    int mode = sys_get_seccomp_mode(), refused = sys_userns_refused();
    if (mode == FILTERED && refused == USERNS_ALL)
        return 0;
    int error = mode < 0 ? mode : refused;
    return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, error < 0 ? error : 0,
                    "a user namespace could still be made or entered");
}

static int verify_labels(const struct plan *plan, struct fail *f) {
    for (enum module module = 0; module < MODULES; module++) {
        const char *label = plan->label[module];
        int enters = label == NULL ? 1 : sys_enters_label(module, label);
        if (enters != 1)
            return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, enters < 0 ? enters : 0,
                            "%s would not enter %s at execve", label_module(module), label);
    }
    return 0;
}

static int compare(const struct plan *plan, struct fail *f) {
    struct cred now;

    int status = observe_cred("verify", plan->goal.cap_count, &now, f);
    const char *differs = status == 0 ? cred_difference(&now, &plan->goal) : NULL;
    observe_free(&now);
    if (differs != NULL)
        return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, 0,
                        "the state that the kernel reports differs from the goal in %s", differs);
    return status;
}

/* An ID that reads as the goal's may be an unmapped one. The kernel confirms it. Then it is read
 * again, because the call that confirms it may also have changed it. */
static int confirm_ids(const struct plan *plan, struct fail *f) {
    uid_t uid = plan->goal.uid.real;
    gid_t gid = plan->goal.gid.real;
    int error = plan->confirm_gid ? sys_confirm_gid(gid) : 0;

    if (error != 0)
        return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, error,
                        "gid %u is what is read, and the kernel does not confirm it", gid);
    error = plan->confirm_uid ? sys_confirm_uid(uid) : 0;
    if (error != 0)
        return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, error,
                        "uid %u is what is read, and the kernel does not confirm it", uid);
    return plan->confirm_gid || plan->confirm_uid ? compare(plan, f) : 0;
}

int verify_goal(const struct plan *plan, struct fail *f) {
    if (probe_regain(plan, f) != 0 || compare(plan, f) != 0 || confirm_ids(plan, f) != 0 ||
        probe_refusals(plan, f) != 0 || verify_parent_death(plan, f) != 0 ||
        verify_labels(plan, f) != 0)
        return -1;
    return verify_stdio(plan, f) == 0 ? verify_userns(plan, f) : -1;
}

static int verify_directory(const struct plan *plan, const struct program *program,
                            struct fail *f) {
    const struct sys_directory *entered = &program->directory;
    struct sys_directory here = {0};

    if (plan->directory == NULL)
        return 0;
    int error = sys_get_directory(&here);
    if (error == 0 && here.device == entered->device && here.inode == entered->inode)
        return 0;
    return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, error,
                    "the working directory is not the one that was entered");
}

static int verify_umask(const struct plan *plan, struct fail *f) {
    if (!plan->set_umask)
        return 0;
    int umask = sys_read_umask(plan->umask);
    if (umask == (int)plan->umask)
        return 0;
    return fail_set(f, "verify", FAIL_NOT_AS_PLANNED, umask < 0 ? umask : 0, "the umask is not 0%o",
                    plan->umask);
}

int verify_inherited(const struct plan *plan, const struct program *program, struct fail *f) {
    return verify_directory(plan, program, f) == 0 ? verify_umask(plan, f) : -1;
}
