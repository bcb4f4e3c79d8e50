#include "core/cred.h"

#include <errno.h>
#include <string.h>

struct ids ids_all(uid_t id) {
    return (struct ids){.real = id, .effective = id, .saved = id, .fs = id};
}

bool ids_equal(const struct ids *a, const struct ids *b) {
    return a->real == b->real && a->effective == b->effective && a->saved == b->saved &&
           a->fs == b->fs;
}

bool groups_equal(const struct groups *a, const struct groups *b) {
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->list, b->list, a->count * sizeof a->list[0]) == 0);
}

bool cred_has_root(const struct cred *cred) {
    return cred->uid.real == 0 || cred->uid.effective == 0 || cred->uid.saved == 0;
}

uint64_t cred_known_caps(const struct cred *cred) {
    return cred->cap_count < CAP_BITS ? CAP_MASK(cred->cap_count) - 1 : ~UINT64_C(0);
}

bool cred_was_granted(const struct cred *cred) {
    bool root_by_id = cred_has_root(cred) && (cred->securebits & SECBIT_NOROOT) == 0;

    return !root_by_id && (cred->permitted & ~cred->ambient) != 0;
}

const char *cred_difference(const struct cred *a, const struct cred *b) {
    if (!ids_equal(&a->uid, &b->uid))
        return "uid";
    if (!ids_equal(&a->gid, &b->gid))
        return "gid";
    if (!groups_equal(&a->groups, &b->groups) || a->groups_told != b->groups_told)
        return "groups";
    if (a->permitted != b->permitted)
        return "permitted";
    if (a->effective != b->effective)
        return "effective";
    if (a->inheritable != b->inheritable)
        return "inheritable";
    if (a->bounding != b->bounding)
        return "bounding";
    if (a->ambient != b->ambient)
        return "ambient";
    if (a->securebits != b->securebits)
        return "securebits";
    if (a->no_new_privs != b->no_new_privs)
        return "no_new_privs";
    return a->cap_count != b->cap_count ? "cap_count" : NULL;
}

int cred_after_exec(const struct cred *now, const struct exec_file *file, struct cred *after) {
    uint64_t known = cred_known_caps(now); /* the kernel ignores the others when it reads them */
    bool is_root = now->uid.effective == 0 && (now->securebits & SECBIT_NOROOT) == 0;
    bool effective = is_root || (file->has_caps && file->caps_effective);

    *after = *now;
    after->permitted = 0;
    if (file->has_caps)
        after->permitted = known & ((file->caps_permitted & now->bounding) |
                                    (file->caps_inheritable & now->inheritable));
    if (file->has_caps && file->caps_effective &&
        (known & file->caps_permitted & ~after->permitted) != 0)
        return -EPERM;

    /* The kernel treats user ID 0 as if the file had every capability ("Capabilities and execution
     * of programs by root"). */
    if (is_root)
        after->permitted = now->bounding | now->inheritable;
    if (now->no_new_privs)
        after->permitted &= now->permitted;
    after->ambient = file->has_caps ? 0 : now->ambient;
    after->permitted |= after->ambient;
    after->effective = effective ? after->permitted : after->ambient;
    after->securebits = now->securebits & ~(unsigned)SECBIT_KEEP_CAPS;
    return 0;
}
