/*
 * What is refused before anything changes is exactly what would fail: over all subsets of
 * the capabilities that the transition needs, times all requests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/observe.h"
#include "fake/expected.h"
#include "fake/scenarios.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const uint64_t NEEDED[] = {SETUID, SETGID, PCAP, CHOWN};

/* One point of the matrix. */
struct point {
    /* the start */
    unsigned subset; /* of NEEDED */
    unsigned holder; /* root; a user with ambient; a user whose file grants; nothing effective */
    bool narrow;     /* the bounding set is what is permitted */
    bool no_new_privs_before;
    /* the request */
    unsigned identity; /* none; the own one again; another */
    unsigned groups;   /* as they are; the own ones again; others */
    unsigned keep;     /* nothing; BIND; all; RAW, which is not permitted */
    bool lock, chown, no_new_privs, strict;
};

enum { ROOT, AMBIENT, FILE_CAPABILITY_MODE, NOT_EFFECTIVE, HOLDERS };
enum { NO_USER, SAME_USER, OTHER_USER, IDENTITIES };
enum { SAME_GROUPS_KEPT, SAME_GROUPS, OTHER_GROUPS, GROUPS };
enum { KEEP_NOTHING, KEEP_BIND, KEEP_ALL, KEEP_RAW, KEEPS };

static uint64_t permitted_at(const struct point *point) {
    uint64_t caps = BIND;

    for (size_t i = 0; i < COUNT(NEEDED); i++)
        if ((point->subset & 1u << i) != 0)
            caps |= NEEDED[i];
    return caps;
}

static void set_up(const struct point *point) {
    uint64_t caps = permitted_at(point);

    as_root_for_root();
    fake.open_above_stderr = 0;
    fake.parent_death_signal = 0;
    fake.permitted = fake.effective = caps;
    if (point->holder == NOT_EFFECTIVE)
        fake.effective = 0;
    if (point->holder == AMBIENT || point->holder == FILE_CAPABILITY_MODE) {
        fake_be(1000, 1000);
        fake_set_groups(1, (const gid_t[]){1000});
    }
    if (point->holder == AMBIENT)
        fake.inheritable = fake.ambient = caps;
    fake.bounding = point->narrow ? caps : FAKE_ALL_CAPS & ~RAW;
    fake.no_new_privs = point->no_new_privs_before;
}

static void ask(const struct point *point, struct request *request) {
    static gid_t own[1];

    own[0] = (gid_t)fake.groups[0];
    *request = (struct request){
        .change_identity = point->identity != NO_USER,
        .uid = point->identity == OTHER_USER ? WWW : (uid_t)fake.uid.real,
        .gid = point->identity == OTHER_USER ? WWW : (gid_t)fake.gid.real,
        .change_groups = point->groups != SAME_GROUPS_KEPT,
        .keep_all = point->keep == KEEP_ALL,
        .keep = point->keep == KEEP_BIND  ? BIND
                : point->keep == KEEP_RAW ? RAW
                                          : 0,
        .no_new_privs = point->no_new_privs,
        .lock_securebits = point->lock,
        .chown_stdio = point->chown,
        .strict = point->strict,
    };
    if (point->groups == SAME_GROUPS)
        request->groups = (struct groups){1, own};
    if (point->groups == OTHER_GROUPS) {
        static gid_t others[] = {WWW, OPS};
        request->groups = (struct groups){2, others};
    }
}

/* Refusals required by a rule, of requests that the kernel would have allowed. */
static bool is_policy(enum fail_code code) {
    return code == FAIL_STRICT || code == FAIL_GRANT_IDENTITY;
}

struct tally {
    unsigned long refused, done, policy;
};

/* The kernel refuses the plan as well: at the step that was named, or where what that step needs
 * is to be held back for it, or before it at the bounding set, whose capability is missing too. */
static bool fails_when_tried(const struct point *point, const struct run *refused,
                             struct run *tried) {
    set_up(point);
    *tried = *refused;
    run_force(REAL, tried);
    bool bounding =
        strcmp(tried->f.step, "bounding") == 0 && (refused->f.caps & CAP_MASK(CAP_SETPCAP)) != 0;
    return tried->p.next == STAGE_CHANGE &&
           (strcmp(tried->f.step, refused->f.step) == 0 || bounding ||
            strcmp(tried->f.step, "working-caps") == 0);
}

/* plan_make() stopped early: the plan is completed from a start that has what is missing,
 * then start from what really is. */
static bool complete_plan(const struct request *request, struct run *run) {
    struct start start = run->p.start;
    struct fail f;

    start.cred.permitted |= RAW;
    start.cred.bounding |= RAW;
    if (plan_make(request, &start, &run->p.plan, &f) != 0) {
        assert_true(is_policy(f.code));
        return false;
    }
    run->p.plan.start = run->p.start.cred;
    run->p.plan.goal.bounding &= run->p.start.cred.bounding;
    return true;
}

static void print_point(const struct point *p, const struct run *run, const char *why) {
    print_error(
        "  subset %x holder %u narrow %d nnp %d: user %u groups %u keep %u lock %d chown %d "
        "nnp %d strict %d\n",
        p->subset, p->holder, p->narrow, p->no_new_privs_before, p->identity, p->groups, p->keep,
        p->lock, p->chown, p->no_new_privs, p->strict);
    scenario_print(run, why);
}

static void try_refused(const struct point *point, const struct request *request, struct run *run,
                        struct tally *tally) {
    struct run tried;
    bool kept = run->p.next == STAGE_PLAN;

    assert_false(fake.exec_reached);
    if (kept && is_policy(run->f.code)) {
        tally->policy++;
        return;
    }
    if (kept) {
        assert_int_equal(run->f.code, FAIL_CAP_NOT_PERMITTED);
        assert_int_equal(point->keep, KEEP_RAW);
        if (!complete_plan(request, run)) {
            tally->policy++;
            return;
        }
    }
    bool fails = fails_when_tried(point, run, &tried);
    if (kept) /* there is no row for it: whichever comes first */
        fails = tried.p.next == STAGE_CHANGE;
    if (!fails)
        print_point(point, &tried, "refused, and it could be done");
    assert_true(fails);
    tally->refused++;
}

static void try_point(const struct point *point, struct tally *tally) {
    struct request request;
    struct run run;
    struct expected expected;

    set_up(point);
    ask(point, &request);
    expected_make(&request, &expected);
    run_play(&request, REAL, &run);
    if (run.p.next <= STAGE_PREFLIGHT) {
        assert_int_equal(fake.writes, 0);
        try_refused(point, &request, &run, tally);
    } else {
        const char *unmet = expected_unmet(&expected, &run.p.plan);
        if (!fake.exec_reached || unmet != NULL)
            print_point(point, &run, unmet);
        assert_true(fake.exec_reached);
        assert_null(unmet);
        tally->done++;
    }
    expected_free(&expected);
    run_free(&run);
}

/* Steps through the matrix like an odometer: false when it is back at the start. */
static bool next_point(struct point *p) {
    bool *const flags[] = {&p->narrow, &p->no_new_privs_before, &p->lock,
                           &p->chown,  &p->no_new_privs,        &p->strict};
    unsigned *const wheels[] = {&p->subset, &p->holder, &p->identity, &p->groups, &p->keep};
    const unsigned turns[] = {1u << COUNT(NEEDED), HOLDERS, IDENTITIES, GROUPS, KEEPS};

    for (size_t i = 0; i < COUNT(flags); i++) {
        *flags[i] = !*flags[i];
        if (*flags[i])
            return true;
    }
    for (size_t i = 0; i < COUNT(wheels); i++) {
        *wheels[i] = (*wheels[i] + 1) % turns[i];
        if (*wheels[i] != 0)
            return true;
    }
    return false;
}

static void what_is_refused_is_exactly_what_would_fail(void **state) {
    struct point point = {0};
    struct tally tally = {0};

    (void)state;
    do
        try_point(&point, &tally);
    while (next_point(&point));
    print_message("  %lu done, %lu refused that fail when tried, %lu refused by a rule\n",
                  tally.done, tally.refused, tally.policy);
    assert_true(tally.done > 0 && tally.refused > 0 && tally.policy > 0);
}

/* As a pod with fsGroup starts: with groups that were added to the user's own. */
static void groups_to_keep_are_told_where_they_alone_differ(void **state) {
    static gid_t own[] = {1000};
    const struct {
        uid_t uid, gid;
        uint64_t caps, bounding;
        bool lock, hint;
    } rows[] = {
        {1000, 1000, 0, 0, false, true},
        {1000, 1000, 0, FAKE_ALL_CAPS, false, true}, /* SETPCAP is missing as well */
        {1000, 1000, PCAP, PCAP, true, true},
        {1000, 1000, 0, 0, true, false}, /* SETPCAP is missing for the securebits */
        {1000, 1000, CHOWN, CHOWN, false, true},
        {1000, WWW, 0, 0, false, false},
        {WWW, 1000, 0, 0, false, false},
        {1000, WWW, SETUID, SETUID, false, false},
        {1000, 1000, SETGID, FAKE_ALL_CAPS, false, false}, /* only SETPCAP is missing */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {.change_identity = true,
                                        .uid = rows[i].uid,
                                        .gid = rows[i].gid,
                                        .change_groups = true,
                                        .groups = {1, own},
                                        .lock_securebits = rows[i].lock};
        struct run run;

        as_user_with(rows[i].caps);
        fake.bounding = rows[i].bounding;
        fake_set_groups(2, (const gid_t[]){1000, OPS});
        run_play(&request, REAL, &run);
        assert_int_equal(run.p.next, STAGE_PREFLIGHT);
        assert_int_equal(run.f.hint != NULL, rows[i].hint);
        if (rows[i].hint)
            assert_true(run.f.hint != NULL && strstr(run.f.hint, "--groups keep") != NULL);
        run_free(&run);
    }
}

static void groups_to_keep_are_not_told_where_a_stream_is_to_be_handed_over(void **state) {
    static gid_t own[] = {1000};
    const struct request request = {
        .change_groups = true, .groups = {1, own}, .chown_stdio = true, .no_new_privs = true};
    struct run run;

    (void)state;
    as_user();
    fake.streams[0].owner = 0;
    fake_set_groups(2, (const gid_t[]){1000, OPS});
    run_play(&request, REAL, &run);
    assert_int_equal(run.p.next, STAGE_PREFLIGHT);
    assert_int_equal(run.f.code, FAIL_NEED_SETGID);
    assert_null(run.f.hint);
    run_free(&run);
}

/* ---- in a user namespace ---- */

/* Who is there, each id either truly the one that it reads as or an unmapped root's; what is
 * mapped; and what is asked for. */
struct place {
    unsigned maps; /* nothing; some; the overflow ids as well; in both kinds of ids */
    bool real_uid, real_gid, real_group;
    bool no_proc, denied;
    unsigned caps;     /* of SETUID and SETGID */
    unsigned uid, gid; /* of GOALS */
    bool list;         /* --groups of the overflow id; else they stay */
};

enum { MAPS = 3, GOALS = 3 };

static void set_up_in(const struct place *place) {
    static const struct fake_map maps[MAPS] = {{0, 0}, {1, 1000}, {1, 70000}};
    static const uint64_t caps[] = {0, SETUID, SETGID, SETUID | SETGID};
    const fake_id root = FAKE_UNMAPPED(0), uid = place->real_uid ? FAKE_OVERFLOW_UID : root,
                  gid = place->real_gid ? FAKE_OVERFLOW_GID : root;

    as_unmapped_root();
    fake.uid = (struct fake_ids){uid, uid, uid, uid};
    fake.gid = (struct fake_ids){gid, gid, gid, gid};
    fake.groups[0] = place->real_group ? FAKE_OVERFLOW_GID : root;
    fake.uid_map = fake.gid_map = maps[place->maps];
    fake.no_proc = place->no_proc;
    fake.setgroups_denied = place->denied;
    fake.permitted = fake.effective = fake.inheritable = fake.ambient = caps[place->caps];
    fake.parent_death_signal = 0;
}

/* An id that the namespace does not map cannot be that of a mapped user. */
static bool can_be(const struct place *place) {
    return place->maps == MAPS - 1 || !(place->real_uid || place->real_gid || place->real_group);
}

static struct request ask_in(const struct place *place) {
    static const uid_t uids[GOALS] = {FAKE_OVERFLOW_UID, 1000, 70001};
    static const gid_t gids[GOALS] = {FAKE_OVERFLOW_GID, 1000, 70001};
    static gid_t list[1];

    list[0] = gids[place->gid];
    return (struct request){.change_identity = true,
                            .uid = uids[place->uid],
                            .gid = gids[place->gid],
                            .change_groups = place->list,
                            .groups = {1, list},
                            .no_new_privs = true};
}

static void try_place(const struct place *place, struct tally *tally) {
    const struct request request = ask_in(place);
    struct expected expected;
    struct run run, tried;

    set_up_in(place);
    expected_make(&request, &expected);
    run_play(&request, REAL, &run);
    const char *unmet = expected_unmet(&expected, &run.p.plan);
    bool right = fake.exec_reached && unmet == NULL;
    if (run.p.next == STAGE_PREFLIGHT) {
        set_up_in(place);
        tried = run;
        run_force(REAL, &tried);
        right = !fake.exec_reached;
    } else if (place->no_proc && place->denied) { /* nothing else shows that setgroups is denied */
        right |= run.p.next == STAGE_CHANGE && strcmp(run.f.step, "groups") == 0;
    }
    if (!right) {
        print_error("  maps %u real %d %d %d no_proc %d denied %d caps %u goal %u %u list %d\n",
                    place->maps, place->real_uid, place->real_gid, place->real_group,
                    place->no_proc, place->denied, place->caps, place->uid, place->gid,
                    place->list);
        scenario_print(&run, unmet);
    }
    assert_true(right);
    tally->refused += run.p.next == STAGE_PREFLIGHT;
    tally->done += fake.exec_reached;
    expected_free(&expected);
    run_free(&run);
}

static void a_user_namespace_is_refused_exactly_where_it_would_fail(void **state) {
    struct tally tally = {0};

    (void)state;
    for (unsigned i = 0; i < MAPS * 4 * GOALS * GOALS << 6; i++) {
        const unsigned wheels = i >> 6;
        const struct place place = {
            .real_uid = (i & 1) != 0,
            .real_gid = (i & 2) != 0,
            .real_group = (i & 4) != 0,
            .no_proc = (i & 8) != 0,
            .denied = (i & 16) != 0,
            .list = (i & 32) != 0,
            .maps = wheels % MAPS,
            .caps = wheels / MAPS % 4,
            .uid = wheels / (MAPS * 4) % GOALS,
            .gid = wheels / (MAPS * 4 * GOALS),
        };
        if (can_be(&place))
            try_place(&place, &tally);
    }
    print_message("  %lu done, %lu refused that fail when tried\n", tally.done, tally.refused);
    assert_true(tally.done > 0 && tally.refused > 0);
}

/* ---- the message ---- */

static void refuse(uint64_t caps, const struct request *request, struct fail *f) {
    struct run run;

    as_root_for_root();
    fake.permitted = fake.effective = caps;
    run_play(request, REAL, &run);
    assert_int_equal(run.p.next, STAGE_PREFLIGHT);
    *f = run.f;
    run_free(&run);
}

static void all_that_is_missing_is_named_at_once(void **state) {
    const struct request everything = {TO_WWW, .lock_securebits = true, .chown_stdio = true};
    const struct {
        uint64_t has, missing;
        enum fail_code code;
        const char *step, *purpose;
    } rows[] = {
        {0, SETUID | SETGID | PCAP | CHOWN, FAIL_NEED_SETUID, "groups", "to change the user"},
        {SETUID, SETGID | PCAP | CHOWN, FAIL_NEED_SETGID, "groups", "to change the groups"},
        {SETUID | SETGID, PCAP | CHOWN, FAIL_NEED_SETPCAP, "bounding", "for this step"},
        {SETUID | SETGID | PCAP, CHOWN, FAIL_NEED_CHOWN, "stdio", "for this step"},
        {SETUID | PCAP, SETGID | CHOWN, FAIL_NEED_SETGID, "groups", "to change the groups"},
        {SETGID | PCAP, SETUID | CHOWN, FAIL_NEED_SETUID, "uid", "to change the user"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fail f;
        char text[80];

        refuse(rows[i].has, &everything, &f);
        assert_true(f.caps == rows[i].missing);
        assert_int_equal(f.code, rows[i].code);
        assert_string_equal(f.step, rows[i].step);
        assert_int_equal(f.exit_code, EXIT_REFUSED);
        (void)snprintf(text, sizeof text, "required %s, but not permitted", rows[i].purpose);
        assert_string_equal(f.text, text);
    }
}

/* What is added to a container is in its bounding set, and dropped from it unless it is kept. */
static void what_the_added_capabilities_need_is_missing_too(void **state) {
    const struct {
        uint64_t has, keep;
        bool no_new_privs;
        enum fail_code code;
        uint64_t caps, also;
    } rows[] = {
        {0, RAW, false, FAIL_CAP_NOT_PERMITTED, RAW, SETUID | SETGID | PCAP},
        {0, RAW, true, FAIL_CAP_NOT_PERMITTED, RAW, SETUID | SETGID},
        {PCAP, RAW, false, FAIL_CAP_NOT_PERMITTED, RAW, SETUID | SETGID},
        {SETUID | SETGID, RAW, false, FAIL_CAP_NOT_PERMITTED, RAW, PCAP},
        {SETUID | SETGID, RAW, true, FAIL_CAP_NOT_PERMITTED, RAW, 0},
        {0, SETUID | SETGID, false, FAIL_CAP_NOT_PERMITTED, SETUID | SETGID, 0},
        {SETGID, SETUID, false, FAIL_CAP_NOT_PERMITTED, SETUID, PCAP},
        {0, 0, false, FAIL_NEED_SETUID, SETUID | SETGID | PCAP, 0},
        {0, 0, true, FAIL_NEED_SETUID, SETUID | SETGID, 0},
        {PCAP, 0, false, FAIL_NEED_SETUID, SETUID | SETGID, 0},
        {BIND, BIND, false, FAIL_NEED_SETUID, SETUID | SETGID | PCAP, 0},
        {SETUID | BIND, BIND | SETUID, false, FAIL_NEED_SETGID, SETGID | PCAP, 0},
        {SETUID, SETUID, true, FAIL_NEED_SETGID, SETGID, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {TO_WWW, .keep = rows[i].keep,
                                        .no_new_privs = rows[i].no_new_privs};
        struct run run;

        as_root_for_root();
        fake.permitted = fake.effective = fake.bounding = rows[i].has;
        run_play(&request, REAL, &run);
        if (run.f.code != rows[i].code || run.f.caps != rows[i].caps || run.f.also != rows[i].also)
            fail_msg("row %zu: code %d, caps %llx, also %llx", i, (int)run.f.code,
                     (unsigned long long)run.f.caps, (unsigned long long)run.f.also);
        bool is_read = rows[i].code != FAIL_CAP_NOT_PERMITTED && (rows[i].has & PCAP) == 0;
        if (run.f.bounded != (is_read ? rows[i].has : 0))
            fail_msg("row %zu: bounded %llx", i, (unsigned long long)run.f.bounded);
        run_free(&run);
    }
}

/* Root would hold them; and only groups that differ may stay. */
static void what_is_in_the_bounding_set_and_groups_that_may_stay_are_not_missing_too(void **state) {
    static gid_t own[] = {1000};
    const struct request become = {TO_WWW, .keep = RAW, .no_new_privs = true};
    const struct request stay = {.change_identity = true,
                                 .uid = 1000,
                                 .gid = 1000,
                                 .change_groups = true,
                                 .groups = {1, own},
                                 .keep = RAW};
    struct run run;

    (void)state;
    as_user();
    fake.bounding = SETUID;
    run_play(&become, REAL, &run);
    assert_int_equal(run.f.code, FAIL_CAP_NOT_PERMITTED);
    assert_true(run.f.caps == RAW && run.f.also == SETGID);
    run_free(&run);
    as_user();
    fake.bounding = 0;
    fake_set_groups(2, (const gid_t[]){1000, OPS});
    run_play(&stay, REAL, &run);
    assert_int_equal(run.f.code, FAIL_CAP_NOT_PERMITTED);
    assert_true(run.f.caps == RAW && run.f.also == 0);
    run_free(&run);
}

static void a_capability_that_is_permitted_and_not_effective_will_do(void **state) {
    const struct request request = {TO_WWW, .keep = BIND};
    struct run run;

    (void)state;
    as_root();
    fake.permitted = SETUID | SETGID | PCAP | BIND;
    fake.effective = 0;
    run_play(&request, REAL, &run);
    assert_true(fake.exec_reached);
    run_free(&run);
}

static void what_changes_nothing_needs_nothing(void **state) {
    gid_t own[] = {1000};
    const struct request request = {.change_identity = true,
                                    .uid = 1000,
                                    .gid = 1000,
                                    .change_groups = true,
                                    .groups = {1, own}};
    struct run run;

    (void)state;
    as_user();
    run_play(&request, REAL, &run);
    assert_true(fake.exec_reached);
    assert_int_equal(fake_called("sys_set_groups"), 0); /* EPERM even when identical */
    assert_int_equal(fake_called("sys_new_session_keyring"), 0);
    assert_int_equal(fake_called("sys_set_caps"), 0);
    run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused_is_exactly_what_would_fail),
        cmocka_unit_test(groups_to_keep_are_told_where_they_alone_differ),
        cmocka_unit_test(groups_to_keep_are_not_told_where_a_stream_is_to_be_handed_over),
        cmocka_unit_test(a_user_namespace_is_refused_exactly_where_it_would_fail),
        cmocka_unit_test(all_that_is_missing_is_named_at_once),
        cmocka_unit_test(what_the_added_capabilities_need_is_missing_too),
        cmocka_unit_test(what_is_in_the_bounding_set_and_groups_that_may_stay_are_not_missing_too),
        cmocka_unit_test(a_capability_that_is_permitted_and_not_effective_will_do),
        cmocka_unit_test(what_changes_nothing_needs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
