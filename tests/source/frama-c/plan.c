/*
 * The plan, with any request and any start: no undefined behaviour, and a plan that is accepted has
 * the goal that was promised.
 *
 * anything() knows nothing of any value, and shows that nothing is undefined. sets() and bits() go
 * through all values of what a promise is about, one by one. In sets() there are two capabilities:
 * CAP_SETPCAP, which the plan asks for by name, and NET_RAW for all the others: the plan treats
 * those alike, bit by bit. CAP_CHOWN, the other one that it knows, is in bits().
 */
#include "core/plan.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"

enum { GROUPS_HERE = 3, SOMEBODY = 1000 };

#define SETPCAP CAP_MASK(CAP_SETPCAP)
#define CHOWN   CAP_MASK(CAP_CHOWN)

/* Any value, each one on its own. */
static bool either(void) { return any_bool() ? true : false; }

static uint64_t one_set(void) {
    return (either() ? SETPCAP : 0) | (either() ? CAP_MASK(CAP_NET_RAW) : 0);
}

static struct groups any_groups(gid_t list[GROUPS_HERE]) {
    for (size_t i = 0; i < GROUPS_HERE; i++)
        list[i] = any_u32;
    return (struct groups){.count = any_u32 % (GROUPS_HERE + 1), .list = list};
}

static void anything(void) {
    gid_t asked[GROUPS_HERE], had[GROUPS_HERE];
    struct plan plan;
    struct fail fail;
    struct request request = {
        .change_identity = any_bool(),
        .uid = any_u32,
        .gid = any_u32,
        .change_groups = any_bool(),
        .groups = any_groups(asked),
        .keep_all = any_bool(),
        .keep = any_u64,
        .no_new_privs = any_bool(),
        .lock_securebits = any_bool(),
        .chown_stdio = any_bool(),
        .close_fds = any_bool(),
        .strict = any_bool(),
    };
    struct start start = {
        .cred = any_cred(),
        .all_ids_mapped = any_bool(),
        .overflow_unknown = any_bool(),
        .overflow_uid = any_u32,
        .overflow_gid = any_u32,
        .uid_is_own = any_bool(),
        .gid_is_own = any_bool(),
        .uid_unmapped = any_bool(),
        .gid_unmapped = any_bool(),
        .groups_unmapped = any_bool(),
        .setgroups_denied = any_bool(),
        .parent_death_signal = any_int,
        .stdio = any_u32,
        .stdio_unmapped = any_u32,
    };

    start.cred.groups = any_groups(had);
    int status = plan_make(&request, &start, &plan, &fail);
    //@ assert refused_or_made: status == 0 || status == -1;
}

/* Who asks, and to become whom. */
enum change { ROOT_STAYS, ROOT_LEAVES, USER_STAYS, USER_TO_ITSELF, USER_TO_ROOT, CHANGES };

static void ordinary(enum change change, struct request *request, struct start *start) {
    bool root = change == ROOT_STAYS || change == ROOT_LEAVES;

    memset(request, 0, sizeof *request);
    memset(start, 0, sizeof *start);
    start->all_ids_mapped = true;
    start->cred.cap_count = 41;
    start->cred.uid = start->cred.gid = ids_all(root ? 0 : SOMEBODY);
    request->change_identity = change != ROOT_STAYS && change != USER_STAYS;
    request->uid = request->gid = change == USER_TO_ROOT ? 0 : SOMEBODY;
}

/* Which of the two flags are on: one in the start, the other in the request. */
static void sets(enum change change, bool had_no_new_privs, bool wants_no_new_privs, bool strict) {
    struct request request;
    struct start start;
    struct plan plan;
    struct fail fail;

    ordinary(change, &request, &start);
    start.cred.no_new_privs = had_no_new_privs;
    request.no_new_privs = wants_no_new_privs;
    request.strict = strict;
    request.keep_all = either();
    request.keep = request.keep_all ? 0 : one_set();
    start.cred.permitted = one_set();
    start.cred.inheritable = one_set();
    start.cred.bounding = one_set();
    start.cred.ambient = start.cred.permitted & start.cred.inheritable;
    if (plan_make(&request, &start, &plan, &fail) != 0) {
        //@ assert named: fail.code != FAIL_NONE && fail.exit_code == EXIT_REFUSED;
        exit(EXIT_REFUSED);
    }

    uint64_t keep = request.keep_all ? start.cred.permitted : request.keep;
    bool wide = plan.goal.bounding != (start.cred.bounding & keep);
    bool harmless = start.cred.permitted == 0 && (change == USER_STAYS || change == USER_TO_ITSELF);
    bool changes = request.change_identity;
    uid_t uid = changes ? request.uid : start.cred.uid.real;
    gid_t gid = changes ? request.gid : start.cred.gid.real;
    //@ assert kept: plan.keep == keep && plan.goal.permitted == keep;
    //@ assert everywhere: plan.goal.effective == keep && plan.goal.inheritable == keep;
    //@ assert for_children: plan.goal.ambient == keep;
    //@ assert only_what_is: (keep & ~start.cred.permitted) == 0;
    //@ assert never_wider: (plan.goal.bounding & ~start.cred.bounding) == 0;
    //@ assert wide_is_said: wide == plan.bounding_left;
    //@ assert not_if_strict: wide ==> !strict;
    //@ assert not_if_it_can_be_narrowed: wide ==> (start.cred.permitted & SETPCAP) == 0;
    //@ assert out_of_reach: wide ==> plan.goal.no_new_privs || harmless;
    //@ assert no_new_privs: plan.goal.no_new_privs == (had_no_new_privs || wants_no_new_privs);
    //@ assert can_work: (keep & ~plan.working) == 0 && (plan.working & ~keep) == 0;
    //@ assert raised: ((plan.ambient_missing | start.cred.ambient) & keep) == keep;
    //@ assert not_more: (plan.ambient_missing & ~keep) == 0;
    //@ assert as_asked: plan.goal.uid.real == uid && plan.goal.uid.effective == uid;
    //@ assert for_good: plan.goal.uid.saved == uid && plan.goal.uid.fs == uid;
    //@ assert group_as_asked: plan.goal.gid.real == gid && plan.goal.gid.effective == gid;
    //@ assert group_for_good: plan.goal.gid.saved == gid && plan.goal.gid.fs == gid;
    //@ assert calls: plan.set_uid == changes && plan.set_gid == changes;
    exit(0);
}

static void bits(unsigned bits, enum change change) {
    struct request request;
    struct start start;
    struct plan plan;
    struct fail fail;

    ordinary(change, &request, &start);
    start.cred.securebits = bits;
    start.cred.permitted = start.cred.inheritable = start.cred.bounding = ~UINT64_C(0);
    start.cred.cap_count = CAP_BITS;
    start.stdio = 1;
    request.chown_stdio = either();
    request.lock_securebits = either();
    request.keep = either() ? CAP_MASK(CAP_NET_RAW) : 0;
    if (plan_make(&request, &start, &plan, &fail) != 0) {
        //@ assert named: fail.code != FAIL_NONE && fail.exit_code == EXIT_REFUSED;
        exit(EXIT_REFUSED);
    }

    unsigned goal = plan.goal.securebits;
    bool leaves_root = change == ROOT_LEAVES;
    bool must_carry = leaves_root && (bits & 4) == 0 && plan.working != 0;
    //@ assert all_or_none: goal == (request.lock_securebits ? (bits | 0xef) : bits);
    //@ assert locked_stay: ((goal ^ bits) & ((bits & 0xaa) >> 1)) == 0;
    //@ assert carried: must_carry ==> plan.set_keepcaps && (bits & 0x20) == 0;
    //@ assert not_for_nothing: plan.set_keepcaps ==> leaves_root;
    //@ assert can_raise: plan.ambient_missing != 0 ==> (bits & 0x40) == 0;
    //@ assert can_lock: goal != bits ==> (plan.working & SETPCAP) != 0;
    //@ assert can_give: plan.stdio != 0 ==> request.chown_stdio && (plan.working & CHOWN) != 0;
    exit(0);
}

/* Each call may be the one that is made, and none returns: so what is known of one is not mixed
 * with what is known of another. The part is chosen on the command line, so that they run side by
 * side. */
int main(void) {
#if defined PART_ANYTHING
    anything();
#elif defined PART_SETS
    for (int change = ROOT_STAYS; change < CHANGES; change++) {
        if (any_bool())
            sets(change, false, false, true);
        if (any_bool())
            sets(change, false, false, false);
        if (any_bool())
            sets(change, false, true, false);
        if (any_bool())
            sets(change, true, false, false);
    }
#elif defined PART_BITS
    for (unsigned securebits = 0; securebits < 256; securebits++) {
        if (any_bool())
            bits(securebits, ROOT_LEAVES);
        if (any_bool())
            bits(securebits, USER_STAYS);
    }
#endif
    return 0;
}
