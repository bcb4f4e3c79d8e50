/* The state of a process as a value, and what execve makes of it. */
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "fake/kernel.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Two capabilities are enough to tell the sets apart in a formula. */
#define X    CAP_MASK(CAP_NET_BIND_SERVICE)
#define Y    CAP_MASK(CAP_NET_RAW)
#define Z    CAP_MASK(CAP_SYS_ADMIN)
#define FULL FAKE_ALL_CAPS

/* ---- execve ---- */

struct exec_row {
    const char *claim;
    uid_t uid, gid;
    uint64_t permitted, inheritable, bounding, ambient;
    unsigned securebits;
    bool no_new_privs;
    struct exec_file file;
    int error;
    uint64_t permitted_after, effective_after, ambient_after;
    uid_t uid_after; /* effective, saved and fs */
    gid_t gid_after;
};

#define FILE_CAPS(p, i, e)                                                                         \
    .file = {                                                                                      \
        .has_caps = true, .caps_permitted = (p), .caps_inheritable = (i), .caps_effective = (e)}
#define SET_UID(id) .file = {.set_uid = true, .owner = (id)}
#define SET_GID(id) .file = {.set_gid = true, .group = (id)}

/* capabilities(7): P'(ambient) = (file is privileged) ? 0 : P(ambient)
 * P'(permitted) = (P(inheritable) & F(inheritable)) | (F(permitted) & P(bounding)) | P'(ambient)
 * P'(effective) = F(effective) ? P'(permitted) : P'(ambient) */
static const struct exec_row EXEC_ROWS[] = {
    {"a plain file leaves a user with the ambient set",
     5,
     5,
     X | Y,
     X,
     FULL,
     X,
     0,
     false,
     {0},
     0,
     X,
     X,
     X,
     5,
     5},
    {"a plain file leaves a user without ambient nothing",
     5,
     5,
     X,
     X,
     FULL,
     0,
     0,
     false,
     {0},
     0,
     0,
     0,
     0,
     5,
     5},
    {"inheritable alone gives nothing", 5, 5, 0, X, FULL, 0, 0, false, {0}, 0, 0, 0, 0, 5, 5},
    {"an empty attribute clears ambient", 5, 5, X, X, FULL, X, 0, false, FILE_CAPS(0, 0, false), 0,
     0, 0, 0, 5, 5},
    {"an empty attribute with the effective bit clears ambient", 5, 5, X, X, FULL, X, 0, false,
     FILE_CAPS(0, 0, true), 0, 0, 0, 0, 5, 5},
    {"permitted in the file, not effective", 5, 5, 0, 0, FULL, 0, 0, false, FILE_CAPS(Y, 0, false),
     0, Y, 0, 0, 5, 5},
    {"permitted and effective in the file", 5, 5, 0, 0, FULL, 0, 0, false, FILE_CAPS(Y, 0, true), 0,
     Y, Y, 0, 5, 5},
    {"inheritable in the file and the process", 5, 5, 0, X, 0, 0, 0, false, FILE_CAPS(0, X, true),
     0, X, X, 0, 5, 5},
    {"inheritable in the file only", 5, 5, X, 0, FULL, 0, 0, false, FILE_CAPS(0, X, true), 0, 0, 0,
     0, 5, 5},
    {"the bounding set masks the file's permitted set", 5, 5, 0, 0, X, 0, 0, false,
     FILE_CAPS(X | Y, 0, false), 0, X, 0, 0, 5, 5},
    {"outside the bounding set and effective: refused", 5, 5, 0, 0, X, 0, 0, false,
     FILE_CAPS(X | Y, 0, true), -EPERM, 0, 0, 0, 5, 5},
    {"outside the bounding set, effective and no_new_privs: refused", 5, 5, 0, 0, X, 0, 0, true,
     FILE_CAPS(X | Y, 0, true), -EPERM, 0, 0, 0, 5, 5},
    {"outside the bounding set, but inheritable in both", 5, 5, 0, Y, X, 0, 0, false,
     FILE_CAPS(X | Y, Y, true), 0, X | Y, X | Y, 0, 5, 5},
    {"no_new_privs: the file adds nothing", 5, 5, X, X, FULL, X, 0, true, FILE_CAPS(X | Y, 0, true),
     0, X, X, 0, 5, 5},
    {"no_new_privs with an empty permitted set", 5, 5, 0, 0, FULL, 0, 0, true,
     FILE_CAPS(Y, 0, false), 0, 0, 0, 0, 5, 5},
    {"no_new_privs leaves ambient alone", 5, 5, X, X, FULL, X, 0, true, {0}, 0, X, X, X, 5, 5},

    {"root gets the bounding set", 0, 0, X, 0, X | Y, 0, 0, false, {0}, 0, X | Y, X | Y, 0, 0, 0},
    {"root gets the inheritable set as well",
     0,
     0,
     Z,
     Z,
     X,
     0,
     0,
     false,
     {0},
     0,
     X | Z,
     X | Z,
     0,
     0,
     0},
    {"root keeps ambient", 0, 0, X, X, X, X, 0, false, {0}, 0, X, X, X, 0, 0},
    {"root and a file with capabilities: the bounding set", 0, 0, 0, 0, X | Y, 0, 0, false,
     FILE_CAPS(X, 0, false), 0, X | Y, X | Y, 0, 0, 0},
    {"root and a file outside the bounding set: refused", 0, 0, 0, 0, X, 0, 0, false,
     FILE_CAPS(Y, 0, true), -EPERM, 0, 0, 0, 0, 0},
    {"root under no_new_privs keeps what it has",
     0,
     0,
     X,
     0,
     X | Y,
     0,
     0,
     true,
     {0},
     0,
     X,
     X,
     0,
     0,
     0},
    {"root under noroot is as any user",
     0,
     0,
     X | Y,
     X,
     FULL,
     X,
     SECBIT_NOROOT,
     false,
     {0},
     0,
     X,
     X,
     X,
     0,
     0},
    {"root under noroot without ambient has nothing",
     0,
     0,
     FULL,
     0,
     FULL,
     0,
     SECBIT_NOROOT,
     false,
     {0},
     0,
     0,
     0,
     0,
     0,
     0},
    {"root under noroot and a file with capabilities", 0, 0, 0, 0, FULL, 0, SECBIT_NOROOT, false,
     FILE_CAPS(X, 0, true), 0, X, X, 0, 0, 0},

    {"set-user-ID root under no_new_privs: nothing", 5, 5, X, X, FULL, X, 0, true, SET_UID(0), 0, X,
     X, X, 5, 5},
    {"set-user-ID to oneself changes nothing", 5, 5, X, X, FULL, X, 0, false, SET_UID(5), 0, X, X,
     X, 5, 5},
    {"set-group-ID to one's own group changes nothing", 5, 5, X, X, FULL, X, 0, false, SET_GID(5),
     0, X, X, X, 5, 5},
    {"set-group-ID under no_new_privs: nothing", 5, 5, X, X, FULL, X, 0, true, SET_GID(7), 0, X, X,
     X, 5, 5},
};

static struct cred cred_of(const struct exec_row *row) {
    return (struct cred){
        .uid = ids_all(row->uid),
        .gid = ids_all(row->gid),
        .permitted = row->permitted,
        .effective = row->permitted,
        .inheritable = row->inheritable,
        .bounding = row->bounding,
        .ambient = row->ambient,
        .securebits = row->securebits,
        .no_new_privs = row->no_new_privs,
        .cap_count = FAKE_CAPS,
    };
}

static void execve_follows_the_formulas_of_the_manual(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(EXEC_ROWS); i++) {
        const struct exec_row *row = &EXEC_ROWS[i];
        struct cred now = cred_of(row), after;

        print_message("  %s\n", row->claim);
        assert_int_equal(cred_after_exec(&now, &row->file, &after), row->error);
        if (row->error != 0)
            continue;
        assert_true(after.permitted == row->permitted_after);
        assert_true(after.effective == row->effective_after);
        assert_true(after.ambient == row->ambient_after);
        assert_true(after.inheritable == row->inheritable);
        assert_true(after.bounding == row->bounding);
        assert_int_equal(after.uid.real, row->uid);
        assert_int_equal(after.uid.effective, row->uid_after);
        assert_int_equal(after.uid.saved, row->uid_after);
        assert_int_equal(after.uid.fs, row->uid_after);
        assert_int_equal(after.gid.real, row->gid);
        assert_int_equal(after.gid.effective, row->gid_after);
        assert_int_equal(after.gid.saved, row->gid_after);
        assert_int_equal(after.gid.fs, row->gid_after);
        assert_int_equal(after.securebits, row->securebits);
        assert_int_equal(after.no_new_privs, row->no_new_privs);
        assert_int_equal(after.cap_count, FAKE_CAPS);
    }
}

static void execve_clears_keep_caps_even_when_it_is_locked(void **state) {
    struct cred now = {.securebits = SECBIT_KEEP_CAPS | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NOROOT};
    struct exec_file plain = {0};
    struct cred after;

    (void)state;
    assert_int_equal(cred_after_exec(&now, &plain, &after), 0);
    assert_int_equal(after.securebits, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NOROOT);
}

static void groups_go_through_execve_unchanged(void **state) {
    gid_t list[] = {1, 2, 3};
    struct cred now = {.groups = {3, list}}, after;
    struct exec_file plain = {0};

    (void)state;
    assert_int_equal(cred_after_exec(&now, &plain, &after), 0);
    assert_int_equal(after.groups.count, 3);
    assert_ptr_equal(after.groups.list, list);
}

/* Capabilities that this kernel does not have are cut out of the file's sets, before it says that
 * some are missing: files with all 64 bits set are about, written by "setcap =ep" long ago. */
static void file_capabilities_unknown_to_the_kernel_do_not_count(void **state) {
    struct cred now = {
        .uid = ids_all(5), .gid = ids_all(5), .bounding = FULL, .cap_count = FAKE_CAPS};
    struct exec_file all = {.has_caps = true, .caps_permitted = UINT64_MAX, .caps_effective = true};
    struct cred after;

    (void)state;
    assert_int_equal(cred_after_exec(&now, &all, &after), 0);
    assert_true(after.permitted == FULL);
    assert_true(after.effective == FULL);
}

static void a_kernel_has_the_capabilities_below_its_count(void **state) {
    const struct {
        unsigned count;
        uint64_t known;
    } rows[] = {{1, 1}, {41, FULL}, {63, UINT64_MAX >> 1}, {64, UINT64_MAX}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_true(cred_known_caps(&(struct cred){.cap_count = rows[i].count}) == rows[i].known);
}

/* ---- execve, against the kernel's own way of putting it ---- */

/* A small deterministic generator: the same states in every run (xorshift64). */
static uint64_t next(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static unsigned pick(uint64_t *seed, unsigned count) {
    return (unsigned)(next(seed) >> 33) % count;
}

static uint64_t some_caps(uint64_t *seed) {
    return pick(seed, 8) * X | (pick(seed, 2) != 0 ? Z : 0); /* X, and two bits above it */
}

static void random_state(uint64_t *seed, struct cred *now) {
    static const unsigned bits[] = {0, 0, SECBIT_NOROOT, SECBITS_LOCKDOWN, SECBIT_KEEP_CAPS};
    uid_t uid = pick(seed, 3) == 0 ? 0 : 5;

    memset(now, 0, sizeof *now);
    now->uid = ids_all(uid);
    now->gid = ids_all(pick(seed, 2) == 0 ? 0 : 5);
    now->permitted = some_caps(seed);
    now->effective = now->permitted & some_caps(seed);
    now->inheritable = some_caps(seed);
    now->bounding = some_caps(seed);
    now->ambient = now->permitted & now->inheritable & some_caps(seed);
    now->securebits = bits[pick(seed, COUNT(bits))];
    now->no_new_privs = pick(seed, 3) == 0;
    now->cap_count = FAKE_CAPS;
}

static void random_file(uint64_t *seed, struct exec_file *file) {
    static const uid_t owners[] = {0, 5, 7};

    memset(file, 0, sizeof *file);
    file->set_uid = pick(seed, 4) == 0;
    file->set_gid = pick(seed, 4) == 0;
    file->owner = owners[pick(seed, COUNT(owners))];
    file->group = owners[pick(seed, COUNT(owners))];
    file->has_caps = pick(seed, 2) == 0; /* what follows must not matter without it */
    file->caps_effective = pick(seed, 2) == 0;
    file->caps_permitted = some_caps(seed);
    file->caps_inheritable = some_caps(seed);
}

static void print_state(const char *name, const struct cred *cred) {
    print_error("  %s: uid %u,%u gid %u,%u P %llx E %llx I %llx B %llx A %llx bits %x nnp %d\n",
                name, cred->uid.real, cred->uid.effective, cred->gid.real, cred->gid.effective,
                (unsigned long long)cred->permitted, (unsigned long long)cred->effective,
                (unsigned long long)cred->inheritable, (unsigned long long)cred->bounding,
                (unsigned long long)cred->ambient, cred->securebits, cred->no_new_privs);
}

static void print_difference(unsigned round, const struct cred *now, const struct exec_file *file,
                             const struct cred *ours, const struct cred *kernels) {
    print_error("round %u: %s differs\n", round, cred_difference(ours, kernels));
    print_error("  file: uid %d %u gid %d %u caps %d %llx,%llx,%d\n", file->set_uid, file->owner,
                file->set_gid, file->group, file->has_caps,
                (unsigned long long)file->caps_permitted,
                (unsigned long long)file->caps_inheritable, file->caps_effective);
    print_state("before", now);
    print_state("ours", ours);
    print_state("kernel", kernels);
}

static void execve_agrees_with_the_kernels_algorithm(void **state) {
    enum { ROUNDS = 400000 };
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    unsigned refused = 0, changes_id = 0, gained = 0;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct cred now, ours, kernels;
        struct exec_file file;

        random_state(&seed, &now);
        random_file(&seed, &file);
        bool other = (file.set_uid && file.owner != now.uid.effective) ||
                     (file.set_gid && file.group != now.gid.effective);
        if (other && !now.no_new_privs) {
            changes_id++; /* program refuses these before it predicts */
            continue;
        }
        int error = fake_after_exec(&now, &file, &kernels);
        assert_int_equal(cred_after_exec(&now, &file, &ours), error);
        if (error != 0) {
            refused++;
            continue;
        }
        const char *differs = cred_difference(&ours, &kernels);
        if (differs != NULL)
            print_difference(round, &now, &file, &ours, &kernels);
        assert_null(differs);
        gained += (ours.permitted & ~now.permitted) != 0;
    }
    print_message("  %u rounds: %u refused, %u would change an id, %u gain\n", ROUNDS, refused,
                  changes_id, gained);
    assert_true(refused > ROUNDS / 100 && changes_id > ROUNDS / 100 && gained > ROUNDS / 100);
}

/* ---- file-capability mode ---- */

static void capabilities_from_the_file_are_told_from_all_others(void **state) {
    static const struct {
        const char *claim;
        uid_t uid;
        uint64_t permitted, ambient;
        unsigned securebits;
        bool granted;
    } rows[] = {
        {"root holds them by its uid", 0, FULL, 0, 0, false},
        {"root with three", 0, X | Y | Z, 0, 0, false},
        {"root with ambient", 0, X, X, 0, false},
        {"a user without any", 5, 0, 0, 0, false},
        {"a user with ambient ones", 5, X | Y, X | Y, 0, false},
        {"a user with permitted ones only", 5, X, 0, 0, true},
        {"a user with ambient and more", 5, X | Y, X, 0, true},
        {"root under noroot with permitted ones only", 0, X, 0, SECBIT_NOROOT, true},
        {"root under noroot with ambient", 0, X, X, SECBIT_NOROOT, false},
        {"root under noroot without any", 0, 0, 0, SECBIT_NOROOT, false},
        {"a user under noroot", 5, X, 0, SECBIT_NOROOT, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct cred cred = {.uid = ids_all(rows[i].uid),
                            .permitted = rows[i].permitted,
                            .effective = rows[i].permitted,
                            .inheritable = rows[i].ambient,
                            .ambient = rows[i].ambient,
                            .securebits = rows[i].securebits};
        print_message("  %s\n", rows[i].claim);
        assert_int_equal(cred_was_granted(&cred), rows[i].granted);
    }
}

static void uid_0_in_any_of_three_ids_is_root(void **state) {
    struct cred cred = {.uid = {5, 5, 5, 5}};

    (void)state;
    assert_false(cred_has_root(&cred));
    cred.uid = (struct ids){0, 5, 5, 5};
    assert_true(cred_has_root(&cred));
    cred.uid = (struct ids){5, 0, 5, 5};
    assert_true(cred_has_root(&cred));
    cred.uid = (struct ids){5, 5, 0, 5};
    assert_true(cred_has_root(&cred));
    cred.uid = (struct ids){5, 5, 5, 0}; /* the file-system uid has no such effect */
    assert_false(cred_has_root(&cred));
    cred.uid = ids_all(5);
    cred.gid = ids_all(0);
    assert_false(cred_has_root(&cred));
}

/* ---- comparing ---- */

static const char *difference_of(const struct cred *changed) {
    gid_t list[] = {1, 2};
    struct cred plain = {.groups = {2, list}};

    return cred_difference(changed, &plain);
}

static void every_field_that_differs_is_named(void **state) {
    gid_t list[] = {1, 2}, other[] = {1, 3};
    const struct cred same = {.groups = {2, list}};
    struct cred cred;

    (void)state;
#define DIFFERS(field, value, name)                                                                \
    do {                                                                                           \
        cred = same;                                                                               \
        cred.field = (value);                                                                      \
        const char *found = difference_of(&cred);                                                  \
        assert_non_null(found);                                                                    \
        assert_string_equal(found, name);                                                          \
    } while (0)

    assert_null(difference_of(&same));
    DIFFERS(uid.real, 1, "uid");
    DIFFERS(uid.effective, 1, "uid");
    DIFFERS(uid.saved, 1, "uid");
    DIFFERS(uid.fs, 1, "uid");
    DIFFERS(gid.real, 1, "gid");
    DIFFERS(gid.effective, 1, "gid");
    DIFFERS(gid.saved, 1, "gid");
    DIFFERS(gid.fs, 1, "gid");
    DIFFERS(groups.count, 1, "groups");
    DIFFERS(groups.count, 0, "groups");
    DIFFERS(groups.list, other, "groups");
    DIFFERS(groups_told, 3, "groups");
    DIFFERS(permitted, 1, "permitted");
    DIFFERS(permitted, CAP_MASK(63), "permitted");
    DIFFERS(effective, 1, "effective");
    DIFFERS(effective, CAP_MASK(63), "effective");
    DIFFERS(inheritable, 1, "inheritable");
    DIFFERS(inheritable, CAP_MASK(63), "inheritable");
    DIFFERS(bounding, 1, "bounding");
    DIFFERS(bounding, CAP_MASK(63), "bounding");
    DIFFERS(ambient, 1, "ambient");
    DIFFERS(ambient, CAP_MASK(63), "ambient");
    DIFFERS(securebits, 1, "securebits");
    DIFFERS(no_new_privs, true, "no_new_privs");
#undef DIFFERS
    cred = same; /* another kernel than at the start is no account of the same process */
    cred.cap_count = 1;
    assert_non_null(difference_of(&cred));
}

static void group_lists_are_equal_by_their_members(void **state) {
    gid_t a[] = {1, 2, 3}, b[] = {1, 2, 3}, c[] = {1, 2, 4}, one[] = {1};
    struct groups none = {0}, none_with_a_list = {0, one};

    (void)state;
    assert_true(groups_equal(&(struct groups){3, a}, &(struct groups){3, b}));
    assert_false(groups_equal(&(struct groups){3, a}, &(struct groups){3, c}));
    assert_false(groups_equal(&(struct groups){3, a}, &(struct groups){2, b}));
    assert_false(groups_equal(&(struct groups){1, one}, &none));
    assert_true(groups_equal(&none, &none_with_a_list));
    assert_true(groups_equal(&none, &none));
}

static void ids_all_sets_and_ids_equal_compares_all_four(void **state) {
    const struct ids others[] = {{8, 7, 7, 7}, {7, 8, 7, 7}, {7, 7, 8, 7}, {7, 7, 7, 8}};
    struct ids seven = ids_all(7), again = {7, 7, 7, 7};

    (void)state;
    assert_true(seven.real == 7 && seven.effective == 7 && seven.saved == 7 && seven.fs == 7);
    assert_true(ids_equal(&seven, &again));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(ids_equal(&seven, &others[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(execve_follows_the_formulas_of_the_manual),
        cmocka_unit_test(execve_clears_keep_caps_even_when_it_is_locked),
        cmocka_unit_test(groups_go_through_execve_unchanged),
        cmocka_unit_test(file_capabilities_unknown_to_the_kernel_do_not_count),
        cmocka_unit_test(a_kernel_has_the_capabilities_below_its_count),
        cmocka_unit_test(execve_agrees_with_the_kernels_algorithm),
        cmocka_unit_test(capabilities_from_the_file_are_told_from_all_others),
        cmocka_unit_test(uid_0_in_any_of_three_ids_is_root),
        cmocka_unit_test(every_field_that_differs_is_named),
        cmocka_unit_test(group_lists_are_equal_by_their_members),
        cmocka_unit_test(ids_all_sets_and_ids_equal_compares_all_four),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
