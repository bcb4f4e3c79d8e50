/* T2: cred_after_exec is execve of capabilities(7), bit by bit, for any state and any file whose
 * set-id bits name the ids that there are. */
#include <errno.h>

#include "any.h"

/* What the manual says of one capability. */
struct bit {
    bool permitted, effective, ambient;
};

static struct bit bit_after(const struct cred *now, const struct exec_file *file, unsigned n) {
    bool has_file = file->has_caps;
    /* "Capabilities and execution of programs by root": real or effective uid 0 takes the file's
     * sets as all ones, effective uid 0 its effective bit as on; not with SECBIT_NOROOT. Here both
     * uids are the same, so that the exception for set-user-ID-root files does not arise. */
    bool root = (now->securebits & SECBIT_NOROOT) == 0 && now->uid.real == 0;
    bool file_permitted = root || (has_file && (file->caps_permitted >> n & 1) != 0);
    bool file_inheritable = root || (has_file && (file->caps_inheritable >> n & 1) != 0);
    bool file_effective = root || (has_file && file->caps_effective);
    struct bit bit = {.ambient = !has_file && (now->ambient >> n & 1) != 0};

    bool gained = ((now->inheritable >> n & 1) != 0 && file_inheritable) ||
                  (file_permitted && (now->bounding >> n & 1) != 0);
    if (now->no_new_privs) /* prctl(2): nothing is granted that could not be obtained without it */
        gained = gained && (now->permitted >> n & 1) != 0;
    bit.permitted = gained || bit.ambient;
    bit.effective = file_effective ? bit.permitted : bit.ambient;
    return bit;
}

static struct exec_file any_file(void) {
    return (struct exec_file){.set_uid = nondet_bool(),
                              .set_gid = nondet_bool(),
                              .owner = nondet_u32(),
                              .group = nondet_u32(),
                              .has_caps = nondet_bool(),
                              .caps_effective = nondet_bool(),
                              .caps_permitted = nondet_u64(),
                              .caps_inheritable = nondet_u64()};
}

int main(void) {
    static gid_t held[MOST_GROUPS];
    struct cred now = any_start(held).cred, after;
    struct exec_file file = any_file();
    unsigned n = nondet_unsigned();

    ASSUME(n < CAP_BITS && now.uid.real == now.uid.effective && now.gid.real == now.gid.effective);
    ASSUME(now.cap_count >= 1 && now.cap_count <= CAP_BITS);
    uint64_t known = now.cap_count == CAP_BITS ? UINT64_MAX : CAP_MASK(now.cap_count) - 1;
    ASSUME(((now.permitted | now.inheritable | now.bounding | now.ambient) & ~known) == 0);

    /* "Safety checking for capability-dumb binaries", by the file's own sets */
    uint64_t gained =
        (file.caps_permitted & now.bounding) | (file.caps_inheritable & now.inheritable);
    bool dumb =
        file.has_caps && file.caps_effective && (known & file.caps_permitted & ~gained) != 0;
    int status = cred_after_exec(&now, &file, &after);
    PROVE("EPERM exactly for capability-dumb binaries", status == (dumb ? -EPERM : 0));
    REACHED("EPERM", status != 0);
    if (status != 0)
        return 0;

    file.caps_permitted &= known;
    struct bit bit = bit_after(&now, &file, n);
    PROVE("permitted", (after.permitted >> n & 1) == bit.permitted);
    PROVE("effective", (after.effective >> n & 1) == bit.effective);
    PROVE("ambient", (after.ambient >> n & 1) == bit.ambient);
    PROVE("inheritable", after.inheritable == now.inheritable);
    PROVE("bounding", after.bounding == now.bounding);
    PROVE("securebits", after.securebits == (now.securebits & ~(unsigned)SECBIT_KEEP_CAPS));
    PROVE("ids", ids_equal(&after.uid, &now.uid) && ids_equal(&after.gid, &now.gid));
    PROVE("no unknown capability", (after.permitted & ~known) == 0);
    REACHED("a capability from the file", file.has_caps && bit.permitted && !now.no_new_privs);
    REACHED("a capability of root", !file.has_caps && bit.permitted && !bit.ambient);
    REACHED("an ambient capability", bit.ambient && bit.permitted);
    return 0;
}
