/* Every start, times every request: what plan_make and preflight decide. */
#include <inttypes.h>
#include <linux/capability.h>

#include "core/transition.h"
#include "every.h"

enum {
    HELPERS = 16, /* SETPCAP, SETUID, SETGID, CHOWN: permitted, effective and bounding, or not */
    CALLERS = 3,  /* uid 0; another; one that is not mapped */
    FLAGS = 32,   /* no-new-privs, lock-securebits, strict, chown-stdio, groups */
    GOALS = 4,    /* no --user; who the caller is already; another user; uid 0 */
    KEEPS = 3,    /* nothing; the capability; all */
    STARTS = SETS * HELPERS * 2 * SECUREBITS * CALLERS,
    REQUESTS = GOALS * KEEPS * FLAGS,
};

static gid_t held[] = {5}, wanted[] = {41003};

struct one {
    struct start start;
    struct request request;
    bool unmapped;
};

static const uid_t CALLER_UIDS[CALLERS] = {ROOT, USER, OVERFLOW};

/* False for a start that another number means as well: the capability is a helper and is there. */
static bool make_start(unsigned n, struct one *one) {
    static const unsigned HELPER_CAPS[4] = {CAP_SETPCAP, CAP_SETUID, CAP_SETGID, CAP_CHOWN};
    struct sets sets = every_sets(n % SETS);
    unsigned helpers = n / SETS % HELPERS, rest = n / SETS / HELPERS;
    uint64_t helper_set = 0;

    for (unsigned i = 0; i < 4; i++)
        helper_set |= (helpers >> i & 1) != 0 ? CAP_MASK(HELPER_CAPS[i]) : 0;
    unsigned caller = rest / 2 / SECUREBITS;
    one->unmapped = caller == 2;
    one->start = (struct start){
        .cred = {.uid = ids_all(CALLER_UIDS[caller]),
                 .gid = ids_all(CALLER_UIDS[caller] == OVERFLOW ? USER : CALLER_UIDS[caller]),
                 .groups = {.count = 1, .list = held},
                 .groups_told = 1,
                 .permitted = sets.permitted | helper_set,
                 .effective = sets.effective | helper_set,
                 .inheritable = sets.inheritable,
                 .bounding = sets.bounding | helper_set,
                 .ambient = sets.ambient,
                 .securebits = every_securebits(rest / 2 % SECUREBITS),
                 .no_new_privs = rest % 2 == 1,
                 .cap_count = CAPS},
        .all_ids_mapped = !one->unmapped,
        .overflow_uid = OVERFLOW,
        .overflow_gid = OVERFLOW};
    return (helper_set & CAP_MASK(every_cap)) == 0;
}

/* Fills the request, and what observe_start() would have found out for it. A request that another
 * number also means returns false. */
static bool make_request(unsigned n, struct one *one) {
    const struct cred *cred = &one->start.cred;
    unsigned flags = n % FLAGS, keep = n / FLAGS % KEEPS, goal = n / FLAGS / KEEPS;
    const uid_t uids[GOALS] = {cred->uid.real, cred->uid.real, OTHER_USER, ROOT};
    const gid_t gids[GOALS] = {cred->gid.real, cred->gid.real, OTHER_USER, ROOT};

    one->request = (struct request){.change_identity = goal != 0,
                                    .uid = uids[goal],
                                    .gid = gids[goal],
                                    .keep = keep == 1 ? CAP_MASK(every_cap) : 0,
                                    .keep_all = keep == 2,
                                    .no_new_privs = (flags & 1) != 0,
                                    .lock_securebits = (flags & 2) != 0,
                                    .strict = (flags & 4) != 0,
                                    .chown_stdio = (flags & 8) != 0,
                                    .change_groups = (flags & 16) != 0,
                                    .groups = {.count = 1, .list = wanted}};
    bool to_itself = goal < 2;
    one->start.uid_unmapped = one->unmapped && goal == 1;
    one->start.stdio = one->request.chown_stdio ? 1 : 0;
    one->start.stdio_unmapped =
        one->request.chown_stdio && one->unmapped && to_itself && goal == 0 ? 1 : 0;
    return !(goal == 3 && cred->uid.real == ROOT);
}

static struct sets sets_of(const struct cred *cred) {
    return (struct sets){.permitted = cred->permitted,
                         .effective = cred->effective,
                         .inheritable = cred->inheritable,
                         .bounding = cred->bounding,
                         .ambient = cred->ambient,
                         .securebits = cred->securebits,
                         .no_new_privs = cred->no_new_privs};
}

/* Whether plan and preflight decide as the rules say. */
static bool agrees(const struct one *one, struct counts *counts) {
    struct outcome rules = rules_plan(&one->start, &one->request, one->unmapped);
    struct plan plan;
    struct fail fail = {.code = FAIL_NONE};
    int status = plan_make(&one->request, &one->start, &plan, &fail);

    if (status == 0)
        status = transition_preflight(&plan, &fail);
    counts->refused += status != 0;
    counts->accepted += status == 0;
    if (status != 0)
        return every_is_reason(fail.code, rules.reasons);
    struct sets goal = sets_of(&plan.goal);
    uid_t uid = one->request.change_identity ? one->request.uid : one->start.cred.uid.real;
    const gid_t *group = one->request.change_groups ? wanted : held;
    return rules.reasons == 0 && every_same_sets(&goal, &rules.sets) &&
           plan.bounding_left == rules.bounding_left && plan.goal.uid.real == uid &&
           plan.goal.uid.saved == uid && plan.goal.groups.count == 1 &&
           plan.goal.groups.list[0] == *group;
}

void every_state(uint64_t first, uint64_t step, struct counts *counts) {
    struct one one;

    for (uint64_t start = first; start < STARTS; start += step) {
        if (!make_start((unsigned)start, &one))
            continue;
        for (unsigned request = 0; request < REQUESTS; request++) {
            if (!make_request(request, &one))
                continue;
            counts->states++;
            if (agrees(&one, counts))
                continue;
            if (counts->differences++ < 10)
                every_print(start * REQUESTS + request);
        }
    }
}

void every_print(uint64_t number) {
    struct one one;
    uint64_t start = number / REQUESTS % STARTS;
    const char *const keeps[KEEPS] = {"none", "one", "all"};

    bool is_new = make_start((unsigned)start, &one);
    is_new = make_request((unsigned)(number % REQUESTS), &one) && is_new;
    const struct request *request = &one.request;
    struct sets sets = sets_of(&one.start.cred);
    struct outcome rules = rules_plan(&one.start, request, one.unmapped);
    printf("{\"number\":%" PRIu64 ",\"new\":%s,\"uid\":%u,\"gid\":%u,\"unmapped\":%s,", number,
           is_new ? "true" : "false", one.start.cred.uid.real, one.start.cred.gid.real,
           one.unmapped ? "true" : "false");
    every_print_sets("start", &sets);
    printf(",\"user\":%s,\"to_uid\":%u,\"to_gid\":%u,\"keep\":\"%s\",\"no_new_privs\":%d,"
           "\"lock_securebits\":%d,\"strict\":%d,\"chown_stdio\":%d,\"groups\":%d,",
           request->change_identity ? "true" : "false", request->uid, request->gid,
           keeps[number % REQUESTS / FLAGS % KEEPS], request->no_new_privs,
           request->lock_securebits, request->strict, request->chown_stdio, request->change_groups);
    every_print_reasons(rules.reasons);
    printf(",\"left\":%s,", rules.bounding_left ? "true" : "false");
    every_print_sets("goal", &rules.sets);
    printf("}\n");
}
