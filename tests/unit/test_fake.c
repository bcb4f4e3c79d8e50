/*
 * The fake kernel behaves like the real one: the same random calls are made to both, and after each
 * both must have returned the same and be in the same state.
 *
 * Where the machine allows it this is done as whoever runs the test, and in a user namespace of its
 * own, where everybody is root. The real calls are made by children, which end with them.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake/kernel.h"
#include "fake/real_sys.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ROUNDS = 150, CALLS = 60, LIST_MOST = 1024, OVERFLOW = 65534 };

/* A small deterministic generator: the same calls in every run (xorshift64). */
static uint64_t next(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static unsigned pick(uint64_t *seed, unsigned count) {
    return (unsigned)(next(seed) >> 33) % count;
}

/* ---- both states ---- */

struct both {
    struct cred real, fake;
    int real_signal;
    gid_t list[LIST_MOST];
};

static int compare_gids(const void *a, const void *b) {
    gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

    return (left > right) - (left < right);
}

static bool read_real(struct both *both) {
    struct cred *cred = &both->real;

    memset(cred, 0, sizeof *cred);
    if (real_sys_get_uids(&cred->uid) != 0 || real_sys_get_gids(&cred->gid) != 0 ||
        real_sys_get_caps(&cred->permitted, &cred->effective, &cred->inheritable) != 0 ||
        real_sys_get_parent_death_signal(&both->real_signal) != 0)
        return false;
    int count = real_sys_get_groups(LIST_MOST, both->list);
    if (count < 0)
        return false;
    cred->groups = (struct groups){(size_t)count, both->list};
    cred->groups_told = (size_t)count;
    qsort(both->list, (size_t)count, sizeof both->list[0], compare_gids);
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        if (real_sys_bounding_has(cap) < 0)
            break;
        cred->cap_count = cap + 1;
        cred->bounding |= (uint64_t)(real_sys_bounding_has(cap) == 1) << cap;
        cred->ambient |= (uint64_t)(real_sys_ambient_has(cap) == 1) << cap;
    }
    cred->securebits = (unsigned)real_sys_get_securebits();
    cred->no_new_privs = real_sys_get_no_new_privs() == 1;
    return true;
}

static fake_id as_held(const struct fake_map *map, unsigned id) {
    bool is_mapped = id >= map->first && id - map->first < map->count;

    return is_mapped ? id : FAKE_UNMAPPED(id);
}

static struct fake_ids ids_as_held(const struct fake_map *map, const struct ids *ids) {
    return (struct fake_ids){as_held(map, ids->real), as_held(map, ids->effective),
                             as_held(map, ids->saved), as_held(map, ids->fs)};
}

/* Brings the fake into the state that the real process is in. */
static void copy_to_fake(const struct both *both) {
    const struct cred *cred = &both->real;

    fake.cap_count = cred->cap_count;
    fake.uid = ids_as_held(&fake.uid_map, &cred->uid);
    fake.gid = ids_as_held(&fake.gid_map, &cred->gid);
    fake.group_count = cred->groups.count;
    for (size_t i = 0; i < cred->groups.count; i++)
        fake.groups[i] = as_held(&fake.gid_map, cred->groups.list[i]);
    fake.permitted = cred->permitted;
    fake.effective = cred->effective;
    fake.inheritable = cred->inheritable;
    fake.bounding = cred->bounding;
    fake.ambient = cred->ambient;
    fake.securebits = cred->securebits;
    fake.no_new_privs = cred->no_new_privs;
    fake.parent_death_signal = both->real_signal;
}

static const char *first_difference(struct both *both) {
    if (!read_real(both))
        return "what the real process reads";
    fake_truth(&both->fake);
    const char *differs = cred_difference(&both->real, &both->fake);
    free(both->fake.groups.list);
    if (differs == NULL && both->real_signal != fake.parent_death_signal)
        return "the parent-death signal";
    return differs;
}

/* ---- calls ---- */

static unsigned some_id(uint64_t *seed, const struct fake_ids *now) {
    static const unsigned ids[] = {0,     0,     1,          2,          999,       1000,
                                   65534, 65535, 4294967294, UINT32_MAX, UINT32_MAX};
    const fake_id mine[] = {now->real, now->effective, now->saved};

    unsigned choice = pick(seed, COUNT(ids) + 4);
    return choice < COUNT(ids) ? ids[choice] : (unsigned)mine[choice % 3];
}

/* Mostly what there is, sometimes a bit more or less. */
static uint64_t some_caps(uint64_t *seed, uint64_t set) {
    uint64_t one = CAP_MASK(pick(seed, fake.cap_count));

    switch (pick(seed, 8)) {
    case 0:
        return set | one;
    case 1:
        return set & ~one;
    case 2:
        return set & next(seed);
    case 3:
        return fake.permitted;
    default:
        return set;
    }
}

static unsigned some_securebits(uint64_t *seed) {
    unsigned bit = 1u << pick(seed, 14); /* two more than there are */

    switch (pick(seed, 4)) {
    case 0:
        return fake.securebits & ~bit;
    case 1:
        return fake.securebits;
    default:
        return fake.securebits | bit;
    }
}

#define BOTH(name, ...) (*real = real_sys_##name(__VA_ARGS__), sys_##name(__VA_ARGS__))

static int call_ids(uint64_t *seed, bool uids, int *real, char what[128]) {
    const struct fake_ids *now = uids ? &fake.uid : &fake.gid;
    unsigned a = some_id(seed, now), b = pick(seed, 2) == 0 ? a : some_id(seed, now),
             c = pick(seed, 2) == 0 ? a : some_id(seed, now);

    (void)snprintf(what, 128, "%s(%u, %u, %u)", uids ? "setresuid" : "setresgid", a, b, c);
    return uids ? BOTH(set_uids, a, b, c) : BOTH(set_gids, a, b, c);
}

static int call_confirm(uint64_t *seed, bool uids, int *real, char what[128]) {
    unsigned id = some_id(seed, uids ? &fake.uid : &fake.gid);

    (void)snprintf(what, 128, "%s(%u, %u)", uids ? "setreuid" : "setregid", id, id);
    return uids ? BOTH(confirm_uid, id) : BOTH(confirm_gid, id);
}

static int call_groups(uint64_t *seed, int *real, char what[128]) {
    gid_t list[3];
    struct groups groups = {pick(seed, 4), list};

    for (size_t i = 0; i < 3; i++)
        list[i] = some_id(seed, &fake.gid);
    (void)snprintf(what, 128, "setgroups(%zu: %u, %u, %u)", groups.count, list[0], list[1],
                   list[2]);
    return BOTH(set_groups, &groups);
}

static int call_caps(uint64_t *seed, int *real, char what[128]) {
    uint64_t p = some_caps(seed, fake.permitted), e = some_caps(seed, fake.effective),
             i = some_caps(seed, fake.inheritable);

    e = pick(seed, 4) == 0 ? e : e & p;
    (void)snprintf(what, 128, "capset(%llx, %llx, %llx)", (unsigned long long)p,
                   (unsigned long long)e, (unsigned long long)i);
    return BOTH(set_caps, p, e, i);
}

static int call_one_cap(uint64_t *seed, int *real, char what[128]) {
    unsigned cap = pick(seed, fake.cap_count + 2), choice = pick(seed, 4);

    (void)snprintf(what, 128, "%s(%u)",
                   choice == 0   ? "PR_CAPBSET_DROP"
                   : choice == 1 ? "PR_CAP_AMBIENT_LOWER"
                                 : "PR_CAP_AMBIENT_RAISE",
                   cap);
    if (choice == 0)
        return BOTH(bounding_drop, cap);
    return choice == 1 ? BOTH(ambient_lower, cap) : BOTH(ambient_raise, cap);
}

/* One call to both: what the fake answers, and *real what the kernel does. */
static int call_both(uint64_t *seed, int *real, char what[128]) {
    static const int signals[] = {0, SIGUSR1, SIGTERM, -1, 64, 65};
    bool on = pick(seed, 2) == 0;
    unsigned bits = some_securebits(seed);
    int signal = signals[pick(seed, COUNT(signals))];

    switch (pick(seed, 21)) {
    case 0:
    case 1:
    case 2:
        return call_ids(seed, true, real, what);
    case 3:
    case 16:
        return call_ids(seed, false, real, what);
    case 4:
    case 17:
        return call_groups(seed, real, what);
    case 19:
        return call_confirm(seed, true, real, what);
    case 20:
        return call_confirm(seed, false, real, what);
    case 5:
    case 6:
        (void)snprintf(what, 128, "PR_SET_KEEPCAPS(%d)", on);
        return BOTH(set_keepcaps, on);
    case 7:
        (void)snprintf(what, 128, "PR_SET_SECUREBITS(%x)", bits);
        return BOTH(set_securebits, bits);
    case 8:
    case 18:
        (void)snprintf(what, 128, "PR_SET_PDEATHSIG(%d)", signal);
        return BOTH(set_parent_death_signal, signal);
    case 9:
        if (pick(seed, 8) != 0)
            return call_one_cap(seed, real, what);
        (void)snprintf(what, 128, "PR_SET_NO_NEW_PRIVS");
        return BOTH(set_no_new_privs);
    case 10:
    case 11:
    case 12:
        return call_one_cap(seed, real, what);
    default:
        return call_caps(seed, real, what);
    }
}

/* ---- a round, in a child ---- */

enum place { HERE, ONE_ID, PLACES };

static const char *const PLACE_NAMES[] = {"as it is", "in a user namespace with one id"};

static bool write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        (void)close(fd);
    return written;
}

/* Moves this process to the place, and tells the fake of it. */
static bool go_to(enum place place) {
    char uids[32], gids[32];

    if (place == HERE)
        return true;
    fake.setgroups_denied = true;
    fake.uid_map = fake.gid_map = (struct fake_map){0, 1};
    (void)snprintf(uids, sizeof uids, "0 %u 1", geteuid());
    (void)snprintf(gids, sizeof gids, "0 %u 1", getegid());
    return unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

enum { ALIKE = 0, DIFFERENT = 1, NOT_HERE = 2 };

static int compare_round(enum place place, unsigned round) {
    static struct both both;
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * (round + 1);
    char what[128] = "nothing yet";

    fake_reset();
    fake.overflow_uid = fake.overflow_gid = OVERFLOW;
    if (!go_to(place))
        return NOT_HERE;
    if (!read_real(&both))
        return DIFFERENT;
    copy_to_fake(&both);
    for (unsigned call = 0; call < CALLS; call++) {
        int real, answer = call_both(&seed, &real, what);
        const char *differs = first_difference(&both);
        if (answer != real)
            print_error("  %s, round %u, call %u, %s: the kernel answers %d, the fake %d\n",
                        PLACE_NAMES[place], round, call, what, real, answer);
        if (differs != NULL)
            print_error("  %s, round %u, call %u, after %s: %s\n", PLACE_NAMES[place], round, call,
                        what, differs);
        if (answer != real || differs != NULL)
            return DIFFERENT;
    }
    return ALIKE;
}

static int in_a_child(enum place place, unsigned round) {
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(compare_round(place, round));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void compare_in(enum place place) {
    unsigned different = 0;

    if (in_a_child(place, 0) == NOT_HERE) {
        print_message("  %s: not to be had by this user\n", PLACE_NAMES[place]);
        assert_int_not_equal(place, HERE);
        return;
    }
    for (unsigned round = 0; round < ROUNDS; round++)
        different += in_a_child(place, round) != ALIKE;
    print_message("  %s: %u calls\n", PLACE_NAMES[place], ROUNDS * CALLS);
    assert_int_equal(different, 0);
}

static void the_fake_kernel_does_as_this_kernel(void **state) {
    (void)state;
    for (enum place place = HERE; place < PLACES; place++)
        compare_in(place);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fake_kernel_does_as_this_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
