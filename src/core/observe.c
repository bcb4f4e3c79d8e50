#include "core/observe.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "core/pool.h"
#include "core/sys.h"

static int cannot_read(struct fail *f, const char *step, int error, const char *what) {
    return fail_set(f, step, FAIL_SYSTEM_CALL, error, "the kernel does not tell the %s", what);
}

static int compare_gids(const void *a, const void *b) {
    gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

    return (left > right) - (left < right);
}

void observe_sort(struct groups *groups) {
    size_t kept = 0;

    if (groups->count > 1)
        qsort(groups->list, groups->count, sizeof groups->list[0], compare_gids);
    for (size_t i = 0; i < groups->count; i++)
        if (i == 0 || groups->list[i] != groups->list[i - 1])
            groups->list[kept++] = groups->list[i];
    groups->count = kept;
}

static int read_groups(const char *step, struct cred *cred, struct fail *f) {
    struct groups *groups = &cred->groups;

    int count = sys_get_groups(0, NULL);
    if (count < 0)
        return cannot_read(f, step, count, "supplementary groups");
    if (count > GROUPS_MOST)
        return cannot_read(f, step, EPROTO, "supplementary groups");
    if (count == 0)
        return 0;

    groups->list = pool_take((size_t)count, sizeof groups->list[0]);
    if (groups->list == NULL)
        return fail_set(f, step, FAIL_MEMORY, ENOMEM, "%d supplementary groups", count);
    groups->count = (size_t)count;

    int got = sys_get_groups(groups->count, groups->list);
    if (got != count)
        return cannot_read(f, step, got < 0 ? got : EIO, "supplementary groups");
    cred->groups_told = groups->count;
    observe_sort(groups);
    return 0;
}

/* Reads one of the two sets that are asked for bit by bit, up to the capability last. The kernel
 * answers 0 or 1 for each of the *count that it has and EINVAL above; 64 is above for every kernel,
 * so one that answers for ever ends the loop too. */
static int read_bits(int (*has)(unsigned cap), unsigned last, uint64_t *set, unsigned *count) {
    *set = 0;
    *count = 0;
    for (unsigned cap = 0; cap <= last; cap++) {
        int answer = has(cap);
        if (answer == -EINVAL)
            continue;
        if (answer < 0)
            return answer;
        if (answer > 1 || cap == CAP_BITS || cap != *count)
            return -EPROTO;
        *count = cap + 1;
        *set |= (uint64_t)answer << cap;
    }
    return 0;
}

static int read_caps(const char *step, unsigned last, struct cred *cred, struct fail *f) {
    unsigned ambient_count;

    int error = sys_get_caps(&cred->permitted, &cred->effective, &cred->inheritable);
    if (error != 0)
        return cannot_read(f, step, error, "capability sets");
    error = read_bits(sys_bounding_has, last, &cred->bounding, &cred->cap_count);
    if (error != 0 || cred->cap_count == 0)
        return cannot_read(f, step, error != 0 ? error : EPROTO, "bounding set");
    error = read_bits(sys_ambient_has, cred->cap_count, &cred->ambient, &ambient_count);
    if (error != 0)
        return cannot_read(f, step, error, "ambient set");
    if (ambient_count == 0)
        return fail_set(f, step, FAIL_OLD_KERNEL, EINVAL, "this kernel has no ambient set");
    if (ambient_count != cred->cap_count)
        return cannot_read(f, step, EPROTO, "number of its capabilities");
    return 0;
}

static int read_bits_and_locks(const char *step, struct cred *cred, struct fail *f) {
    int securebits = sys_get_securebits();
    if (securebits < 0)
        return cannot_read(f, step, securebits, "securebits");
    cred->securebits = (unsigned)securebits;

    int keepcaps = sys_get_keepcaps(); /* told twice by the kernel: a lie in one is noticed */
    if (keepcaps != ((cred->securebits & SECBIT_KEEP_CAPS) != 0))
        return cannot_read(f, step, keepcaps < 0 ? keepcaps : EPROTO, "keep-caps flag");

    int no_new_privs = sys_get_no_new_privs();
    if (no_new_privs < 0 || no_new_privs > 1)
        return cannot_read(f, step, no_new_privs < 0 ? no_new_privs : EPROTO, "no_new_privs flag");
    cred->no_new_privs = no_new_privs == 1;
    return 0;
}

int observe_cred(const char *step, unsigned last, struct cred *cred, struct fail *f) {
    memset(cred, 0, sizeof *cred);
    int error = sys_get_uids(&cred->uid);
    if (error != 0)
        return cannot_read(f, step, error, "user ids");
    error = sys_get_gids(&cred->gid);
    if (error != 0)
        return cannot_read(f, step, error, "group ids");
    if (read_groups(step, cred, f) != 0 || read_caps(step, last, cred, f) != 0)
        return -1;
    return read_bits_and_locks(step, cred, f);
}

/* Without CAP_SETPCAP the bounding set may stay wider than what is kept (plan.c). What a lie of
 * capget(2) would gain so is not gained: the kernel is asked whether it is really missing. */
static int check_setpcap(const struct request *request, const struct cred *cred, struct fail *f) {
    uint64_t keep = request->keep_all ? cred->permitted : request->keep;

    if ((cred->permitted & CAP_MASK(CAP_SETPCAP)) != 0 || (cred->bounding & ~keep) == 0 ||
        sys_try_setpcap() < 0)
        return 0;
    return fail_set(f, "start", FAIL_NOT_AS_PLANNED, 0,
                    "CAP_SETPCAP reads as not permitted, and the kernel permits it");
}

/* Whether ids that read as the caller's own are: setresuid(2) to them succeeds only then, and
 * changes nothing, as long as the caller may not become another. */
static void read_own_ids(uid_t uid, gid_t gid, struct start *start) {
    const struct cred *cred = &start->cred;
    const struct ids uids = ids_all(uid), gids = ids_all(gid);

    if (start_uid_is_ambiguous(start, uid) && ids_equal(&cred->uid, &uids) &&
        (cred->permitted & CAP_MASK(CAP_SETUID)) == 0)
        start->uid_is_own = sys_try_uids(uid, uid, uid) == 0;
    if (start_gid_is_ambiguous(start, gid) && ids_equal(&cred->gid, &gids) &&
        (cred->permitted & CAP_MASK(CAP_SETGID)) == 0)
        start->gid_is_own = sys_try_gids(gid, gid, gid) == 0;
}

/* What the user namespace does to the ids that were asked for. */
static void read_mapping(const struct request *request, uid_t uid, gid_t gid, struct start *start) {
    const struct groups no_gids = {0}, one_gid = {.count = 1, .list = &gid};

    start->all_ids_mapped = sys_all_ids_mapped() == 1;
    if (start->all_ids_mapped)
        return;
    start->overflow_unknown =
        sys_overflow_id("/proc/sys/kernel/overflowuid", &start->overflow_uid) != 0 ||
        sys_overflow_id("/proc/sys/kernel/overflowgid", &start->overflow_gid) != 0;
    if (request->change_identity) {
        start->uid_unmapped = sys_ids_are_mapped(uid, &no_gids) == 0;
        start->gid_unmapped = sys_ids_are_mapped((uid_t)-1, &one_gid) == 0;
    }
    if (request->change_groups) {
        start->groups_unmapped = sys_ids_are_mapped((uid_t)-1, &request->groups) == 0;
        start->setgroups_denied = sys_setgroups_denied() == 1;
    }
    read_own_ids(uid, gid, start);
}

/* Whether the owner of a stream, or who is to be it, may be another than it reads as. An owner that
 * is about to change shows by his number whether he did. */
static bool stream_is_ambiguous(const struct request *request, const struct start *start, int fd,
                                uid_t owner, uid_t goal) {
    if (owner == goal)
        return start_uid_is_ambiguous(start, goal);
    if (!request->change_identity && start_uid_is_ambiguous(start, goal) && !start->uid_is_own)
        return true;
    /* With CAP_CHOWN, giving a stream to its owner fails when he is unmapped. */
    return start_uid_is_ambiguous(start, owner) &&
           (start->cred.effective & CAP_MASK(CAP_CHOWN)) != 0 && sys_chown_fd(fd, owner) != 0;
}

static int read_streams(const struct request *request, uid_t goal, struct start *start,
                        struct fail *f) {
    for (int fd = 0; request->chown_stdio && fd <= 2; fd++) {
        uid_t owner = goal;
        int mine = sys_stdio_owner(fd, &owner);
        if (mine < 0)
            return fail_set(f, "stdio", FAIL_SYSTEM_CALL, mine, "descriptor %d", fd);
        if (mine == 1 && owner != goal)
            start->stdio |= 1u << fd;
        if (mine == 1 && stream_is_ambiguous(request, start, fd, owner, goal))
            start->stdio_unmapped |= 1u << fd;
    }
    return 0;
}

int observe_start(const struct request *request, struct start *start, struct fail *f) {
    const struct cred *cred = &start->cred;

    *start = (struct start){.cred = start->cred};
    int error = sys_get_parent_death_signal(&start->parent_death_signal);
    if (error != 0 || start->parent_death_signal < 0)
        return cannot_read(f, "start", error != 0 ? error : EPROTO, "parent-death signal");

    if (check_setpcap(request, cred, f) != 0)
        return -1;
    uid_t uid = request->change_identity ? request->uid : cred->uid.effective;
    gid_t gid = request->change_identity ? request->gid : cred->gid.effective;
    if (request->change_identity || request->change_groups || request->chown_stdio)
        read_mapping(request, uid, gid, start);
    return read_streams(request, uid, start, f);
}

void observe_free(struct cred *cred) {
    pool_release(cred->groups.list);
    cred->groups = (struct groups){0};
}
