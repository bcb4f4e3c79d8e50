/* The calls of its processes show whether a run ends more privileged than another.
 */
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "learn/checks/privilege.h"

enum { FIRST = 100, CHILD = 101, USER = 33, OTHER = 34 };

static const struct groups NO_GROUPS = {0};

struct runs {
    struct privilege first, trial;
    struct privilege *now; /* the run that records are for */
    uint64_t time;
};

static void add(struct runs *runs, struct record record) {
    record.time = ++runs->time;
    privilege_add(runs->now, &record);
}

static void exec(struct runs *runs, uint32_t pid, const char *name) {
    add(runs,
        (struct record){.kind = RECORD_COMM, .pid = pid, .tid = pid, .comm = name, .exec = true});
}

static void begin(struct runs *runs, struct privilege *run, uint32_t uid, uint64_t kept) {
    const struct ids ids = ids_all(uid);

    assert_int_equal(privilege_begin(run, &ids, &ids, kept), 0);
    runs->now = run;
    exec(runs, FIRST, "server");
}

static void forks(struct runs *runs, uint32_t child) {
    add(runs,
        (struct record){
            .kind = RECORD_FORK, .pid = child, .tid = child, .parent = FIRST, .parent_tid = FIRST});
}

/* One call, with the answer to its question for SETUID or SETGID (-1: it does not ask). */
static void call(struct runs *runs, uint32_t tid, enum call number, uint64_t a, uint64_t b,
                 int granted, int64_t value) {
    bool group = number == CALL_SETGID || number == CALL_SETREGID || number == CALL_SETRESGID ||
                 number == CALL_SETFSGID || number == CALL_SETGROUPS;

    add(runs, (struct record){
                  .kind = RECORD_CALL, .pid = tid, .tid = tid, .call = number, .args = {a, b, a}});
    if (granted >= 0)
        add(runs, (struct record){.kind = RECORD_CHECK,
                                  .pid = tid,
                                  .tid = tid,
                                  .cap = group ? CAP_SETGID : CAP_SETUID,
                                  .result = granted == 1 ? RESULT_GRANTED : RESULT_REFUSED});
    if (number == CALL_CAPSET || number == CALL_PRCTL)
        add(runs,
            (struct record){
                .kind = RECORD_RETURN, .pid = tid, .tid = tid, .call = number, .value = value});
}

static void ends(struct runs *runs, uint32_t tid) {
    add(runs, (struct record){.kind = RECORD_END, .pid = tid, .tid = tid});
}

/* What stays in the trial; "" when it is not more privileged. */
static const char *stays(struct runs *runs, const struct groups *groups) {
    static char text[STANDING_STAYS];

    privilege_end(&runs->first, true);
    privilege_end(&runs->trial, true);
    assert_false(runs->first.unknown || runs->trial.unknown);
    bool more = privilege_more(&runs->first, &runs->trial, groups, text);
    assert_int_equal(more, text[0] != '\0');
    privilege_free(&runs->first);
    privilege_free(&runs->trial);
    return text;
}

static void who_stays_root_is_more_privileged(void **state) {
    (void)state;
    static const enum call calls[] = {CALL_SETUID, CALL_SETREUID, CALL_SETRESUID, CALL_SETFSUID};

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct runs runs = {0};
        begin(&runs, &runs.first, 0, UINT64_MAX);
        call(&runs, FIRST, calls[i], USER, USER, 1, 0);
        begin(&runs, &runs.trial, 0, 0);
        call(&runs, FIRST, calls[i], USER, USER, 0, calls[i] == CALL_SETFSUID ? 0 : -EPERM);
        assert_string_equal(stays(&runs, &NO_GROUPS), "uid 0");
    }
}

static void who_gives_up_the_same_is_not(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
    begin(&runs, &runs.trial, 0, CAP_MASK(CAP_SETUID));
    call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
    assert_string_equal(stays(&runs, &NO_GROUPS), "");
}

/* Refused, and of no effect; but for an id that the process has. */
static void a_refused_call_is_followed_by_its_rules(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, USER, UINT64_MAX);
    call(&runs, FIRST, CALL_SETRESUID, OTHER, USER, 1, 0);
    call(&runs, FIRST, CALL_SETUID, OTHER, 0, 0, 0); /* the real and the saved one */
    begin(&runs, &runs.trial, USER, UINT64_MAX);
    call(&runs, FIRST, CALL_SETRESUID, OTHER, USER, 1, 0);
    call(&runs, FIRST, CALL_SETUID, 0, 0, 0, -EPERM);
    assert_string_equal(stays(&runs, &NO_GROUPS), "uid 33");
}

static void a_call_that_failed_for_another_reason_did_nothing(void **state) {
    (void)state;
    struct runs runs = {0};

    for (int i = 0; i < 2; i++) {
        begin(&runs, i == 0 ? &runs.first : &runs.trial, 0, UINT64_MAX);
        call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
        if (i == 1)
            add(&runs, (struct record){
                           .kind = RECORD_FAILURE, .pid = FIRST, .tid = FIRST, .value = -EAGAIN});
    }
    assert_string_equal(stays(&runs, &NO_GROUPS), "uid 0");
}

static void ids_of_a_namespace_of_its_own_are_not_ours(void **state) {
    (void)state;
    enum { HOME = 1, OWN = 2 };
    struct runs runs = {0};
    struct sample sample = {.tid = FIRST, .uid = ids_all(1000), .gid = ids_all(1000)};

    begin(&runs, &runs.first, 1000, UINT64_MAX);
    for (uint64_t space = HOME; space <= OWN; space++)
        add(&runs, (struct record){.kind = RECORD_CHECK,
                                   .pid = FIRST,
                                   .tid = FIRST,
                                   .cap = CAP_SYS_ADMIN,
                                   .capable_ns = space});
    call(&runs, FIRST, CALL_SETUID, 0, 0, 1, 0);
    sample.time = runs.time + 1;
    privilege_sample(&runs.first, &sample);
    privilege_end(&runs.first, true);
    assert_false(runs.first.unknown);
    privilege_free(&runs.first);
}

static void who_never_gave_anything_up_is_not(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 1000, UINT64_MAX);
    call(&runs, FIRST, CALL_SETUID, 1000, 0, 1, 0);
    begin(&runs, &runs.trial, 1000, 0);
    call(&runs, FIRST, CALL_SETUID, 1000, 0, 0, 0);
    assert_string_equal(stays(&runs, &NO_GROUPS), "");
}

static void who_could_not_become_root_is_not(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 1000, UINT64_MAX);
    call(&runs, FIRST, CALL_SETUID, 0, 0, 1, 0);
    begin(&runs, &runs.trial, 1000, 0);
    call(&runs, FIRST, CALL_SETUID, 0, 0, 0, -EPERM);
    assert_string_equal(stays(&runs, &NO_GROUPS), "");
}

static void a_group_that_stays_is_told(void **state) {
    (void)state;
    gid_t list[] = {0, 5};
    const struct groups groups = {.count = 2, .list = list};
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    call(&runs, FIRST, CALL_SETGID, USER, 0, 1, 0);
    begin(&runs, &runs.trial, 0, 0);
    call(&runs, FIRST, CALL_SETGID, USER, 0, 0, -EPERM);
    assert_string_equal(stays(&runs, &groups), "gid 0");

    begin(&runs, &runs.first, 0, UINT64_MAX);
    call(&runs, FIRST, CALL_SETGROUPS, 0, 0, 1, 0);
    begin(&runs, &runs.trial, 0, 0);
    call(&runs, FIRST, CALL_SETGROUPS, 0, 0, 0, -EPERM);
    assert_string_equal(stays(&runs, &groups), "supplementary groups");
}

/* Of two of one role, one gives root up with everything, and none without. */
/* What a process can go back to it has not given up; but while it acts with another id, it has. */
static void an_id_that_is_given_up_for_a_time_is_told(void **state) {
    (void)state;
    static const struct {
        enum call call;
        uint32_t begins;
        const char *stays;
    } cases[] = {
        {CALL_SETRESGID, 0, "gid 0"},      {CALL_SETREGID, 0, "gid 0"},
        {CALL_SETFSGID, 0, "gid 0"},       {CALL_SETRESGID, OTHER, "gid 34"},
        {CALL_SETRESUID, OTHER, "uid 34"}, {CALL_SETREUID, OTHER, "uid 34"},
        {CALL_SETFSUID, OTHER, "uid 34"},  {CALL_SETRESUID, 0, "uid 0"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool fs = cases[i].call == CALL_SETFSUID || cases[i].call == CALL_SETFSGID;
        uint64_t first = fs ? USER : UINT32_MAX;
        struct runs runs = {0};
        begin(&runs, &runs.first, cases[i].begins, UINT64_MAX);
        call(&runs, FIRST, cases[i].call, first, USER, 1, 0);
        begin(&runs, &runs.trial, cases[i].begins, 0);
        call(&runs, FIRST, cases[i].call, first, USER, 0, fs ? 0 : -EPERM);
        assert_string_equal(stays(&runs, &NO_GROUPS), cases[i].stays);
    }
}

/* Who acts as before in both runs has given up nothing, whatever it took for a time. */
static void an_id_that_is_taken_back_is_not(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, OTHER, UINT64_MAX);
    call(&runs, FIRST, CALL_SETRESUID, UINT32_MAX, USER, 1, 0);
    call(&runs, FIRST, CALL_SETRESUID, UINT32_MAX, OTHER, -1, 0);
    begin(&runs, &runs.trial, OTHER, 0);
    call(&runs, FIRST, CALL_SETRESUID, UINT32_MAX, USER, 0, -EPERM);
    call(&runs, FIRST, CALL_SETRESUID, UINT32_MAX, OTHER, -1, 0);
    assert_string_equal(stays(&runs, &NO_GROUPS), "");
}

static void one_of_many_that_stays_root_is_found(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    forks(&runs, CHILD);
    call(&runs, CHILD, CALL_SETUID, USER, 0, 1, 0);
    ends(&runs, CHILD);
    forks(&runs, CHILD + 1);
    begin(&runs, &runs.trial, 0, 0);
    forks(&runs, CHILD);
    ends(&runs, CHILD);
    forks(&runs, CHILD + 1);
    assert_string_equal(stays(&runs, &NO_GROUPS), "uid 0");
}

/* "gosu app server || server": the trial has a process of a role that the first run has not. */
static void the_same_program_in_another_way_is_compared(void **state) {
    (void)state;
    static const struct {
        const char *name, *stays;
    } cases[] = {{"worker", "uid 0"}, {"other", ""}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct runs runs = {0};
        begin(&runs, &runs.first, 0, UINT64_MAX);
        forks(&runs, CHILD);
        exec(&runs, CHILD, "gosu");
        call(&runs, CHILD, CALL_SETUID, USER, 0, 1, 0);
        exec(&runs, CHILD, "worker");
        begin(&runs, &runs.trial, 0, 0);
        forks(&runs, CHILD);
        exec(&runs, CHILD, "gosu");
        call(&runs, CHILD, CALL_SETUID, USER, 0, 0, -EPERM);
        ends(&runs, CHILD);
        forks(&runs, CHILD);
        exec(&runs, CHILD, cases[i].name);
        forks(&runs, CHILD + 1);
        /* gosu itself ends as root, which it did not with everything; but it is not what goes on */
        assert_string_equal(stays(&runs, &NO_GROUPS), cases[i].stays);
    }
}

static void a_thread_that_stays_root_is_found(void **state) {
    (void)state;
    struct runs runs = {0};

    for (int i = 0; i < 2; i++) {
        begin(&runs, i == 0 ? &runs.first : &runs.trial, 0, i == 0 ? UINT64_MAX : 0);
        add(&runs, (struct record){.kind = RECORD_FORK,
                                   .pid = FIRST,
                                   .tid = CHILD,
                                   .parent = FIRST,
                                   .parent_tid = FIRST});
        call(&runs, CHILD, CALL_SETRESUID, USER, USER, i == 0, i == 0 ? 0 : -EPERM);
    }
    assert_string_equal(stays(&runs, &NO_GROUPS), "uid 0");
}

static void a_program_that_was_executed_as_root_is_found(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
    exec(&runs, FIRST, "worker");
    begin(&runs, &runs.trial, 0, 0);
    exec(&runs, FIRST, "worker");
    assert_string_equal(stays(&runs, &NO_GROUPS), "uid 0");
}

static void sets_that_were_given_up_are_followed(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 1000, UINT64_MAX);
    call(&runs, FIRST, CALL_CAPSET, 0, 0, -1, 0);
    begin(&runs, &runs.trial, 1000, CAP_MASK(CAP_KILL));
    call(&runs, FIRST, CALL_CAPSET, 0, 0, -1, -EPERM);
    assert_string_equal(stays(&runs, &NO_GROUPS), "capabilities");
    /* Without privilege there is nothing to give up. */
    begin(&runs, &runs.first, 1000, UINT64_MAX);
    call(&runs, FIRST, CALL_CAPSET, 0, 0, -1, 0);
    begin(&runs, &runs.trial, 1000, 0);
    assert_string_equal(stays(&runs, &NO_GROUPS), "");
    begin(&runs, &runs.first, 1000, UINT64_MAX);
    call(&runs, FIRST, CALL_PRCTL, PR_CAPBSET_DROP, CAP_KILL, -1, 0);
    begin(&runs, &runs.trial, 1000, CAP_MASK(CAP_KILL));
    call(&runs, FIRST, CALL_PRCTL, PR_CAPBSET_DROP, CAP_KILL, -1, -EPERM);
    assert_string_equal(stays(&runs, &NO_GROUPS), "capabilities");
    begin(&runs, &runs.first, 0, UINT64_MAX);
    call(&runs, FIRST, CALL_PRCTL, PR_SET_SECUREBITS, 3, -1, 0);
    begin(&runs, &runs.trial, 0, 0);
    call(&runs, FIRST, CALL_PRCTL, PR_SET_SECUREBITS, 3, -1, -EPERM);
    assert_string_equal(stays(&runs, &NO_GROUPS), "securebits");
}

static void what_proc_tells_otherwise_makes_the_end_unknown(void **state) {
    (void)state;
    struct runs runs = {0};
    struct sample sample = {.tid = FIRST, .uid = ids_all(USER), .gid = ids_all(0)};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    sample.time = runs.time + 1;
    privilege_sample(&runs.first, &sample);
    privilege_end(&runs.first, true);
    assert_true(runs.first.unknown);
    privilege_free(&runs.first);
    /* One of before a change is no contradiction. */
    begin(&runs, &runs.first, 0, UINT64_MAX);
    sample.time = runs.time;
    sample.uid = ids_all(0);
    privilege_sample(&runs.first, &sample);
    call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
    privilege_end(&runs.first, true);
    assert_false(runs.first.unknown);
    privilege_free(&runs.first);
}

static void without_records_the_samples_are_compared(void **state) {
    (void)state;
    struct runs runs = {0};
    struct sample sample = {.tid = FIRST, .uid = ids_all(USER), .gid = ids_all(0), .name = "s"};
    char text[STANDING_STAYS];

    begin(&runs, &runs.first, 0, UINT64_MAX);
    privilege_sample(&runs.first, &sample);
    privilege_end(&runs.first, false);
    begin(&runs, &runs.trial, 0, 0);
    sample.uid = ids_all(0);
    privilege_sample(&runs.trial, &sample);
    privilege_end(&runs.trial, false);
    assert_true(privilege_more(&runs.first, &runs.trial, &NO_GROUPS, text));
    assert_false(runs.trial.unknown);
    privilege_free(&runs.trial);
    begin(&runs, &runs.trial, 0, 0);
    sample.unseen_children = true;
    privilege_sample(&runs.trial, &sample);
    privilege_end(&runs.trial, false);
    assert_true(runs.trial.unknown);
    privilege_free(&runs.first);
    privilege_free(&runs.trial);
}

static void capabilities_are_told_by_the_identity_that_asked(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    privilege_phase(&runs.first, FIRST, CAP_CHOWN);
    call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
    add(&runs, (struct record){.kind = RECORD_CHECK, .pid = FIRST, .tid = FIRST, .cap = CAP_KILL});
    privilege_phase(&runs.first, FIRST, CAP_KILL);
    privilege_phase(&runs.first, FIRST, CAP_NET_RAW);
    assert_int_equal(runs.first.phases.count, 2);
    assert_int_equal(runs.first.phases.list[0].uid, 0);
    assert_int_equal(runs.first.phases.list[0].caps, CAP_MASK(CAP_CHOWN));
    assert_int_equal(runs.first.phases.list[1].uid, USER);
    assert_int_equal(runs.first.phases.list[1].caps, CAP_MASK(CAP_KILL) | CAP_MASK(CAP_NET_RAW));
    privilege_free(&runs.first);
}

/* A server that needs nothing once it has given up root. */
static void an_identity_that_asked_for_nothing_is_told(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    call(&runs, FIRST, CALL_PRCTL, PR_SET_KEEPCAPS, 1, -1, 0);
    assert_int_equal(runs.first.phases.count, 0);
    call(&runs, FIRST, CALL_SETUID, USER, 0, 1, 0);
    privilege_end(&runs.first, true);
    assert_int_equal(runs.first.phases.count, 2);
    assert_int_equal(runs.first.phases.list[0].uid, 0);
    assert_int_equal(runs.first.phases.list[1].uid, USER);
    assert_int_equal(runs.first.phases.list[1].caps, 0);
    assert_false(runs.first.phases.more);
    privilege_free(&runs.first);
}

static void identities_that_find_no_room_are_noted(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    for (uint64_t uid = 1; uid <= PHASES_MOST; uid++)
        call(&runs, FIRST, CALL_SETRESUID, uid, uid, 1, 0);
    assert_false(runs.first.phases.more);
    privilege_end(&runs.first, true);
    assert_int_equal(runs.first.phases.count, PHASES_MOST);
    assert_true(runs.first.phases.more);
    privilege_free(&runs.first);
}

static void many_that_have_ended_are_all_counted(void **state) {
    (void)state;
    struct runs runs = {0};

    begin(&runs, &runs.first, 0, UINT64_MAX);
    for (uint32_t i = 0; i < 5000; i++) {
        forks(&runs, CHILD + i % 7);
        ends(&runs, CHILD + i % 7);
    }
    privilege_end(&runs.first, true);
    assert_int_equal(runs.first.count, 2);
    assert_int_equal(runs.first.endings[0].count + runs.first.endings[1].count, 5001);
    privilege_free(&runs.first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_stays_root_is_more_privileged),
        cmocka_unit_test(who_gives_up_the_same_is_not),
        cmocka_unit_test(a_refused_call_is_followed_by_its_rules),
        cmocka_unit_test(a_call_that_failed_for_another_reason_did_nothing),
        cmocka_unit_test(ids_of_a_namespace_of_its_own_are_not_ours),
        cmocka_unit_test(who_never_gave_anything_up_is_not),
        cmocka_unit_test(who_could_not_become_root_is_not),
        cmocka_unit_test(a_group_that_stays_is_told),
        cmocka_unit_test(an_id_that_is_given_up_for_a_time_is_told),
        cmocka_unit_test(an_id_that_is_taken_back_is_not),
        cmocka_unit_test(one_of_many_that_stays_root_is_found),
        cmocka_unit_test(the_same_program_in_another_way_is_compared),
        cmocka_unit_test(a_thread_that_stays_root_is_found),
        cmocka_unit_test(a_program_that_was_executed_as_root_is_found),
        cmocka_unit_test(sets_that_were_given_up_are_followed),
        cmocka_unit_test(what_proc_tells_otherwise_makes_the_end_unknown),
        cmocka_unit_test(without_records_the_samples_are_compared),
        cmocka_unit_test(capabilities_are_told_by_the_identity_that_asked),
        cmocka_unit_test(an_identity_that_asked_for_nothing_is_told),
        cmocka_unit_test(identities_that_find_no_room_are_noted),
        cmocka_unit_test(many_that_have_ended_are_all_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
