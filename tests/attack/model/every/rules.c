#include "rules.h"

#include <linux/capability.h>

const char *const REASON_WORDS[REASONS] = {"cap-not-permitted", "cap-bounding-only", "cap-masked",
                                           "grant-identity",    "need-setpcap",      "need-setuid",
                                           "need-setgid",       "need-chown",        "strict",
                                           "securebits-locked", "unmapped-id",       "set-id",
                                           "outside-bounding",  "file-capabilities", "root-gains"};

/* capabilities(7), "The securebits flags" */
enum {
    NOROOT = 0x01,
    NO_SETUID_FIXUP = 0x04,
    KEEP_CAPS = 0x10,
    KEEP_CAPS_LOCKED = 0x20,
    NO_AMBIENT_RAISE = 0x40,
    LOCKS = 0xaa,
    LOCKDOWN = 0xef, /* capwrap(1), --lock-securebits */
};

static bool has(uint64_t set, int cap) { return (set >> cap & 1) != 0; }

/* What of the identity changes, by the ids that the kernel has. */
struct moves {
    bool uid, gid, groups, streams;
    bool leaves_root; /* from a uid 0 to none */
};

static struct moves moves_of(const struct start *start, const struct request *request,
                             bool unmapped) {
    uid_t uid = start->cred.uid.real;
    bool names = request->change_identity;
    struct moves moves = {.uid = names && (request->uid != uid || unmapped),
                          .gid = names && request->gid != start->cred.gid.real,
                          .groups = request->change_groups,
                          .streams = request->chown_stdio};

    moves.leaves_root = moves.uid && uid == 0 && !unmapped;
    return moves;
}

static unsigned identity_reasons(const struct start *start, const struct request *request,
                                 const struct moves *moves, bool unmapped) {
    uint64_t permitted = start->cred.permitted;
    unsigned reasons = 0;

    /* setresuid(2), setresgid(2), setgroups(2), chown(2) */
    reasons |= moves->uid && !has(permitted, CAP_SETUID) ? NEED_SETUID : 0;
    reasons |= (moves->gid || moves->groups) && !has(permitted, CAP_SETGID) ? NEED_SETGID : 0;
    reasons |= moves->streams && !has(permitted, CAP_CHOWN) ? NEED_CHOWN : 0;
    /* user_namespaces(7): an id without a mapping cannot be set, and no file given to it */
    bool to_itself =
        request->change_identity ? request->uid == start->cred.uid.real : moves->streams;
    reasons |= unmapped && to_itself ? UNMAPPED_ID : 0;
    /* design.md, "Capabilities": file capabilities of capwrap itself, for a user who is not root,
     * or is so in name only */
    bool root = start->cred.uid.real == 0 && !unmapped && (start->cred.securebits & NOROOT) == 0;
    bool file_capability_mode = !root && (permitted & ~start->cred.ambient) != 0;
    bool changes = moves->uid || moves->gid || moves->groups || moves->streams;
    return reasons | (file_capability_mode && changes ? GRANT_IDENTITY : 0);
}

static unsigned keep_reasons(const struct cred *start, uint64_t keep) {
    uint64_t missing = keep & ~start->permitted;
    unsigned reasons = 0;

    reasons |= (missing & ~start->bounding) != 0 ? NOT_PERMITTED : 0;
    if ((missing & start->bounding) != 0)
        reasons |= start->no_new_privs ? MASKED : BOUNDING_ONLY;
    /* capset(2): what is added to the inheritable set must be in the bounding set */
    bool frozen = (keep & ~start->inheritable & ~start->bounding) != 0;
    return reasons | (frozen ? NOT_PERMITTED : 0);
}

/* design.md, the table below "Dropping from the bounding set takes CAP_SETPCAP" */
static unsigned bounding_reasons(const struct cred *start, const struct request *request,
                                 const struct moves *moves, bool has_root, struct outcome *out) {
    uint64_t keep = out->sets.permitted;
    bool changes = moves->uid || moves->gid || moves->groups;

    out->sets.bounding = start->bounding & keep;
    if ((start->bounding & ~keep) == 0 || has(start->permitted, CAP_SETPCAP))
        return 0;
    if (!out->sets.no_new_privs && (start->permitted != 0 || has_root || changes))
        return NEED_SETPCAP;
    out->sets.bounding = start->bounding;
    out->bounding_left = true;
    return request->strict ? STRICT : 0;
}

/* design.md: "Securebits are only ever added"; a lock that prevents this is a refusal */
static unsigned securebits_reasons(const struct cred *start, const struct moves *moves,
                                   const struct outcome *out) {
    unsigned changed = start->securebits ^ out->sets.securebits;
    uint64_t keep = out->sets.permitted;
    bool cleared = moves->leaves_root && (start->securebits & NO_SETUID_FIXUP) == 0;
    bool carries = keep != 0 || changed != 0 || moves->streams;
    uint64_t raised = keep & ~(cleared ? 0 : start->ambient);
    unsigned reasons = 0;

    reasons |= changed != 0 && !has(start->permitted, CAP_SETPCAP) ? NEED_SETPCAP : 0;
    reasons |= (changed & (start->securebits & LOCKS) >> 1) != 0 ? LOCKED : 0;
    reasons |= cleared && carries && (start->securebits & KEEP_CAPS_LOCKED) != 0 ? LOCKED : 0;
    reasons |= raised != 0 && (start->securebits & NO_AMBIENT_RAISE) != 0 ? LOCKED : 0;
    return reasons;
}

struct outcome rules_plan(const struct start *start, const struct request *request, bool unmapped) {
    const struct cred *cred = &start->cred;
    uint64_t keep = request->keep_all ? cred->permitted : request->keep;
    struct moves moves = moves_of(start, request, unmapped);
    struct outcome out = {.sets = {.permitted = keep,
                                   .effective = keep,
                                   .inheritable = keep,
                                   .ambient = keep,
                                   .securebits = cred->securebits,
                                   .no_new_privs = cred->no_new_privs || request->no_new_privs}};

    out.sets.securebits |= request->lock_securebits ? LOCKDOWN : 0;
    out.reasons = keep_reasons(cred, keep) | identity_reasons(start, request, &moves, unmapped);
    out.reasons |= bounding_reasons(cred, request, &moves, cred->uid.real == 0 && !unmapped, &out);
    out.reasons |= securebits_reasons(cred, &moves, &out);
    /* an identity that only reads as the one asked for may be called the same or a change */
    bool reads_as_right = unmapped && request->change_identity && request->uid == cred->uid.real;
    out.reasons |= reads_as_right && request->strict ? STRICT : 0;
    return out;
}

/* ---- execve ---- */

struct outcome rules_execve(const struct sets *sets, uid_t uid, gid_t gid,
                            const struct exec_file *file) {
    struct outcome out = {.sets = *sets};
    /* "Capabilities and execution of programs by root" */
    bool root = uid == 0 && (sets->securebits & NOROOT) == 0;
    uint64_t f_permitted = file->has_caps ? file->caps_permitted : 0;
    uint64_t f_inheritable = file->has_caps ? file->caps_inheritable : 0;
    bool f_effective = file->has_caps && file->caps_effective;
    uint64_t gained = (sets->inheritable & f_inheritable) | (f_permitted & sets->bounding);

    /* execve(2): set-id bits do nothing under no_new_privs */
    if (!sets->no_new_privs &&
        ((file->set_uid && file->owner != uid) || (file->set_gid && file->group != gid)))
        out.reasons |= SET_ID;
    /* "Safety checking for capability-dumb binaries" */
    if (f_effective && (f_permitted & ~gained) != 0)
        out.reasons |= OUTSIDE_BOUNDING;
    if (root) { /* "notionally considered to be all ones" */
        gained = sets->inheritable | sets->bounding;
        f_effective = true;
    }
    if (sets->no_new_privs)
        gained &= sets->permitted;
    out.sets.ambient = file->has_caps ? 0 : sets->ambient;
    out.sets.permitted = gained | out.sets.ambient;
    out.sets.effective = f_effective ? out.sets.permitted : out.sets.ambient;
    out.sets.securebits = sets->securebits & ~(unsigned)KEEP_CAPS;
    return out;
}

struct outcome rules_program(const struct sets *goal, uint64_t keep, bool strict, uid_t uid,
                             gid_t gid, const struct exec_file *file) {
    struct outcome out = rules_execve(goal, uid, gid, file);

    if (out.reasons != 0)
        return out;
    /* design.md, "The program": what would make it run with other capabilities is refused */
    if (out.sets.permitted != keep || out.sets.effective != keep)
        out.reasons |= file->has_caps ? FILE_CAPABILITIES : ROOT_GAINS;
    out.ambient_cleared = out.sets.ambient != goal->ambient;
    out.reasons |= strict && out.ambient_cleared ? STRICT : 0;
    return out;
}
