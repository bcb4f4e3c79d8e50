#include "core/start.h"

#include <errno.h>
#include <linux/capability.h>

#include "core/observe.h"
#include "core/sys.h"

/* Without CAP_SETPCAP the bounding set may exceed what is kept (plan.c). A lie of capget(2) must
 * not cause this: a second system call checks whether the capability is really missing. */
static int check_setpcap(const struct request *request, const struct cred *cred, struct fail *f) {
    uint64_t keep = request->keep_all ? cred->permitted : request->keep;

    if ((cred->permitted & CAP_MASK(CAP_SETPCAP)) != 0 || (cred->bounding & ~keep) == 0 ||
        sys_try_setpcap() < 0)
        return 0;
    return fail_set(f, "start", FAIL_NOT_AS_PLANNED, 0,
                    "CAP_SETPCAP reads as not permitted, and the kernel permits it");
}

/* Whether IDs that read as the caller's are the caller's: setresuid(2) to them succeeds only then,
 * if the caller may not change to another ID. If only some of them are the caller's, the call would
 * change the others; so it is made only where they are the requested IDs. */
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

/* Reads what the user namespace does to the requested IDs. */
static void read_mapping(const struct request *request, uid_t uid, gid_t gid, struct start *start) {
    const struct groups no_gids = {0}, one_gid = {.count = 1, .list = &gid};

    int mapped = sys_all_ids_mapped();
    start->all_ids_mapped = mapped > 0;
    if (request->change_groups && mapped != SYS_INITIAL_NAMESPACE)
        start->setgroups_denied = sys_setgroups_denied() == 1;
    if (start->all_ids_mapped)
        return;
    start->overflow_unknown =
        sys_overflow_id("/proc/sys/kernel/overflowuid", &start->overflow_uid) != 0 ||
        sys_overflow_id("/proc/sys/kernel/overflowgid", &start->overflow_gid) != 0;
    if (request->change_identity) {
        start->uid_unmapped = sys_ids_are_mapped(uid, &no_gids) == 0;
        start->gid_unmapped = sys_ids_are_mapped((uid_t)-1, &one_gid) == 0;
    }
    if (request->change_groups)
        start->groups_unmapped = sys_ids_are_mapped((uid_t)-1, &request->groups) == 0;
    if (request->change_identity)
        read_own_ids(uid, gid, start);
}

/* Whether the owner of a stream, or its new owner, may differ from the ID that is read. When an
 * owner is about to change, the ID that is read afterwards shows whether it changed. */
static bool stream_is_ambiguous(const struct request *request, const struct start *start, int fd,
                                uid_t owner, uid_t goal) {
    if (owner == goal)
        return start_uid_is_ambiguous(start, goal);
    if (!request->change_identity && start_uid_is_ambiguous(start, goal))
        return true;
    /* With CAP_CHOWN, giving a stream to its present owner fails when that owner is unmapped. */
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

/* Refuses a request to a security module that is not active. */
static int check_modules(const struct request *request, struct fail *f) {
    for (enum module module = 0; module < MODULES; module++) {
        const char *label = request->label[module];
        int error = label == NULL ? 0 : sys_enters_label(module, label);
        if (error == -EOPNOTSUPP)
            return fail_set(f, "label", FAIL_MODULE_ABSENT, error,
                            "%s is not active on this kernel", label_module(module));
        if (error < 0)
            return fail_set(f, "start", FAIL_SYSTEM_CALL, error,
                            "%s does not tell what execve enters", label_module(module));
    }
    return 0;
}

int start_read(const struct request *request, struct start *start, struct fail *f) {
    const struct cred *cred = &start->cred;

    *start = (struct start){.cred = start->cred, .whole = start->whole};
    if (!start->whole && observe_bounding(request, &start->cred, f) != 0)
        return -1;
    int error = sys_get_parent_death_signal(&start->parent_death_signal);
    if (error != 0 || start->parent_death_signal < 0)
        return fail_set(f, "start", FAIL_SYSTEM_CALL, error != 0 ? error : EPROTO,
                        "the kernel does not tell the parent-death signal");

    if (request->disable_userns) {
        start->userns_known = sys_userns_known();
        start->userns_refused = sys_userns_refused();
    }
    if (check_modules(request, f) != 0 || check_setpcap(request, cred, f) != 0)
        return -1;
    uid_t uid = request->change_identity ? request->uid : cred->uid.effective;
    gid_t gid = request->change_identity ? request->gid : cred->gid.effective;
    if (request->change_identity || request->change_groups || request->chown_stdio)
        read_mapping(request, uid, gid, start);
    return read_streams(request, uid, start, f);
}
