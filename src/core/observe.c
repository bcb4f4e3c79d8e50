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

/* Reads one of the two sets that are queried bit by bit, up to the capability last. The kernel
 * returns 0 or 1 for each of its *count capabilities and EINVAL above. No kernel has capability 64,
 * so the loop also ends for a kernel that never returns EINVAL. */
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

/* Reads into *set the capabilities of wanted for which has() returns 1. */
static int read_wanted(int (*has)(unsigned cap), uint64_t wanted, uint64_t *set) {
    *set = 0;
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        int answer = (wanted & CAP_MASK(cap)) != 0 ? has(cap) : 0;
        if (answer < 0 || answer > 1)
            return answer < 0 && answer != -EINVAL ? answer : -EPROTO;
        *set |= (uint64_t)answer << cap;
    }
    return 0;
}

/* Counts the capabilities by bisection: the kernel knows all below *count and none from *count on.
 * A kernel that knows capability 64 is refused: it never returns EINVAL. */
static int count_caps(unsigned *count) {
    unsigned above = CAP_BITS;

    int answer = sys_bounding_has(CAP_BITS);
    if (answer != -EINVAL)
        return answer < 0 ? answer : -EPROTO;
    *count = 0;
    while (*count < above) {
        unsigned middle = (*count + above) / 2;
        answer = sys_bounding_has(middle);
        if (answer > 1 || (answer < 0 && answer != -EINVAL))
            return answer < 0 ? answer : -EPROTO;
        if (answer == -EINVAL)
            above = middle;
        else
            *count = middle + 1;
    }
    return *count > 0 ? 0 : -EPROTO;
}

/* Checks that there are as many ambient capabilities as bounding ones; refuses a kernel without. */
static int check_ambient(unsigned count, struct fail *f) {
    int last = sys_ambient_has(count - 1), none = sys_ambient_has(count);

    if (last >= 0 && last <= 1 && none == -EINVAL)
        return 0;
    if (last == -EINVAL && none == -EINVAL && sys_ambient_has(0) == -EINVAL)
        return fail_set(f, "start", FAIL_OLD_KERNEL, EINVAL, "this kernel has no ambient set");
    int error = last < 0 && last != -EINVAL ? last : none < 0 && none != -EINVAL ? none : EPROTO;
    return cannot_read(f, "start", error, "ambient set");
}

static int read_caller_caps(struct cred *cred, struct fail *f) {
    int error = sys_get_caps(&cred->permitted, &cred->effective, &cred->inheritable);
    if (error != 0)
        return cannot_read(f, "start", error, "capability sets");
    error = count_caps(&cred->cap_count);
    if (error != 0)
        return cannot_read(f, "start", error, "bounding set");
    cred->bounding = cred_known_caps(cred);
    if (check_ambient(cred->cap_count, f) != 0)
        return -1;
    /* capabilities(7): an ambient capability is always permitted and inheritable. */
    error =
        read_wanted(sys_ambient_has, cred->permitted & cred->inheritable & cred_known_caps(cred),
                    &cred->ambient);
    return error == 0 ? 0 : cannot_read(f, "start", error, "ambient set");
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

    int keepcaps = sys_get_keepcaps(); /* reported twice: a lie in one report is detected */
    if (keepcaps != ((cred->securebits & SECBIT_KEEP_CAPS) != 0))
        return cannot_read(f, step, keepcaps < 0 ? keepcaps : EPROTO, "keep-caps flag");

    int no_new_privs = sys_get_no_new_privs();
    if (no_new_privs < 0 || no_new_privs > 1)
        return cannot_read(f, step, no_new_privs < 0 ? no_new_privs : EPROTO, "no_new_privs flag");
    cred->no_new_privs = no_new_privs == 1;
    return 0;
}

static int read_ids(const char *step, struct cred *cred, struct fail *f) {
    memset(cred, 0, sizeof *cred);
    int error = sys_get_uids(&cred->uid);
    if (error != 0)
        return cannot_read(f, step, error, "user ids");
    error = sys_get_gids(&cred->gid);
    if (error != 0)
        return cannot_read(f, step, error, "group ids");
    return read_groups(step, cred, f);
}

int observe_cred(const char *step, unsigned last, struct cred *cred, struct fail *f) {
    if (read_ids(step, cred, f) != 0 || read_caps(step, last, cred, f) != 0)
        return -1;
    return read_bits_and_locks(step, cred, f);
}

int observe_caller(struct cred *cred, struct fail *f) {
    if (read_ids("start", cred, f) != 0 || read_caller_caps(cred, f) != 0)
        return -1;
    return read_bits_and_locks("start", cred, f);
}

/* With CAP_SETPCAP, all that is not kept will be dropped, whether it is in the set or not. */
int observe_bounding(const struct request *request, struct cred *cred, struct fail *f) {
    uint64_t known = cred_known_caps(cred), wanted = known, set;
    uint64_t keep = request->keep_all ? cred->permitted : request->keep;

    if ((cred->permitted & CAP_MASK(CAP_SETPCAP)) != 0 && (keep & ~cred->permitted) == 0)
        wanted &= keep | request->want;
    int error = read_wanted(sys_bounding_has, wanted, &set);
    if (error != 0)
        return cannot_read(f, "start", error, "bounding set");
    cred->bounding = (known & ~wanted) | set;
    return 0;
}

void observe_free(struct cred *cred) {
    pool_release(cred->groups.list);
    cred->groups = (struct groups){0};
}
