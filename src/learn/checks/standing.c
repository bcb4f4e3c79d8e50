#include "learn/checks/standing.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static const uint32_t NO_CHANGE = UINT32_MAX;

/* ---- calls ---- */

static bool is_one_of(const struct ids *ids, uint32_t id) {
    return id == ids->real || id == ids->effective || id == ids->saved || id == ids->fs;
}

bool standing_allows(const struct standing *standing, const struct standing_call *call) {
    const struct ids *ids = call->call == CALL_SETUID ? &standing->uid : &standing->gid;
    uint32_t id = (uint32_t)call->args[0];

    if (call->call == CALL_SETUID || call->call == CALL_SETGID)
        return id == ids->real || id == ids->saved;
    return call->call == CALL_SETFSUID || call->call == CALL_SETFSGID;
}

static void apply_ids(struct ids *ids, const struct standing_call *call) {
    const uint32_t first = (uint32_t)call->args[0], second = (uint32_t)call->args[1],
                   third = (uint32_t)call->args[2], real = ids->real;

    switch (call->call) {
    case CALL_SETUID:
    case CALL_SETGID:
        if (call->granted)
            ids->real = ids->saved = first;
        ids->effective = first;
        break;
    case CALL_SETREUID:
    case CALL_SETREGID:
        ids->real = first != NO_CHANGE ? first : ids->real;
        ids->effective = second != NO_CHANGE ? second : ids->effective;
        if (first != NO_CHANGE || (second != NO_CHANGE && second != real))
            ids->saved = ids->effective;
        break;
    case CALL_SETRESUID:
    case CALL_SETRESGID:
        ids->real = first != NO_CHANGE ? first : ids->real;
        ids->effective = second != NO_CHANGE ? second : ids->effective;
        ids->saved = third != NO_CHANGE ? third : ids->saved;
        break;
    default: /* setfsuid, setfsgid */
        if (first != NO_CHANGE && (call->granted || is_one_of(ids, first)))
            ids->fs = first;
        return;
    }
    ids->fs = ids->effective;
}

static bool has_root(const struct standing *standing) {
    return standing->uid.real == 0 || standing->uid.effective == 0 || standing->uid.saved == 0;
}

static void apply_uid(struct standing *standing, const struct standing_call *call) {
    bool root = has_root(standing);

    apply_ids(&standing->uid, call);
    bool fixed = standing->keep_caps || (standing->securebits & SECBIT_NO_SETUID_FIXUP) != 0;
    standing->cleared |= root && !has_root(standing) && !fixed;
}

static void apply_prctl(struct standing *standing, const struct standing_call *call) {
    const uint64_t second = call->args[1], third = call->args[2];

    switch ((int)call->args[0]) {
    case PR_SET_KEEPCAPS:
        standing->keep_caps = second != 0;
        break;
    case PR_CAPBSET_DROP:
        standing->bounding_dropped |= second < CAP_BITS ? CAP_MASK(second) : 0;
        break;
    case PR_SET_SECUREBITS:
        standing->securebits = (uint32_t)second;
        break;
    case PR_CAP_AMBIENT:
        if (second == PR_CAP_AMBIENT_CLEAR_ALL)
            standing->ambient_lowered = UINT64_MAX;
        else if (second == PR_CAP_AMBIENT_LOWER && third < CAP_BITS)
            standing->ambient_lowered |= CAP_MASK(third);
        break;
    default:
        break;
    }
}

void standing_apply(struct standing *standing, const struct standing_call *call) {
    switch (call->call) {
    case CALL_SETUID:
    case CALL_SETREUID:
    case CALL_SETRESUID:
    case CALL_SETFSUID:
        apply_uid(standing, call);
        break;
    case CALL_SETGID:
    case CALL_SETREGID:
    case CALL_SETRESGID:
    case CALL_SETFSGID:
        apply_ids(&standing->gid, call);
        break;
    case CALL_SETGROUPS:
        standing->groups = 1 + (uint32_t)call->args[0];
        break;
    case CALL_CAPSET:
        standing->capsets++;
        break;
    case CALL_PRCTL:
        apply_prctl(standing, call);
        break;
    case CALLS:
        break;
    }
}

/* ---- comparison ---- */

/* The number of capset calls does not matter, nor does a flag that execve clears. */
bool standing_equal(const struct standing *a, const struct standing *b) {
    return ids_equal(&a->uid, &b->uid) && ids_equal(&a->gid, &b->gid) && a->groups == b->groups &&
           (a->capsets > 0) == (b->capsets > 0) && a->securebits == b->securebits &&
           a->cleared == b->cleared && a->bounding_dropped == b->bounding_dropped &&
           a->ambient_lowered == b->ambient_lowered;
}

bool standing_has(const struct standing *standing, const struct ids *uid, const struct ids *gid) {
    return ids_equal(&standing->uid, uid) && ids_equal(&standing->gid, gid);
}

bool standing_less(const struct standing *standing, const struct standing *before) {
    return !standing_equal(standing, before);
}

/* An ID of `trial` that `first` does not have, or that only `trial` has as its effective or
 * filesystem ID: `first` gave it up, perhaps for a time. NO_CHANGE if there is none. */
static uint32_t other_id(const struct ids *trial, const struct ids *first) {
    const uint32_t all[] = {trial->effective, trial->real, trial->saved, trial->fs};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!is_one_of(first, all[i]))
            return all[i];
    if (trial->effective != first->effective && trial->effective != first->fs)
        return trial->effective;
    return trial->fs != first->fs ? trial->fs : NO_CHANGE;
}

/* Whether groups remain that the first run gave up; the group IDs of that run do not count. */
static bool keeps_groups(const struct standing *trial, const struct standing *first,
                         const struct groups *groups) {
    if (first->groups == 0 || trial->groups != 0)
        return trial->groups > first->groups && first->groups != 0;
    for (size_t i = 0; i < groups->count; i++)
        if (!is_one_of(&first->gid, groups->list[i]))
            return true;
    return false;
}

static bool keeps_sets(const struct standing *trial, const struct standing *first,
                       const struct standing_sets *sets) {
    if (sets->kept == 0)
        return false;
    if ((first->bounding_dropped & ~trial->bounding_dropped & sets->kept) != 0 ||
        (first->ambient_lowered & ~trial->ambient_lowered & sets->kept) != 0)
        return true;
    if (sets->known)
        return (sets->trial & ~sets->first) != 0;
    if (first->cleared && !trial->cleared)
        return true;
    if (first->capsets > 0 && trial->capsets == 0 && !trial->cleared)
        return !sets->first_known || (sets->kept & ~sets->first) != 0;
    return false;
}

const char *standing_excess(const struct standing *trial, const struct standing *first,
                            const struct standing_sets *sets, const struct groups *groups,
                            char stays[STANDING_STAYS]) {
    uint32_t uid = has_root(first) ? NO_CHANGE : other_id(&trial->uid, &first->uid);
    uint32_t gid = other_id(&trial->gid, &first->gid);

    if (uid != NO_CHANGE)
        (void)snprintf(stays, STANDING_STAYS, "uid %u", uid);
    else if (has_root(first) && ((trial->uid.fs == 0 && first->uid.fs != 0) ||
                                 (trial->uid.effective == 0 && first->uid.effective != 0)))
        (void)snprintf(stays, STANDING_STAYS, "uid 0");
    else if (gid != NO_CHANGE)
        (void)snprintf(stays, STANDING_STAYS, "gid %u", gid);
    else if (keeps_groups(trial, first, groups))
        (void)snprintf(stays, STANDING_STAYS, "supplementary groups");
    else if (keeps_sets(trial, first, sets))
        (void)snprintf(stays, STANDING_STAYS, "capabilities");
    else if ((first->securebits & ~trial->securebits) != 0)
        (void)snprintf(stays, STANDING_STAYS, "securebits");
    else
        return NULL;
    return stays;
}
