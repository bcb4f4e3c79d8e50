#include "inspect/expect.h"

#include <string.h>

#include "core/sys.h"

static const char STEP[] = "assert";

const char *expect_part(enum part part) {
    static const char *const names[PARTS] = {
        [PART_UID] = "uid",
        [PART_GID] = "gid",
        [PART_GROUPS] = "groups",
        [PART_PERMITTED] = "permitted",
        [PART_EFFECTIVE] = "effective",
        [PART_INHERITABLE] = "inheritable",
        [PART_BOUNDING] = "bounding",
        [PART_AMBIENT] = "ambient",
        [PART_NO_NEW_PRIVS] = "no_new_privs",
        [PART_SECCOMP] = "seccomp",
    };
    return names[part];
}

uint64_t expect_set(const struct cred *cred, enum part part) {
    return part == PART_PERMITTED     ? cred->permitted
           : part == PART_EFFECTIVE   ? cred->effective
           : part == PART_INHERITABLE ? cred->inheritable
           : part == PART_BOUNDING    ? cred->bounding
                                      : cred->ambient;
}

/* ---- the expectation ---- */

static void set_caps(struct cred *cred, uint64_t caps) {
    cred->permitted = cred->effective = cred->inheritable = cred->bounding = cred->ambient = caps;
}

/* An unmapped ID reads as another one, so a process with this ID may have another in fact. */
static int check_ids(const struct cred *cred, struct fail *f) {
    struct start start = {.all_ids_mapped = sys_all_ids_mapped() > 0};
    bool ambiguous = false;

    if (start.all_ids_mapped)
        return 0;
    start.overflow_unknown =
        sys_overflow_id("/proc/sys/kernel/overflowuid", &start.overflow_uid) != 0 ||
        sys_overflow_id("/proc/sys/kernel/overflowgid", &start.overflow_gid) != 0;
    for (size_t i = 0; i < cred->groups.count; i++)
        ambiguous |= start_gid_is_ambiguous(&start, cred->groups.list[i]);
    if (!ambiguous && !start_uid_is_ambiguous(&start, cred->uid.real) &&
        !start_gid_is_ambiguous(&start, cred->gid.real))
        return 0;
    (void)fail_set(f, STEP, FAIL_UNMAPPED_ID, 0,
                   "an id that is asked for reads as unmapped ones do in this user namespace");
    f->hint = "run capwrap in a user namespace that maps every id, or give the program another id";
    return -1;
}

int expect_make(const struct request *request, const struct cred *caller,
                struct expectation *expectation, struct fail *f) {
    struct cred *cred = &expectation->cred;
    uint64_t known = cred_known_caps(caller);
    uint64_t keep = request->keep_all ? caller->permitted : request->keep;

    *expectation =
        (struct expectation){.filter = request->disable_userns, .strict = request->strict};
    cred->cap_count = caller->cap_count;
    cred->uid = ids_all(request->change_identity ? request->uid : caller->uid.effective);
    cred->gid = ids_all(request->change_identity ? request->gid : caller->gid.effective);
    cred->groups = request->change_groups ? request->groups : caller->groups;
    set_caps(cred, keep);
    cred->no_new_privs = request->no_new_privs || request->disable_userns;
    if ((keep & ~known) != 0)
        return fail_caps(f, STEP, FAIL_CAP_UNKNOWN, keep & ~known, "this kernel does not have it");
    return check_ids(cred, f);
}

void expect_want(const struct request *request, const struct cred *main_thread,
                 struct expectation *expectation) {
    uint64_t keep = expectation->cred.permitted;
    uint64_t want = request->want & ~keep;

    expectation->left_out = want & ~main_thread->permitted;
    set_caps(&expectation->cred, keep | (want & main_thread->permitted));
}

/* ---- comparison ---- */

static bool parts_equal(const struct expectation *expectation, const struct thread *thread,
                        enum part part) {
    const struct cred *is = &thread->cred, *asked = &expectation->cred;

    switch (part) {
    case PART_UID:
        return ids_equal(&is->uid, &asked->uid);
    case PART_GID:
        return ids_equal(&is->gid, &asked->gid);
    case PART_GROUPS:
        return groups_equal(&is->groups, &asked->groups);
    case PART_NO_NEW_PRIVS:
        return is->no_new_privs || !asked->no_new_privs;
    case PART_SECCOMP:
        return thread->seccomp == 2 || !expectation->filter;
    default:
        return expect_set(is, part) == expect_set(asked, part);
    }
}

struct comparison expect_compare(const struct expectation *expectation,
                                 const struct thread *thread) {
    const struct cred *is = &thread->cred;
    struct comparison comparison = {0};

    for (unsigned part = 0; part < PARTS; part++)
        if (!parts_equal(expectation, thread, (enum part)part))
            comparison.differs |= 1u << part;
    /* No execve can gain what remains (plan.c: bounding_may_stay). */
    bool wider = (expectation->cred.bounding & ~is->bounding) == 0;
    if ((comparison.differs & 1u << PART_BOUNDING) != 0 && wider && is->no_new_privs) {
        comparison.bounding_left = true;
        if (!expectation->strict)
            comparison.differs &= ~(1u << PART_BOUNDING);
    }
    return comparison;
}
