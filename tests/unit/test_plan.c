/*
 * A plan is a value: built from a request and a start, compared here with the expected one.
 * Nothing in this file needs a kernel, not even a fake one.
 */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/plan.h"
#include "core/sys.h"
#include "core/transition.h"
#include "show/json.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { WWW = 33, CAPS = 41, NOBODY = 65534 };

#define ALL  (CAP_MASK(CAPS) - 1)
#define BIND CAP_MASK(CAP_NET_BIND_SERVICE)
#define RAW  CAP_MASK(CAP_NET_RAW)
#define PCAP CAP_MASK(CAP_SETPCAP)
#define OWN  CAP_MASK(CAP_CHOWN)

/* ---- starts and requests ---- */

static gid_t ROOT_GROUP[] = {0};
static gid_t USER_GROUP[] = {1000};
static gid_t WWW_GROUPS[] = {WWW, 44};

static const struct start ROOT = {
    .cred = {.groups = {1, ROOT_GROUP},
             .groups_told = 1,
             .permitted = ALL,
             .effective = ALL,
             .bounding = ALL,
             .cap_count = CAPS},
    .all_ids_mapped = true,
    .overflow_uid = NOBODY,
    .overflow_gid = NOBODY,
};

static const struct start USER = {
    .cred = {.uid = {1000, 1000, 1000, 1000},
             .gid = {1000, 1000, 1000, 1000},
             .groups = {1, USER_GROUP},
             .groups_told = 1,
             .bounding = ALL,
             .cap_count = CAPS},
    .all_ids_mapped = true,
    .overflow_uid = NOBODY,
    .overflow_gid = NOBODY,
};

/* A user who holds capabilities: inherited ambient ones, or only permitted ones, as
 * from a file. */
static struct start user_with(uint64_t permitted, uint64_t ambient) {
    struct start start = USER;

    start.cred.permitted = start.cred.effective = permitted;
    start.cred.inheritable = start.cred.ambient = ambient;
    return start;
}

static const struct request TO_WWW = {.change_identity = true,
                                      .uid = WWW,
                                      .gid = WWW,
                                      .change_groups = true,
                                      .groups = {2, WWW_GROUPS}};

static struct request keeping(uint64_t keep) { return (struct request){.keep = keep}; }

static void make(const struct request *request, const struct start *start, struct plan *plan) {
    struct fail f = {0};

    memset(plan, 0xa5, sizeof *plan); /* a field that is not set is noticed */
    int status = plan_make(request, start, plan, &f);
    if (status != 0)
        print_error("%s: %s\n", f.step, f.text);
    assert_int_equal(status, 0);
}

static void refused(const struct request *request, const struct start *start, const char *step,
                    enum fail_code code, uint64_t caps) {
    struct plan plan;
    struct fail f;

    memset(&f, 0xa5, sizeof f);
    assert_int_equal(plan_make(request, start, &plan, &f), -1);
    if (f.code != code || strcmp(f.step, step) != 0)
        print_error("%s, %s: %s\n", f.step, json_code(f.code), f.text);
    assert_string_equal(f.step, step);
    assert_int_equal(f.code, code);
    assert_true(f.caps == caps);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_int_equal(f.error, 0); /* no system call was made that could have failed */
    assert_true(strlen(f.text) > 0);
}

/* As refused(), in file-capability mode, in these words. */
static void refused_a_grant(const struct request *request, const struct start *start,
                            const char *step, const char *words) {
    struct plan plan;
    struct fail f;
    char text[256];

    refused(request, start, step, FAIL_GRANT_IDENTITY, 0);
    assert_int_equal(plan_make(request, start, &plan, &f), -1);
    (void)snprintf(text, sizeof text, "capwrap has file capabilities and so may not change the %s",
                   words);
    assert_string_equal(f.text, text);
}

/* ---- the whole value ---- */

static void assert_same_cred(const struct cred *a, const struct cred *b) {
    const char *differs = cred_difference(a, b);

    if (differs != NULL)
        print_error("%s differs\n", differs);
    assert_null(differs);
}

static void assert_same_plan(const struct plan *a, const struct plan *b) {
    assert_same_cred(&a->start, &b->start);
    assert_same_cred(&a->goal, &b->goal);
    assert_true(a->keep == b->keep);
    assert_true(a->working == b->working);
    assert_true(a->ambient_missing == b->ambient_missing);
    assert_int_equal(a->set_uid, b->set_uid);
    assert_int_equal(a->set_gid, b->set_gid);
    assert_int_equal(a->uid_is_free, b->uid_is_free);
    assert_int_equal(a->gid_is_free, b->gid_is_free);
    assert_int_equal(a->confirm_uid, b->confirm_uid);
    assert_int_equal(a->confirm_gid, b->confirm_gid);
    assert_int_equal(a->clear_groups, b->clear_groups);
    assert_int_equal(a->all_ids_mapped, b->all_ids_mapped);
    assert_int_equal(a->uid_unmapped, b->uid_unmapped);
    assert_int_equal(a->gid_unmapped, b->gid_unmapped);
    assert_int_equal(a->groups_unmapped, b->groups_unmapped);
    assert_int_equal(a->setgroups_denied, b->setgroups_denied);
    assert_int_equal(a->set_groups, b->set_groups);
    assert_int_equal(a->set_keepcaps, b->set_keepcaps);
    assert_int_equal(a->changes_identity, b->changes_identity);
    assert_int_equal(a->close_fds, b->close_fds);
    assert_int_equal(a->strict, b->strict);
    assert_int_equal(a->bounding_left, b->bounding_left);
    assert_int_equal(a->dry_run, b->dry_run);
    assert_int_equal(a->parent_death_signal, b->parent_death_signal);
    assert_int_equal(a->stdio, b->stdio);
}

static void root_becomes_a_user_who_keeps_one(void **state) {
    struct start start = ROOT;
    struct request request = TO_WWW;
    struct plan plan;

    (void)state;
    start.parent_death_signal = 15;
    start.stdio = 5;
    request.keep = BIND;
    request.no_new_privs = request.lock_securebits = request.chown_stdio = true;
    request.close_fds = request.strict = true;
    make(&request, &start, &plan);
    assert_same_plan(&plan, &(struct plan){
                                .start = ROOT.cred,
                                .goal = {.uid = {WWW, WWW, WWW, WWW},
                                         .gid = {WWW, WWW, WWW, WWW},
                                         .groups = {2, WWW_GROUPS},
                                         .groups_told = 2,
                                         .permitted = BIND,
                                         .effective = BIND,
                                         .inheritable = BIND,
                                         .bounding = BIND,
                                         .ambient = BIND,
                                         .securebits = 0xef,
                                         .no_new_privs = true,
                                         .cap_count = CAPS},
                                .keep = BIND,
                                .working = BIND | PCAP | OWN,
                                .ambient_missing = BIND,
                                .set_uid = true,
                                .set_gid = true,
                                .set_groups = true,
                                .all_ids_mapped = true,
                                .set_keepcaps = true,
                                .changes_identity = true,
                                .close_fds = true,
                                .strict = true,
                                .parent_death_signal = 15,
                                .stdio = 5,
                            });
}

static void with_no_option_every_capability_goes_and_the_user_stays(void **state) {
    const struct request nothing = {0};
    struct plan plan, expected = {.start = ROOT.cred, .goal = ROOT.cred, .all_ids_mapped = true};

    (void)state;
    make(&nothing, &ROOT, &plan);
    expected.goal.permitted = expected.goal.effective = expected.goal.bounding = 0;
    assert_same_plan(&plan, &expected);

    make(&nothing, &USER, &plan);
    assert_same_plan(&plan, &(struct plan){.start = USER.cred,
                                           .goal = USER.cred, /* nothing to take from it */
                                           .all_ids_mapped = true,
                                           .bounding_left = true});
}

static void the_same_question_gets_the_same_plan(void **state) {
    struct request request = TO_WWW;
    struct plan first, second;

    (void)state;
    request.keep = BIND;
    make(&request, &ROOT, &first);
    make(&request, &ROOT, &second);
    assert_memory_equal(&first, &second, sizeof first);
}

/* ---- identity ---- */

static void different_real_and_effective_ids_are_a_setid_install(void **state) {
    const struct request nothing = {0};
    struct start start = USER;

    (void)state;
    start.cred.uid.effective = 0;
    refused(&nothing, &start, "start", FAIL_STARTED_SETID, 0);
    start = USER;
    start.cred.uid.real = 0;
    refused(&nothing, &start, "start", FAIL_STARTED_SETID, 0);
    start = USER;
    start.cred.gid.effective = 0;
    refused(&nothing, &start, "start", FAIL_STARTED_SETID, 0);
    start = USER;
    start.cred.gid.real = 0;
    refused(&nothing, &start, "start", FAIL_STARTED_SETID, 0);
}

static void the_ids_asked_for_are_set_even_if_they_seem_to_be_there(void **state) {
    const struct request same = {.change_identity = true, .uid = 1000, .gid = 1000};
    struct plan plan;

    (void)state;
    make(&same, &USER, &plan);
    assert_true(plan.set_uid && plan.set_gid);
    assert_false(plan.changes_identity);
    assert_true(ids_equal(&plan.goal.uid, &USER.cred.uid));
}

static void saved_ids_are_part_of_the_goal(void **state) {
    const struct request same = {.change_identity = true, .uid = 1000, .gid = 1000};
    struct start start = USER;
    struct plan plan;

    (void)state;
    start.cred.uid.saved = 0;
    start.cred.gid.fs = 7;
    make(&same, &start, &plan);
    assert_int_equal(plan.goal.uid.saved, 1000);
    assert_int_equal(plan.goal.gid.fs, 1000);
    assert_true(plan.changes_identity);
}

static void groups_that_are_there_already_are_not_set(void **state) {
    const struct request same = {.change_groups = true, .groups = {1, USER_GROUP}};
    const struct request other = {.change_groups = true, .groups = {2, WWW_GROUPS}};
    const struct request kept = {.change_groups = false, .groups = {2, WWW_GROUPS}};
    struct plan plan;

    (void)state;
    make(&same, &USER, &plan);
    assert_false(plan.set_groups);
    make(&other, &ROOT, &plan);
    assert_true(plan.set_groups);
    assert_int_equal(plan.goal.groups.count, 2);
    make(&kept, &USER, &plan);
    assert_false(plan.set_groups);
    assert_ptr_equal(plan.goal.groups.list, USER_GROUP);
}

static void the_overflow_group_may_be_anyones_in_a_user_namespace(void **state) {
    static gid_t list[] = {1000, NOBODY}, others[] = {1001, NOBODY};
    const struct request same = {.change_groups = true, .groups = {2, list}};
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.groups = (struct groups){2, list};
    start.cred.groups_told = 2;
    make(&same, &start, &plan);
    assert_false(plan.set_groups); /* every id is mapped: it is what it seems */
    start.all_ids_mapped = false;
    make(&same, &start, &plan);
    assert_true(plan.set_groups);
    assert_true(plan.clear_groups);
    start.cred.groups_told = 3; /* one of them reads as another: the number shows that it was set */
    make(&same, &start, &plan);
    assert_true(plan.set_groups);
    assert_false(plan.clear_groups);
    start.cred.groups_told = 2;
    start.cred.groups.list = others; /* as many, and not the same */
    make(&same, &start, &plan);
    assert_true(plan.set_groups);
    assert_false(plan.clear_groups);
    start.cred.groups.list = list;
    start.overflow_gid = 99; /* another system, another overflow id */
    make(&same, &start, &plan);
    assert_false(plan.set_groups);
    start.overflow_unknown = true; /* it may be any number */
    make(&same, &start, &plan);
    assert_true(plan.set_groups);
    assert_true(plan.clear_groups);
}

/* If the overflow id is not known, a requested id is never taken as already right, and one that
 * was not stays as it is. */
static void an_id_is_not_right_where_the_overflow_id_is_unknown(void **state) {
    static gid_t list[] = {1000};
    const struct request same = {.change_identity = true,
                                 .uid = 1000,
                                 .gid = 1000,
                                 .change_groups = true,
                                 .groups = {1, list}};
    const struct request nothing = {0};
    struct start start = USER, file_capability_mode = user_with(BIND, 0);
    struct plan plan;

    (void)state;
    start.all_ids_mapped = file_capability_mode.all_ids_mapped = false;
    start.overflow_unknown = file_capability_mode.overflow_unknown = true;
    make(&same, &start, &plan);
    assert_true(plan.set_groups && plan.clear_groups);
    assert_true(plan.changes_identity);
    assert_true(plan.confirm_uid && plan.confirm_gid);
    assert_false(plan.uid_is_free || plan.gid_is_free);
    refused_a_grant(&same, &file_capability_mode, "user", "uid from 1000 to 1000");

    start.uid_is_own = start.gid_unmapped = true; /* the kernel reports this first */
    make(&same, &start, &plan);
    assert_true(plan.uid_is_free && plan.gid_is_free);
    assert_true(plan.changes_identity);

    make(&nothing, &start, &plan);
    assert_false(plan.changes_identity || plan.confirm_uid || plan.confirm_gid);
    make(&nothing, &file_capability_mode, &plan);
    assert_false(plan.changes_identity);
}

static void a_stream_whose_owner_is_unclear_is_refused(void **state) {
    struct start start = ROOT;
    const struct request given = {.chown_stdio = true}, nothing = {0};
    struct plan plan;

    (void)state;
    start.stdio_unmapped = 2;
    refused(&given, &start, "stdio", FAIL_UNMAPPED_ID, 0);
    make(&nothing, &start, &plan);
    start.stdio_unmapped = 0;
    make(&given, &start, &plan);
}

static void what_stands_behind_a_list_of_groups_is_not_part_of_it(void **state) {
    static gid_t list[] = {1000, NOBODY};
    const struct request same = {.change_groups = true, .groups = {1, list}};
    struct start start = USER;
    struct plan plan;

    (void)state;
    start.all_ids_mapped = false;
    make(&same, &start, &plan);
    assert_false(plan.set_groups);
}

/* The overflow uid and gid, each of which may be an unmapped root's. */
static void the_overflow_ids_may_be_roots_in_a_user_namespace(void **state) {
    enum { NOGROUP = 65533 };
    const struct {
        uid_t uid;
        gid_t gid;
        bool all_mapped, changes;
    } rows[] = {{NOBODY, NOGROUP, true, false}, {NOBODY, NOGROUP, false, true},
                {NOBODY, 1000, false, true},    {1000, NOGROUP, false, true},
                {1000, 1000, false, false},     {NOGROUP, NOBODY, false, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request same = {
            .change_identity = true, .uid = rows[i].uid, .gid = rows[i].gid};
        const struct request nothing = {0};
        struct start start = user_with(BIND, 0); /* a request without a change is accepted */
        struct plan plan;

        start.cred.uid = ids_all(rows[i].uid);
        start.cred.gid = ids_all(rows[i].gid);
        start.all_ids_mapped = rows[i].all_mapped;
        start.overflow_gid = NOGROUP;
        if (rows[i].changes)
            refused(&same, &start, "user", FAIL_GRANT_IDENTITY, 0);
        else
            make(&same, &start, &plan);
        make(&nothing, &start, &plan);
        assert_false(plan.changes_identity);
        start.cred.permitted = start.cred.effective = 0;
        make(&same, &start, &plan);
        assert_int_equal(plan.changes_identity, rows[i].changes);
        assert_true(plan.bounding_left); /* nothing is permitted, so no user change is possible */
    }
}

static void any_id_that_changes_brings_a_new_keyring(void **state) {
    const struct request uid = {.change_identity = true, .uid = WWW, .gid = 0};
    const struct request gid = {.change_identity = true, .uid = 0, .gid = WWW};
    const struct request groups = {.change_groups = true, .groups = {2, WWW_GROUPS}};
    struct plan plan;

    (void)state;
    make(&uid, &ROOT, &plan);
    assert_true(plan.changes_identity);
    make(&gid, &ROOT, &plan);
    assert_true(plan.changes_identity);
    make(&groups, &ROOT, &plan);
    assert_false(plan.changes_identity);
}

/* ---- what is kept ---- */

static void a_kept_capability_that_is_not_permitted_has_three_reasons(void **state) {
    const struct request one = keeping(BIND), two = keeping(BIND | RAW);
    struct start start = USER;

    (void)state;
    refused(&one, &start, "keep", FAIL_CAP_BOUNDING_ONLY, BIND);
    refused(&two, &start, "keep", FAIL_CAP_BOUNDING_ONLY, BIND | RAW);
    start.cred.bounding = RAW; /* the reason that is hardest to remedy comes first */
    refused(&two, &start, "keep", FAIL_CAP_NOT_PERMITTED, BIND);
    start.cred.bounding = 0;
    refused(&one, &start, "keep", FAIL_CAP_NOT_PERMITTED, BIND);
    start.cred.bounding = ALL;
    start.cred.no_new_privs = true;
    refused(&one, &start, "keep", FAIL_CAP_MASKED, BIND);
}

static void a_capability_that_the_kernel_does_not_have_is_refused(void **state) {
    const struct request next = keeping(CAP_MASK(CAPS)), last = keeping(CAP_MASK(63)),
                         highest = keeping(CAP_MASK(CAPS - 1)), both = keeping(CAP_MASK(50) | BIND);
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    refused(&next, &ROOT, "keep", FAIL_CAP_UNKNOWN, CAP_MASK(CAPS));
    refused(&last, &ROOT, "keep", FAIL_CAP_UNKNOWN, CAP_MASK(63));
    refused(&both, &ROOT, "keep", FAIL_CAP_UNKNOWN, CAP_MASK(50));
    make(&highest, &ROOT, &plan);
    start.cred.cap_count = 64; /* a future kernel */
    start.cred.permitted = start.cred.bounding = UINT64_MAX;
    make(&last, &start, &plan);
}

static void what_is_permitted_but_cannot_be_inherited_is_refused(void **state) {
    const struct request one = keeping(BIND);
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.bounding &= ~BIND;
    refused(&one, &start, "keep", FAIL_CAP_NOT_PERMITTED, BIND);
    start.cred.inheritable = BIND; /* it is there already, outside the bounding set */
    make(&one, &start, &plan);
    assert_true(plan.goal.bounding == 0);
}

static void all_is_all_that_is_permitted(void **state) {
    const struct request all = {.keep_all = true};
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.permitted = start.cred.bounding = ALL & ~CAP_MASK(CAP_SYS_RESOURCE);
    make(&all, &start, &plan);
    assert_true(plan.keep == start.cred.permitted);
    assert_true(plan.goal.ambient == start.cred.permitted);
    make(&all, &USER, &plan);
    assert_true(plan.keep == 0);
}

static void the_five_sets_of_the_goal_are_what_is_kept(void **state) {
    const struct request two = keeping(BIND | RAW);
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.inheritable = CAP_MASK(0) | RAW; /* a wider I would let files add */
    make(&two, &start, &plan);
    assert_true(plan.goal.permitted == (BIND | RAW));
    assert_true(plan.goal.effective == (BIND | RAW));
    assert_true(plan.goal.inheritable == (BIND | RAW));
    assert_true(plan.goal.ambient == (BIND | RAW));
    assert_true(plan.goal.bounding == (BIND | RAW));
}

/* ---- the bounding set ---- */

/* Who may leave the bounding set wider than what is kept, when it cannot be narrowed. */
struct bounding_row {
    const char *claim;
    uid_t uid, saved_uid;
    uint64_t permitted;
    bool ambient;
    bool no_new_privs_before, no_new_privs;
    bool other_user, other_groups;
    bool left;
};

static const struct bounding_row BOUNDING_ROWS[] = {
    {"root with SETPCAP narrows it", 0, 0, PCAP | BIND, false, false, false, false, false, false},
    {"... under no_new_privs as well", 0, 0, PCAP | BIND, false, true, true, false, false, false},
    {"root without SETPCAP cannot", 0, 0, BIND, false, false, false, false, false, false},
    {"root with nothing at all cannot", 0, 0, 0, false, false, false, false, false, false},
    {"no_new_privs asked for: it may stay", 0, 0, BIND, false, false, true, false, false, true},
    {"no_new_privs in force: it may stay", 0, 0, BIND, false, true, false, false, false, true},
    {"... with another user, too", 0, 0, BIND, false, false, true, true, false, true},
    {"a user with ambient cannot", 1000, 1000, BIND, true, false, false, false, false, false},
    {"a user with ambient, no_new_privs", 1000, 1000, BIND, true, false, true, false, false, true},
    {"from a user with nothing there is nothing to take", 1000, 1000, 0, false, false, false, false,
     false, true},
    {"... but not when uid 0 is saved", 1000, 0, 0, false, false, false, false, false, false},
    {"... nor on the way to another user", 1000, 1000, 0, false, false, false, true, false, false},
    {"... nor to other groups", 1000, 1000, 0, false, false, false, false, true, false},
    {"a user with SETPCAP narrows it", 1000, 1000, PCAP, true, false, false, false, false, false},
};

static struct start start_of(const struct bounding_row *row) {
    struct start start = ROOT;

    start.cred.uid = (struct ids){row->uid, row->uid, row->saved_uid, row->uid};
    start.cred.permitted = start.cred.effective = row->permitted;
    start.cred.inheritable = start.cred.ambient = row->ambient ? row->permitted : 0;
    start.cred.no_new_privs = row->no_new_privs_before;
    return start;
}

static void the_bounding_set_is_left_only_where_nobody_can_use_it(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(BOUNDING_ROWS); i++) {
        const struct bounding_row *row = &BOUNDING_ROWS[i];
        struct start start = start_of(row);
        struct request request = {.no_new_privs = row->no_new_privs,
                                  .change_identity = row->other_user,
                                  .uid = WWW,
                                  .gid = 0,
                                  .change_groups = row->other_groups,
                                  .groups = {2, WWW_GROUPS}};
        struct plan plan;
        struct fail f;

        print_message("  %s\n", row->claim);
        make(&request, &start, &plan);
        assert_int_equal(plan.bounding_left, row->left);
        assert_true(plan.goal.bounding == (row->left ? ALL : 0));

        /* what is neither narrowed nor left is refused by the preflight */
        bool narrows = (row->permitted & PCAP) != 0;
        bool setpcap_missing = transition_preflight(&plan, &f) != 0 && (f.caps & PCAP) != 0;
        assert_int_equal(setpcap_missing, !narrows && !row->left);

        request.strict = true; /* a note is an error */
        if (row->left)
            refused(&request, &start, "bounding", FAIL_STRICT, CAP_MASK(CAP_SETPCAP));
        else
            make(&request, &start, &plan);
    }
}

static void a_user_with_nothing_who_gets_another_gid_leaves_no_bounding_set(void **state) {
    const struct request request = {.change_identity = true, .uid = 1000, .gid = WWW};
    struct plan plan;

    (void)state;
    make(&request, &USER, &plan);
    assert_false(plan.bounding_left);
}

static void a_bounding_set_that_is_narrow_already_needs_nothing(void **state) {
    const struct request one = {.keep = BIND, .strict = true};
    struct start start = user_with(BIND, BIND);
    struct plan plan;
    struct fail f;

    (void)state;
    start.cred.bounding = BIND;
    make(&one, &start, &plan);
    assert_false(plan.bounding_left);
    assert_int_equal(transition_preflight(&plan, &f), 0);
    start.cred.bounding = 0; /* narrower than what is kept */
    make(&one, &start, &plan);
    assert_true(plan.goal.bounding == 0);
    assert_false(plan.bounding_left);
}

/* ---- a capwrap with file capabilities ---- */

static void a_granted_capwrap_changes_no_identity(void **state) {
    const struct start file_capability_mode = user_with(BIND | PCAP, 0);
    gid_t more[] = {0, 1000};
    const struct request same = {.change_identity = true, .uid = 1000, .gid = 1000, .keep = BIND};
    const struct request uid = {.change_identity = true, .uid = WWW, .gid = 1000, .keep = BIND};
    const struct request gid = {.change_identity = true, .uid = 1000, .gid = WWW, .keep = BIND};
    const struct request groups = {.change_groups = true, .groups = {2, more}, .keep = BIND};
    const struct request own_groups = {.change_groups = true, .groups = {1, USER_GROUP}};
    struct plan plan;

    (void)state;
    make(&same, &file_capability_mode, &plan);
    make(&own_groups, &file_capability_mode, &plan);
    refused_a_grant(&uid, &file_capability_mode, "user", "uid from 1000 to 33");
    refused_a_grant(&gid, &file_capability_mode, "user", "gid from 1000 to 33");
    refused_a_grant(&groups, &file_capability_mode, "groups",
                    "supplementary groups, which are 1 and would be 2");
    struct fail f;
    assert_int_equal(plan_make(&groups, &file_capability_mode, &plan, &f), -1);
    assert_non_null(strstr(f.hint, "--groups keep"));
}

static void a_granted_capwrap_gives_no_file_away(void **state) {
    struct start file_capability_mode = user_with(BIND | OWN | PCAP, 0);
    const struct request chown = {.chown_stdio = true, .keep = BIND};
    struct plan plan;

    (void)state;
    make(&chown, &file_capability_mode, &plan); /* nothing to give */
    assert_true(plan.chown_stdio && plan.stdio == 0);
    file_capability_mode.stdio = 1;
    refused_a_grant(&chown, &file_capability_mode, "stdio", "owner of a standard stream");
}

static void ambient_capabilities_are_no_grant(void **state) {
    const uint64_t caps = CAP_MASK(CAP_SETUID) | CAP_MASK(CAP_SETGID) | PCAP | OWN;
    struct start start = user_with(caps, caps);
    struct request request = TO_WWW;
    struct plan plan;
    struct fail f;

    (void)state;
    start.stdio = 7;
    request.chown_stdio = true;
    make(&request, &start, &plan);
    assert_int_equal(transition_preflight(&plan, &f), 0);
    start.cred.ambient = caps & ~OWN; /* one more than ambient: from the file */
    refused(&request, &start, "user", FAIL_GRANT_IDENTITY, 0);
}

/* ---- securebits ---- */

static void securebits_are_only_added(void **state) {
    const struct request lock = {.lock_securebits = true}, plain = {0};
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    make(&lock, &start, &plan);
    assert_int_equal(plan.goal.securebits, 0xef);
    assert_true((plan.working & PCAP) != 0);

    start.cred.securebits = 0xef; /* nested: equal, and then no call, because even that needs it */
    make(&lock, &start, &plan);
    assert_int_equal(plan.goal.securebits, 0xef);
    assert_true((plan.working & PCAP) == 0);

    start.cred.securebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | 0xf00; /* newer bits as well */
    make(&lock, &start, &plan);
    assert_int_equal(plan.goal.securebits, 0xfef);
    make(&plain, &start, &plan);
    assert_int_equal(plan.goal.securebits, start.cred.securebits);
    assert_true((plan.working & PCAP) == 0);
}

static void a_lock_on_what_must_change_is_refused(void **state) {
    static const unsigned locks[] = {SECBIT_NOROOT_LOCKED, SECBIT_NO_SETUID_FIXUP_LOCKED,
                                     SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED};
    const struct request lock = {.lock_securebits = true}, plain = {0};
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    for (size_t i = 0; i < COUNT(locks); i++) {
        start.cred.securebits = locks[i]; /* locked off */
        refused(&lock, &start, "securebits", FAIL_SECUREBITS_LOCKED, 0);
        make(&plain, &start, &plan);
        start.cred.securebits = locks[i] | locks[i] >> 1; /* locked on, as requested */
        make(&lock, &start, &plan);
    }
    start.cred.securebits = SECBIT_KEEP_CAPS_LOCKED; /* keep-caps itself is not in the goal */
    make(&lock, &start, &plan);
}

static void keep_caps_are_set_only_where_leaving_root_would_clear(void **state) {
    struct request request = TO_WWW;
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    make(&request, &start, &plan);
    assert_false(plan.set_keepcaps); /* nothing to carry over */
    request.keep = BIND;
    make(&request, &start, &plan);
    assert_true(plan.set_keepcaps);
    start.cred.securebits = SECBIT_NO_SETUID_FIXUP;
    make(&request, &start, &plan);
    assert_false(plan.set_keepcaps);
    start = ROOT;
    request.uid = 0;
    make(&request, &start, &plan);
    assert_false(plan.set_keepcaps); /* still root */
    request.uid = WWW;
    start = user_with(ALL, ALL);
    make(&request, &start, &plan);
    assert_false(plan.set_keepcaps); /* never was */
    start.cred.uid.saved = 0;
    make(&request, &start, &plan);
    assert_true(plan.set_keepcaps); /* was, by its saved uid */
}

static void keep_caps_locked_off_is_refused_where_it_is_needed(void **state) {
    struct request request = TO_WWW;
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.securebits = SECBIT_KEEP_CAPS_LOCKED;
    make(&request, &start, &plan); /* nothing to carry over */
    request.keep = BIND;
    refused(&request, &start, "keep-caps", FAIL_SECUREBITS_LOCKED, 0);
    request.keep = 0;
    request.chown_stdio = true;
    start.stdio = 1; /* CHOWN has to be carried over */
    refused(&request, &start, "keep-caps", FAIL_SECUREBITS_LOCKED, 0);
    start.cred.securebits |= SECBIT_NO_SETUID_FIXUP;
    make(&request, &start, &plan);
}

static void a_ban_on_ambient_is_refused_where_something_must_be_raised(void **state) {
    const struct request one = keeping(BIND), none = keeping(0);
    struct request to_www = TO_WWW;
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.securebits = SECBIT_NO_CAP_AMBIENT_RAISE;
    refused(&one, &start, "ambient", FAIL_SECUREBITS_LOCKED, 0);
    make(&none, &start, &plan);
    start.cred.inheritable = start.cred.ambient = BIND; /* it is there and stays there */
    make(&one, &start, &plan);
    assert_true(plan.ambient_missing == 0);
    to_www.keep = BIND; /* leaving uid 0 clears it */
    refused(&to_www, &start, "ambient", FAIL_SECUREBITS_LOCKED, 0);
    start.cred.securebits |= SECBIT_NO_SETUID_FIXUP;
    make(&to_www, &start, &plan);
}

static void noroot_alone_stands_in_no_way(void **state) {
    struct request request = TO_WWW;
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    request.keep = BIND;
    start.cred.securebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
    start.cred.inheritable = start.cred.ambient = ALL; /* how root has any under noroot */
    make(&request, &start, &plan);
    assert_true(plan.set_keepcaps);
    assert_true(plan.ambient_missing == BIND);
}

/* ---- what is carried along ---- */

static void what_a_later_step_needs_is_held_back_for_it(void **state) {
    struct request request = keeping(BIND);
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    make(&request, &start, &plan);
    assert_true(plan.working == BIND);
    request.lock_securebits = true;
    make(&request, &start, &plan);
    assert_true(plan.working == (BIND | PCAP));
    request.chown_stdio = true;
    make(&request, &start, &plan);
    assert_true(plan.working == (BIND | PCAP)); /* no owner to change */
    assert_int_equal(plan.stdio, 0);
    start.stdio = 2;
    make(&request, &start, &plan);
    assert_true(plan.working == (BIND | PCAP | OWN));
    assert_int_equal(plan.stdio, 2);
    request.chown_stdio = false;
    make(&request, &start, &plan);
    assert_true(plan.working == (BIND | PCAP)); /* not requested */
    assert_int_equal(plan.stdio, 0);
}

static void a_parent_death_signal_is_set_again(void **state) {
    const struct request request = TO_WWW;
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    make(&request, &start, &plan);
    assert_int_equal(plan.parent_death_signal, 0);
    start.parent_death_signal = 9;
    make(&request, &start, &plan);
    assert_int_equal(plan.parent_death_signal, 9);
    assert_true(plan.set_parent_death);
    assert_false(plan.needs_parent_death);
}

static void a_rehearsal_is_planned_as_one(void **state) {
    const struct request runs = {0}, rehearses = {.dry_run = true};
    struct plan plan;

    (void)state;
    make(&runs, &ROOT, &plan);
    assert_false(plan.dry_run);
    make(&rehearses, &ROOT, &plan);
    assert_true(plan.dry_run);
}

static void a_stream_whose_owner_cannot_be_told_is_refused(void **state) {
    const struct request request = {.chown_stdio = true}, nothing = {0};
    struct start start = ROOT;
    struct plan plan;
    struct fail f = {0};

    (void)state;
    start.stdio_unmapped = 2;
    refused(&request, &start, "stdio", FAIL_UNMAPPED_ID, 0);
    assert_int_equal(plan_make(&request, &start, &plan, &f), -1);
    assert_non_null(f.hint);
    assert_non_null(strstr(f.hint, "--chown-stdio"));
    assert_non_null(strstr(f.text, "standard stream"));
    assert_non_null(strstr(f.text, "unmapped"));
    make(&nothing, &start, &plan);
    start.stdio_unmapped = 0;
    make(&request, &start, &plan);
}

static void what_is_wanted_is_kept_where_it_can_be(void **state) {
    struct request request = {
        .keep = BIND, .want = BIND | RAW | CAP_MASK(CAP_CHOWN), .no_new_privs = true};
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    start.cred.permitted = start.cred.effective = BIND | RAW | PCAP;
    make(&request, &start, &plan);
    assert_true(plan.keep == (BIND | RAW) && plan.left_out == CAP_MASK(CAP_CHOWN));
    assert_true(plan.goal.permitted == plan.keep && plan.goal.ambient == plan.keep);
    start.cred.bounding = BIND | PCAP; /* permitted, and it cannot be inherited */
    start.cred.inheritable = 0;
    make(&request, &start, &plan);
    assert_true(plan.keep == BIND && plan.left_out == (RAW | CAP_MASK(CAP_CHOWN)));
    request.strict = true;
    refused(&request, &start, "want", FAIL_STRICT, RAW | CAP_MASK(CAP_CHOWN));
    request.keep |= CAP_MASK(CAP_CHOWN); /* in both lists it has to be permitted */
    request.strict = false;
    refused(&request, &start, "keep", FAIL_CAP_NOT_PERMITTED, CAP_MASK(CAP_CHOWN));
}

static void disabling_user_namespaces_needs_no_new_privs_and_a_filter(void **state) {
    static const struct {
        bool asked, in_force, known;
        enum fail_code code;
    } rows[] = {
        {true, false, true, FAIL_NONE},
        {false, true, true, FAIL_NONE},
        {false, false, true, FAIL_NEED_NO_NEW_PRIVS},
        {true, false, false, FAIL_UNSUPPORTED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {.disable_userns = true, .no_new_privs = rows[i].asked};
        struct start start = ROOT;
        struct plan plan;

        start.cred.no_new_privs = rows[i].in_force;
        start.userns_known = rows[i].known;
        start.userns_refused = i == 0 ? USERNS_ALL : USERNS_CLONE3;
        if (rows[i].code != FAIL_NONE) {
            refused(&request, &start, "userns", rows[i].code, 0);
            continue;
        }
        make(&request, &start, &plan);
        assert_true(plan.disable_userns && plan.userns_refused == (i == 0));
    }
}

static void a_parent_death_signal_that_is_asked_for_replaces_the_callers(void **state) {
    static const struct {
        int before, asked;
        bool set, needed;
    } rows[] = {
        {0, 15, true, true}, {9, 15, true, true}, {9, 0, true, false}, {0, 0, false, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {.change_parent_death = true,
                                        .parent_death_signal = rows[i].asked};
        struct start start = ROOT;
        struct plan plan;

        start.parent_death_signal = rows[i].before;
        make(&request, &start, &plan);
        assert_int_equal(plan.parent_death_signal, rows[i].asked);
        assert_int_equal(plan.set_parent_death, rows[i].set);
        assert_int_equal(plan.needs_parent_death, rows[i].needed);
    }
}

static void no_new_privs_is_never_taken_back(void **state) {
    struct request request = {0};
    struct start start = ROOT;
    struct plan plan;

    (void)state;
    make(&request, &start, &plan);
    assert_false(plan.goal.no_new_privs);
    start.cred.no_new_privs = true;
    make(&request, &start, &plan);
    assert_true(plan.goal.no_new_privs);
    start.cred.no_new_privs = false;
    request.no_new_privs = true;
    make(&request, &start, &plan);
    assert_true(plan.goal.no_new_privs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_becomes_a_user_who_keeps_one),
        cmocka_unit_test(with_no_option_every_capability_goes_and_the_user_stays),
        cmocka_unit_test(the_same_question_gets_the_same_plan),
        cmocka_unit_test(different_real_and_effective_ids_are_a_setid_install),
        cmocka_unit_test(the_ids_asked_for_are_set_even_if_they_seem_to_be_there),
        cmocka_unit_test(saved_ids_are_part_of_the_goal),
        cmocka_unit_test(groups_that_are_there_already_are_not_set),
        cmocka_unit_test(the_overflow_group_may_be_anyones_in_a_user_namespace),
        cmocka_unit_test(an_id_is_not_right_where_the_overflow_id_is_unknown),
        cmocka_unit_test(a_stream_whose_owner_is_unclear_is_refused),
        cmocka_unit_test(what_stands_behind_a_list_of_groups_is_not_part_of_it),
        cmocka_unit_test(the_overflow_ids_may_be_roots_in_a_user_namespace),
        cmocka_unit_test(any_id_that_changes_brings_a_new_keyring),
        cmocka_unit_test(a_kept_capability_that_is_not_permitted_has_three_reasons),
        cmocka_unit_test(a_capability_that_the_kernel_does_not_have_is_refused),
        cmocka_unit_test(what_is_permitted_but_cannot_be_inherited_is_refused),
        cmocka_unit_test(all_is_all_that_is_permitted),
        cmocka_unit_test(the_five_sets_of_the_goal_are_what_is_kept),
        cmocka_unit_test(the_bounding_set_is_left_only_where_nobody_can_use_it),
        cmocka_unit_test(a_user_with_nothing_who_gets_another_gid_leaves_no_bounding_set),
        cmocka_unit_test(a_bounding_set_that_is_narrow_already_needs_nothing),
        cmocka_unit_test(a_granted_capwrap_changes_no_identity),
        cmocka_unit_test(a_granted_capwrap_gives_no_file_away),
        cmocka_unit_test(ambient_capabilities_are_no_grant),
        cmocka_unit_test(securebits_are_only_added),
        cmocka_unit_test(a_lock_on_what_must_change_is_refused),
        cmocka_unit_test(keep_caps_are_set_only_where_leaving_root_would_clear),
        cmocka_unit_test(keep_caps_locked_off_is_refused_where_it_is_needed),
        cmocka_unit_test(a_ban_on_ambient_is_refused_where_something_must_be_raised),
        cmocka_unit_test(noroot_alone_stands_in_no_way),
        cmocka_unit_test(what_a_later_step_needs_is_held_back_for_it),
        cmocka_unit_test(a_rehearsal_is_planned_as_one),
        cmocka_unit_test(a_stream_whose_owner_cannot_be_told_is_refused),
        cmocka_unit_test(what_is_wanted_is_kept_where_it_can_be),
        cmocka_unit_test(disabling_user_namespaces_needs_no_new_privs_and_a_filter),
        cmocka_unit_test(a_parent_death_signal_is_set_again),
        cmocka_unit_test(a_parent_death_signal_that_is_asked_for_replaces_the_callers),
        cmocka_unit_test(no_new_privs_is_never_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
