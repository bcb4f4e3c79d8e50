#include "core/plan.h"

#include <linux/capability.h>
#include <string.h>

#include "core/sys.h"

static bool holds_gid(const struct groups *groups, gid_t gid) {
    for (size_t i = 0; i < groups->count; i++)
        if (groups->list[i] == gid)
            return true;
    return false;
}

/* In a user namespace every unmapped ID reads as the overflow ID, also that of root. If the
 * overflow ID is not known, every ID that is read may be an unmapped one. */
bool start_uid_is_ambiguous(const struct start *start, uid_t uid) {
    return !start->all_ids_mapped && (start->overflow_unknown || uid == start->overflow_uid);
}

bool start_gid_is_ambiguous(const struct start *start, gid_t gid) {
    return !start->all_ids_mapped && (start->overflow_unknown || gid == start->overflow_gid);
}

static bool groups_are_ambiguous(const struct groups *groups, const struct start *start) {
    return !start->all_ids_mapped &&
           (start->overflow_unknown || holds_gid(groups, start->overflow_gid));
}

static bool groups_are_right(const struct request *request, const struct start *start) {
    return groups_equal(&request->groups, &start->cred.groups) &&
           !groups_are_ambiguous(&request->groups, start);
}

/* An ID that may be another one is never treated as right already. */
static void plan_ids(const struct request *request, const struct start *start, struct plan *plan) {
    plan->set_uid = plan->set_gid = true;
    plan->goal.uid = ids_all(request->uid);
    plan->goal.gid = ids_all(request->gid);
    plan->confirm_uid = start_uid_is_ambiguous(start, request->uid);
    plan->confirm_gid = start_gid_is_ambiguous(start, request->gid);

    bool same_uid = ids_equal(&plan->start.uid, &plan->goal.uid);
    bool same_gid = ids_equal(&plan->start.gid, &plan->goal.gid);
    /* The kernel detects that an ID is unmapped before it checks for a capability. */
    plan->uid_is_free =
        same_uid && (!plan->confirm_uid || start->uid_is_own || start->uid_unmapped);
    plan->gid_is_free =
        same_gid && (!plan->confirm_gid || start->gid_is_own || start->gid_unmapped);
    plan->changes_identity = !same_uid || !same_gid || plan->confirm_uid || plan->confirm_gid;
}

static void plan_identity(const struct request *request, const struct start *start,
                          struct plan *plan) {
    if (request->change_identity)
        plan_ids(request, start, plan);
    if (request->change_groups && !groups_are_right(request, start)) {
        plan->set_groups = true;
        /* Only in this case would a list that was never set read as right. */
        plan->clear_groups = groups_equal(&request->groups, &start->cred.groups) &&
                             request->groups.count == start->cred.groups_told;
        plan->goal.groups = request->groups;
        plan->goal.groups_told = request->groups.count;
    }
    plan->all_ids_mapped = start->all_ids_mapped;
    plan->uid_unmapped = start->uid_unmapped;
    plan->gid_unmapped = start->gid_unmapped;
    plan->groups_unmapped = start->groups_unmapped;
    plan->setgroups_denied = start->setgroups_denied;
}

/* Capabilities that come from capwrap's file were granted to everyone who may execute it: to start
 * a program with them, not to change to another user or to give files away. */
static int check_grant(const struct plan *plan, struct fail *f) {
    const struct cred *start = &plan->start, *goal = &plan->goal;

    if (!cred_was_granted(start))
        return 0;
    if (!ids_equal(&start->uid, &goal->uid) || plan->confirm_uid)
        return fail_set(f, "user", FAIL_GRANT_IDENTITY, 0,
                        "capwrap has file capabilities and so may not change the uid from %u to %u",
                        start->uid.real, goal->uid.real);
    if (plan->changes_identity)
        return fail_set(f, "user", FAIL_GRANT_IDENTITY, 0,
                        "capwrap has file capabilities and so may not change the gid from %u to %u",
                        start->gid.real, goal->gid.real);
    if (plan->set_groups) {
        (void)fail_set(f, "groups", FAIL_GRANT_IDENTITY, 0,
                       "capwrap has file capabilities and so may not change the supplementary "
                       "groups, which are %zu and would be %zu",
                       start->groups.count, goal->groups.count);
        return fail_hint(f, "write --groups keep, or leave out --user and --groups");
    }
    if (plan->stdio != 0)
        return fail_set(f, "stdio", FAIL_GRANT_IDENTITY, 0,
                        "capwrap has file capabilities and so may not change the owner of a "
                        "standard stream");
    return 0;
}

/* Computes what is kept: --keep, and the wanted capabilities that check_kept() would not refuse. */
static int plan_keep(const struct request *request, struct plan *plan, struct fail *f) {
    const struct cred *start = &plan->start;
    uint64_t possible = start->permitted & (start->inheritable | start->bounding);

    plan->keep = request->keep_all ? start->permitted : request->keep;
    plan->left_out = request->want & ~possible & ~plan->keep;
    plan->keep |= request->want & possible;
    plan->goal.permitted = plan->goal.effective = plan->keep;
    plan->goal.inheritable = plan->goal.ambient = plan->keep;
    if (plan->left_out != 0 && plan->strict)
        return fail_caps(f, "want", FAIL_STRICT, plan->left_out, "wanted, and not permitted here");
    return 0;
}

/* Refuses a stream whose owner may or may not be the user: it can neither be handed over nor
 * left. */
static int check_stdio(const struct request *request, const struct start *start, struct fail *f) {
    if (!request->chown_stdio || start->stdio_unmapped == 0)
        return 0;
    (void)fail_set(f, "stdio", FAIL_UNMAPPED_ID, 0,
                   "the owner of a standard stream, or its new one, reads as an id that may be an "
                   "unmapped one");
    return fail_hint(f, "leave out --chown-stdio, or use ids that /proc/self/uid_map contains");
}

static int check_kept(const struct plan *plan, struct fail *f) {
    const struct cred *start = &plan->start;
    uint64_t known = cred_known_caps(start);
    uint64_t missing = plan->keep & ~start->permitted;

    if ((plan->keep & ~known) != 0)
        return fail_caps(f, "keep", FAIL_CAP_UNKNOWN, plan->keep & ~known,
                         "this kernel does not have it");
    if ((missing & ~start->bounding) != 0)
        return fail_caps(f, "keep", FAIL_CAP_NOT_PERMITTED, missing & ~start->bounding,
                         "not permitted here, and not in the bounding set either");
    if (missing != 0 && start->no_new_privs)
        return fail_caps(f, "keep", FAIL_CAP_MASKED, missing,
                         "in the bounding set only, and no_new_privs is on: nothing was gained");
    if (missing != 0)
        return fail_caps(f, "keep", FAIL_CAP_BOUNDING_ONLY, missing,
                         "in the bounding set only, not permitted");

    /* capset(2): a capability added to the inheritable set must be in the bounding set. */
    uint64_t frozen = plan->keep & ~(start->inheritable | start->bounding);
    if (frozen != 0)
        return fail_caps(f, "keep", FAIL_CAP_NOT_PERMITTED, frozen,
                         "permitted, but outside the bounding set it cannot be inherited");
    return 0;
}

/* Whether bits that nobody could drop may stay in the bounding set: no later execve can gain them,
 * or the caller could use them equally well without capwrap. In the latter case the program step
 * checks the program that is started. */
static bool bounding_may_stay(const struct plan *plan) {
    bool nothing_to_take = plan->start.permitted == 0 && !cred_has_root(&plan->start) &&
                           ids_equal(&plan->start.uid, &plan->goal.uid) &&
                           ids_equal(&plan->start.gid, &plan->goal.gid) && !plan->set_groups;

    return plan->goal.no_new_privs || nothing_to_take;
}

static int plan_bounding(struct plan *plan, struct fail *f) {
    uint64_t excess = plan->start.bounding & ~plan->keep;

    plan->goal.bounding = plan->start.bounding & plan->keep;
    if (excess == 0 || (plan->start.permitted & CAP_MASK(CAP_SETPCAP)) != 0 ||
        !bounding_may_stay(plan))
        return 0; /* narrowed, or the preflight reports that SETPCAP is missing */

    plan->goal.bounding = plan->start.bounding;
    plan->bounding_left = true;
    if (plan->strict)
        return fail_caps(f, "bounding", FAIL_STRICT, CAP_MASK(CAP_SETPCAP),
                         "not permitted, so the set would remain larger than what is kept");
    return 0;
}

static int plan_securebits(const struct request *request, struct plan *plan, struct fail *f) {
    unsigned inherited = plan->start.securebits;
    unsigned locked = (inherited & 0xaau) >> 1; /* each lock is the bit above the one it locks */

    if (request->lock_securebits)
        plan->goal.securebits |= SECBITS_LOCKDOWN;
    if (((plan->goal.securebits ^ inherited) & locked) != 0)
        return fail_set(f, "securebits", FAIL_SECUREBITS_LOCKED, 0,
                        "the inherited securebits 0x%x are locked", inherited);
    return 0;
}

/* Without no_new_privs a set-user-ID program could run under the filter, and a call that it relies
 * on would fail (seccomp(2), PR_SET_NO_NEW_PRIVS). */
static int plan_userns(const struct request *request, const struct start *start, struct plan *plan,
                       struct fail *f) {
    plan->disable_userns = request->disable_userns;
    plan->userns_refused = start->userns_refused == USERNS_ALL;
    if (plan->disable_userns && !plan->goal.no_new_privs)
        return fail_set(f, "userns", FAIL_NEED_NO_NEW_PRIVS, 0,
                        "--disable-userns needs no_new_privs");
    if (plan->disable_userns && !start->userns_known)
        return fail_set(f, "userns", FAIL_UNSUPPORTED, 0,
                        "this program has no filter for this architecture");
    return 0;
}

/* Leaving user ID 0 clears the sets unless keep-caps or no-setuid-fixup is on (capabilities(7)). */
static int plan_carry(struct plan *plan, struct fail *f) {
    unsigned inherited = plan->start.securebits;
    bool cleared = cred_has_root(&plan->start) && plan->goal.uid.real != 0 &&
                   (inherited & SECBIT_NO_SETUID_FIXUP) == 0;

    plan->working = plan->keep;
    if (plan->goal.securebits != inherited)
        plan->working |= CAP_MASK(CAP_SETPCAP);
    if (plan->stdio != 0)
        plan->working |= CAP_MASK(CAP_CHOWN);

    plan->set_keepcaps = cleared && plan->working != 0;
    if (plan->set_keepcaps && (inherited & SECBIT_KEEP_CAPS_LOCKED) != 0)
        return fail_set(f, "keep-caps", FAIL_SECUREBITS_LOCKED, 0,
                        "keep-caps is locked off by the inherited securebits 0x%x", inherited);

    plan->ambient_missing = plan->keep & ~(cleared ? 0 : plan->start.ambient);
    if (plan->ambient_missing != 0 && (inherited & SECBIT_NO_CAP_AMBIENT_RAISE) != 0)
        return fail_set(f, "ambient", FAIL_SECUREBITS_LOCKED, 0,
                        "the inherited securebits 0x%x forbid to raise ambient capabilities",
                        inherited);
    return 0;
}

int plan_check_start(const struct cred *start, struct fail *f) {
    if (start->uid.real == start->uid.effective && start->gid.real == start->gid.effective)
        return 0;
    return fail_set(f, "start", FAIL_STARTED_SETID, 0,
                    "real and effective ids differ (uid %u and %u, gid %u and %u)", start->uid.real,
                    start->uid.effective, start->gid.real, start->gid.effective);
}

int plan_make(const struct request *request, const struct start *start, struct plan *plan,
              struct fail *f) {
    const struct cred *cred = &start->cred;

    memset(plan, 0, sizeof *plan);
    if (plan_check_start(cred, f) != 0)
        return -1;
    plan->start = plan->goal = *cred;
    plan->strict = request->strict;
    plan->dry_run = request->dry_run;
    plan->close_fds = request->close_fds;
    plan->chown_stdio = request->chown_stdio;
    memcpy(plan->label, request->label, sizeof plan->label);
    plan->stdio = request->chown_stdio ? start->stdio : 0;
    plan->parent_death_signal =
        request->change_parent_death ? request->parent_death_signal : start->parent_death_signal;
    plan->set_parent_death = plan->parent_death_signal != 0 || start->parent_death_signal != 0;
    plan->directory = request->directory;
    plan->set_umask = request->change_umask;
    plan->umask = request->umask;
    plan->needs_parent_death = request->change_parent_death && plan->parent_death_signal != 0;

    plan->goal.no_new_privs = cred->no_new_privs || request->no_new_privs;
    plan_identity(request, start, plan);

    if (plan_keep(request, plan, f) != 0)
        return -1;
    if (check_kept(plan, f) != 0) {
        struct fail other; /* the first refusal counts; it also lists what else is missing */
        (void)plan_bounding(plan, &other);
        return -1;
    }
    if (check_grant(plan, f) != 0 || check_stdio(request, start, f) != 0 ||
        plan_bounding(plan, f) != 0 || plan_securebits(request, plan, f) != 0 ||
        plan_userns(request, start, plan, f) != 0)
        return -1;
    return plan_carry(plan, f);
}
