/*
 * What execve will make of a state, with any state and any file: nothing is undefined, and nothing
 * comes out that was not there.
 *
 * anything() knows nothing of any value. after_exec() goes through all values of the sets for one
 * capability; the rules of execve treat each one by itself.
 */
#include "core/cred.h"

#include <stdlib.h>

#include "any.h"

#define THE_ONE CAP_MASK(10)

static uint64_t one_set(void) { return any_bool() ? THE_ONE : 0; }

static void anything(void) {
    struct cred now = any_cred();
    struct exec_file file = {.set_uid = any_bool(),
                             .set_gid = any_bool(),
                             .owner = any_u32,
                             .group = any_u32,
                             .has_caps = any_bool(),
                             .caps_effective = any_bool(),
                             .caps_permitted = any_u64,
                             .caps_inheritable = any_u64};
    struct cred after;

    int status = cred_after_exec(&now, &file, &after);
    //@ assert refused_or_told: status == 0 || status == -1;
    (void)cred_difference(&now, &after);
    (void)cred_was_granted(&now);
}

static void after_exec(bool root, bool no_root, bool no_new_privs, bool has_caps) {
    struct cred now = {.uid = ids_all(root ? 0 : 1000),
                       .permitted = one_set(),
                       .inheritable = one_set(),
                       .bounding = one_set(),
                       .securebits = no_root ? SECBIT_NOROOT : 0,
                       .no_new_privs = no_new_privs,
                       .cap_count = 41};
    now.effective = now.permitted;
    now.ambient = any_bool() ? now.permitted & now.inheritable : 0;
    struct exec_file file = {.has_caps = has_caps,
                             .caps_effective = any_bool() ? true : false,
                             .caps_permitted = one_set(),
                             .caps_inheritable = one_set()};
    struct cred after;

    if (cred_after_exec(&now, &file, &after) != 0) {
        //@ assert only_for_a_file: file.has_caps && file.caps_effective;
        exit(1);
    }
    bool ordinary = !has_caps && (!root || no_root);
    uint64_t reach = now.bounding | now.inheritable | now.ambient;
    //@ assert nothing_from_nowhere: (after.permitted & ~reach) == 0;
    //@ assert no_gain: no_new_privs ==> (after.permitted & ~now.permitted) == 0;
    //@ assert effective_is_permitted: (after.effective & ~after.permitted) == 0;
    //@ assert ambient_is_both: (after.ambient & ~(after.permitted & after.inheritable)) == 0;
    //@ assert keeps_ambient: ordinary ==> after.permitted == now.ambient;
    //@ assert effective_as_well: ordinary ==> after.effective == now.ambient;
    //@ assert bounding_stays: after.bounding == now.bounding;
    //@ assert inheritable_stays: after.inheritable == now.inheritable;
    exit(0);
}

int main(void) {
    for (unsigned n = 0; n < 16; n++)
        if (any_bool())
            after_exec((n & 1) != 0, (n & 2) != 0, (n & 4) != 0, (n & 8) != 0);
    anything();
    return 0;
}
