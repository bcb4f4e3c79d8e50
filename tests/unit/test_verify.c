/*
 * The proof: any difference from the plan after the transition is noticed, the old ids first.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/verify.h"
#include "fake/pipeline.h"
#include "fake/scenarios.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct request EVERYTHING = {TO_WWW,
                                          .keep = BIND,
                                          .no_new_privs = true,
                                          .lock_securebits = true,
                                          .chown_stdio = true,
                                          .close_fds = true,
                                          .directory = "/srv",
                                          .change_umask = true,
                                          .umask = 027};

static int verify(struct run *run) {
    if (verify_goal(&run->p.plan, &run->f) != 0)
        return -1;
    return verify_inherited(&run->p.plan, &run->p.program, &run->f);
}

/* Up to the proof, from root to WWW with every request. */
static void arrive(const struct request *request, struct run *run) {
    as_root();
    run_until(request, STAGE_CHANGE, run);
}

/* ---- what differs ---- */

struct tampering {
    const char *word; /* in the error */
    void (*tamper)(void);
};

static void real_uid(void) { fake.uid.real = 7; }
static void effective_uid(void) { fake.uid.effective = 7; }
static void saved_uid(void) { fake.uid.saved = 7; }
static void fs_uid(void) { fake.uid.fs = 7; }
static void unmapped_uid(void) { fake.uid.real = FAKE_UNMAPPED(0); }
static void real_gid(void) { fake.gid.real = 7; }
static void effective_gid(void) { fake.gid.effective = 7; }
static void saved_gid(void) { fake.gid.saved = 7; }
static void fs_gid(void) { fake.gid.fs = 7; }
static void one_group_more(void) { fake.groups[fake.group_count++] = 0; }
static void one_group_fewer(void) { fake.group_count--; }
static void no_groups(void) { fake.group_count = 0; }
static void another_group(void) { fake.groups[1] = 46; }
static void more_permitted(void) { fake.permitted |= RAW; }
static void fewer_permitted(void) { fake.permitted = 0; }
static void permitted_above_32(void) { fake.permitted |= CAP_MASK(40); }
static void permitted_unknown(void) { fake.permitted |= CAP_MASK(63); }
static void more_effective(void) { fake.effective |= RAW; }
static void fewer_effective(void) { fake.effective = 0; }
static void more_inheritable(void) { fake.inheritable |= RAW; }
static void fewer_inheritable(void) { fake.inheritable = 0; }
static void more_bounding(void) { fake.bounding |= CAP_MASK(0); }
static void most_bounding(void) { fake.bounding |= CAP_MASK(40); }
static void fewer_bounding(void) { fake.bounding = 0; }
static void more_ambient(void) { fake.ambient |= CAP_MASK(40); }
static void fewer_ambient(void) { fake.ambient = 0; }
static void more_securebits(void) { fake.securebits |= 0x100; }
static void fewer_securebits(void) { fake.securebits &= ~(unsigned)SECBIT_NOROOT_LOCKED; }
static void keep_caps_on(void) { fake.securebits |= SECBIT_KEEP_CAPS; }
static void no_no_new_privs(void) { fake.no_new_privs = false; }
static void another_kernel(void) { fake.cap_count = 42; }
static void signal_cleared(void) { fake.parent_death_signal = 0; }
static void another_signal(void) { fake.parent_death_signal = 9; }
static void first_stream(void) { fake.streams[0].owner = 0; }
static void last_stream(void) { fake.streams[2].owner = 0; }
static void another_directory(void) { fake.directory = NULL; }
static void another_umask(void) { fake.umask = 022; }
static void stream_swapped(void) { fake.streams[1].handed_over = false; }

static const struct tampering TAMPERINGS[] = {
    {"uid", real_uid},
    {"uid", effective_uid},
    {"uid", saved_uid},
    {"uid", fs_uid},
    {"uid", unmapped_uid},
    {"gid", real_gid},
    {"gid", effective_gid},
    {"gid", saved_gid},
    {"gid", fs_gid},
    {"groups", one_group_more},
    {"groups", one_group_fewer},
    {"groups", no_groups},
    {"groups", another_group},
    {"permitted", more_permitted},
    {"permitted", fewer_permitted},
    {"permitted", permitted_above_32},
    {"permitted", permitted_unknown},
    {"effective", more_effective},
    {"effective", fewer_effective},
    {"inheritable", more_inheritable},
    {"inheritable", fewer_inheritable},
    {"bounding", more_bounding},
    {"bounding", most_bounding},
    {"bounding", fewer_bounding},
    {"ambient", more_ambient},
    {"ambient", fewer_ambient},
    {"securebits", more_securebits},
    {"securebits", fewer_securebits},
    {"securebits", keep_caps_on},
    {"no_new_privs", no_no_new_privs},
    {"cap_count", another_kernel},
    {"parent-death signal is 0, not 15", signal_cleared},
    {"parent-death signal is 9, not 15", another_signal},
    {"descriptor 0", first_stream},
    {"descriptor 2", last_stream},
    {"descriptor 1", stream_swapped},
    {"working directory", another_directory},
    {"umask is not 027", another_umask},
};

static void whatever_differs_from_the_goal_is_named(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(TAMPERINGS); i++) {
        struct run run;

        arrive(&EVERYTHING, &run);
        TAMPERINGS[i].tamper();
        assert_int_equal(verify(&run), -1);
        if (strstr(run.f.text, TAMPERINGS[i].word) == NULL)
            print_error("tampering %zu, \"%s\": \"%s\"\n", i, TAMPERINGS[i].word, run.f.text);
        assert_non_null(strstr(run.f.text, TAMPERINGS[i].word));
        assert_string_equal(run.f.step, "verify");
        assert_int_equal(run.f.code, FAIL_NOT_AS_PLANNED);
        assert_int_equal(run.f.error, 0); /* no call has failed */
        assert_int_equal(run.f.exit_code, EXIT_REFUSED);
        run_free(&run);
    }
}

static void what_is_as_planned_is_proved(void **state) {
    struct run run;

    (void)state;
    arrive(&EVERYTHING, &run);
    assert_int_equal(verify(&run), 0);
    assert_int_equal(fake.umask, 027); /* what is asked by writing is as before */
    run_free(&run);
}

static void another_device_or_inode_is_another_directory(void **state) {
    struct run run;

    (void)state;
    arrive(&EVERYTHING, &run);
    run.p.program.directory.device++;
    assert_int_equal(verify(&run), -1);
    run.p.program.directory.device--;
    run.p.program.directory.inode++;
    assert_int_equal(verify(&run), -1);
    run_free(&run);
}

static void groups_are_compared_as_a_sorted_multiset(void **state) {
    struct run run;

    (void)state;
    arrive(&EVERYTHING, &run);
    fake.groups[0] = LOG; /* a kernel may answer in any order */
    fake.groups[1] = WWW;
    fake.groups[2] = OPS;
    assert_int_equal(verify_goal(&run.p.plan, &run.f), 0);
    fake.groups[0] = WWW; /* as many, but one of them twice */
    assert_int_equal(verify_goal(&run.p.plan, &run.f), -1);
    run_free(&run);
}

/* ---- the old ids ---- */

static void a_saved_uid_of_root(void) { fake.uid.saved = 0; }
static void a_saved_gid_of_root(void) { fake.gid.saved = 0; }
static void setuid_again(void) { fake.permitted = fake.effective |= SETUID; }
static void setgid_again(void) { fake.permitted = fake.effective |= SETGID; }

static void an_old_id_that_can_be_taken_back_is_reported_as_such(void **state) {
    const struct tampering rows[] = {{"uid 0", a_saved_uid_of_root},
                                     {"uid 0", setuid_again},
                                     {"gid 0", a_saved_gid_of_root},
                                     {"gid 0", setgid_again}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run run;

        arrive(&EVERYTHING, &run);
        rows[i].tamper();
        assert_int_equal(verify_goal(&run.p.plan, &run.f), -1);
        assert_int_equal(run.f.code, FAIL_REGAINED);
        assert_int_equal(run.f.error, 0); /* nothing failed: that is what is wrong */
        assert_non_null(strstr(run.f.text, rows[i].word));
        assert_string_equal(run.f.step, "verify");
        run_free(&run);
    }
}

static void the_probe_comes_before_anything_is_read(void **state) {
    struct run run;
    size_t before;

    (void)state;
    arrive(&EVERYTHING, &run);
    before = fake.call_count;
    assert_int_equal(verify_goal(&run.p.plan, &run.f), 0);
    assert_string_equal(fake.calls[before].name, "sys_try_uids");
    assert_true(fake.calls[before].a == 0 && fake.calls[before].b == 0 &&
                fake.calls[before].c == 0);
    assert_string_equal(fake.calls[before + 1].name, "sys_try_gids");
    assert_true(fake.calls[before + 1].a == 0 && fake.calls[before + 1].b == 0 &&
                fake.calls[before + 1].c == 0);
    run_free(&run);
}

static void nothing_follows_a_probe_that_succeeded(void **state) {
    struct run run;
    size_t before;

    (void)state;
    arrive(&EVERYTHING, &run);
    fake.uid.saved = 0;
    before = fake.call_count;
    assert_int_equal(verify_goal(&run.p.plan, &run.f), -1);
    assert_int_equal(fake.call_count, before + 1);
    run_free(&run);
}

/* Which probes a request leaves: with CAP_SETUID kept the old uid can be taken back by right. */
static void probes_after(const struct request *request, unsigned uids, unsigned gids) {
    struct run run;

    arrive(request, &run);
    assert_int_equal(verify_goal(&run.p.plan, &run.f), 0);
    assert_int_equal(fake_called("sys_try_uids"), uids);
    assert_int_equal(fake_called("sys_try_gids"), gids);
    assert_int_equal(fake.uid.real, WWW);
    run_free(&run);
}

static void only_an_id_that_may_be_taken_back_is_not_probed(void **state) {
    gid_t list[] = {0};
    const struct request neither = {TO_WWW, .keep = SETUID | SETGID};
    const struct request gid_only = {TO_WWW, .keep = SETUID};
    const struct request uid_only = {TO_WWW, .keep = SETGID};
    const struct request same_gid = {
        .change_identity = true, .uid = WWW, .gid = 0, .change_groups = true, .groups = {1, list}};

    (void)state;
    probes_after(&neither, 0, 0);
    probes_after(&gid_only, 0, 1);
    probes_after(&uid_only, 1, 0);
    probes_after(&same_gid, 1, 0);
    probes_after(&EVERYTHING, 1, 1);
}

/* ---- the second reader ---- */

static void no_new_privs_reads_as_on(void) {
    fake.no_new_privs = false;
    fake.lie = 1;
    (void)fake_arm(FAKE_LIES, "sys_get_no_new_privs", 0, 0);
}

static void securebits_read_as_locked(void) {
    fake.securebits = 0;
    fake.lie = SECBITS_LOCKDOWN;
    (void)fake_arm(FAKE_LIES, "sys_get_securebits", 0, 0);
}

static void what_reads_as_on_and_is_not_in_force_is_noticed(void **state) {
    void (*const lies[])(void) = {no_new_privs_reads_as_on, securebits_read_as_locked};

    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        struct run run;

        arrive(&EVERYTHING, &run);
        lies[i]();
        assert_int_equal(verify_goal(&run.p.plan, &run.f), -1);
        assert_string_equal(run.f.step, "verify");
        assert_int_equal(run.f.code, FAIL_NOT_AS_PLANNED);
        assert_int_equal(run.f.error, 0);
        assert_non_null(strstr(run.f.text, "not in force"));
        assert_int_equal(fake.securebits & SECBIT_KEEP_CAPS, 0);
        run_free(&run);
    }
}

/* The second reader is used only for what this run has changed, and only where its answer
 * depends on that alone. */
static void only_what_the_run_has_changed_is_asked_twice(void **state) {
    const struct {
        struct request request;
        bool no_new_privs;   /* at the start */
        unsigned securebits; /* at the start */
        unsigned filters, keepcaps;
    } rows[] = {
        {{TO_WWW, .no_new_privs = true}, false, 0, 1, 0},
        {{TO_WWW, .no_new_privs = true}, true, 0, 0, 0},
        {{TO_WWW}, false, 0, 0, 0},
        {{TO_WWW, .no_new_privs = true, .keep = CAP_MASK(CAP_SYS_ADMIN)}, false, 0, 0, 0},
        {{TO_WWW, .lock_securebits = true}, false, 0, 0, 1},
        {{.lock_securebits = true}, false, SECBIT_KEEP_CAPS_LOCKED, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run run;

        as_root_for_root();
        fake.no_new_privs = rows[i].no_new_privs;
        fake.securebits = rows[i].securebits;
        run_until(&rows[i].request, STAGE_VERIFY, &run);
        assert_int_equal(fake_called("sys_filter_is_refused"), rows[i].filters);
        assert_int_equal(fake_called("sys_try_unset_keepcaps"), rows[i].keepcaps);
        run_free(&run);
    }
}

/* ---- the run ---- */

static void run_to_failure(const struct request *request, struct run *run) {
    run_play(request, REAL, run);
    assert_int_equal(run->p.next, STAGE_CHANGE);
    assert_false(fake.exec_reached);
}

static void an_error_says_what_it_means_where_it_can(void **state) {
    const struct {
        const char *call, *step;
        int error;
        enum fail_code code;
    } rows[] = {
        {"sys_set_uids", "uid", EINVAL, FAIL_UNMAPPED_ID},
        {"sys_set_uids", "uid", EPERM, FAIL_SYSTEM_CALL},
        {"sys_set_uids", "uid", EAGAIN, FAIL_SYSTEM_CALL},
        {"sys_set_uids", "uid", EDQUOT, FAIL_SYSTEM_CALL},
        {"sys_set_uids", "uid", ENOSYS, FAIL_SYSTEM_CALL},
        {"sys_set_gids", "gid", EINVAL, FAIL_UNMAPPED_ID},
        {"sys_set_gids", "gid", EPERM, FAIL_SYSTEM_CALL},
        {"sys_set_groups", "groups", EINVAL, FAIL_UNMAPPED_ID},
        {"sys_set_groups", "groups", EPERM, FAIL_SYSTEM_CALL}, /* nothing denies it: a sandbox */
        {"sys_set_groups", "groups", ENOMEM, FAIL_SYSTEM_CALL},
        {"sys_new_session_keyring", "keyring", EDQUOT, FAIL_KEY_QUOTA},
        {"sys_new_session_keyring", "keyring", ENOMEM, FAIL_SYSTEM_CALL},
        {"sys_close_above_stderr", "fds", ENOSYS, FAIL_OLD_KERNEL},
        {"sys_close_above_stderr", "fds", EPERM, FAIL_SYSTEM_CALL},
        {"sys_set_securebits", "securebits", EINVAL, FAIL_SYSTEM_CALL},
        {"sys_set_caps", "effective", EINVAL, FAIL_SYSTEM_CALL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run run;

        as_root();
        (void)fake_arm(FAKE_FAILS, rows[i].call, 1, rows[i].error);
        run_to_failure(&EVERYTHING, &run);
        assert_string_equal(run.f.step, rows[i].step);
        assert_int_equal(run.f.code, rows[i].code);
        assert_int_equal(run.f.error, rows[i].error);
        assert_true(strlen(run.f.text) > 0);
        bool names_ids = strstr(run.f.text, "uid 33 and gid 33") != NULL;
        bool is_about_ids = strstr("uid gid", rows[i].step) != NULL;
        assert_int_equal(names_ids, is_about_ids);
        bool names_groups = strstr(run.f.text, "to 3 groups from 33 to 45") != NULL;
        assert_int_equal(names_groups, strcmp(rows[i].step, "groups") == 0);
        run_free(&run);
    }
}

static void a_list_of_groups_that_is_not_set_is_named_by_its_ends(void **state) {
    gid_t one[] = {WWW};
    const struct request list_of_one = {.change_groups = true, .groups = {1, one}};
    const struct request empty = {.change_groups = true};
    struct run run;

    (void)state;
    as_root_for_root();
    (void)fake_arm(FAKE_FAILS, "sys_set_groups", 1, EPERM);
    run_to_failure(&list_of_one, &run);
    assert_non_null(strstr(run.f.text, "to 1 groups from 33 to 33"));
    run_free(&run);

    as_root_for_root();
    (void)fake_arm(FAKE_FAILS, "sys_set_groups", 1, EPERM);
    run_to_failure(&empty, &run);
    assert_string_equal(run.f.step, "groups");
    assert_null(strstr(run.f.text, "groups from"));
    run_free(&run);
}

static void a_program_that_is_refused_is_a_failure_of_the_run(void **state) {
    struct run run;

    (void)state;
    as_root();
    run_until(&EVERYTHING, STAGE_PREFLIGHT, &run);
    run.p.program.command = "/srv/nothing";
    assert_int_equal(pipeline_advance(&run.p, STAGE_CHANGE, &run.f), -1);
    assert_int_equal(run.f.code, FAIL_NOT_FOUND);
    run_free(&run);
}

static void a_process_that_is_as_asked_for_is_not_touched(void **state) {
    const struct request nothing = {0}, same = {.change_identity = true, .uid = 1000, .gid = 1000};
    struct run run;

    (void)state;
    as_user();
    fake.bounding = 0;
    fake.parent_death_signal = 0;
    run_play(&nothing, REAL, &run);
    assert_true(fake.exec_reached);
    assert_int_equal(fake.writes, 0);
    run_free(&run);

    as_user(); /* the ids are set nevertheless: only the kernel knows whether they are mapped */
    fake.bounding = 0;
    fake.parent_death_signal = 0;
    run_play(&same, REAL, &run);
    assert_true(fake.exec_reached);
    assert_int_equal(fake.writes, 2);
    assert_int_equal(fake_called("sys_set_uids"), 1);
    assert_int_equal(fake_called("sys_set_gids"), 1);
    run_free(&run);
}

/* PR_SET_SECUREBITS needs CAP_SETPCAP even when nothing changes. */
static void securebits_that_are_there_already_are_not_set(void **state) {
    const struct request lock = {.lock_securebits = true, .keep = BIND};
    struct run run;

    (void)state;
    as_user_with(BIND);
    fake.bounding = BIND;
    fake.securebits = SECBITS_LOCKDOWN;
    fake.parent_death_signal = 0;
    run_play(&lock, REAL, &run);
    assert_true(fake.exec_reached);
    assert_int_equal(fake_called("sys_set_securebits"), 0);
    assert_int_equal(fake_called("sys_set_keepcaps"), 0);
    run_free(&run);
}

static void parent_dies(const char *name) {
    if (strcmp(name, "sys_set_uids") == 0)
        fake.parent = 1;
}

static void a_parent_that_ends_while_its_signal_is_off_is_noticed(void **state) {
    struct run run;

    (void)state;
    as_root();
    fake.before = parent_dies;
    run_to_failure(&EVERYTHING, &run);
    assert_int_equal(run.f.code, FAIL_PARENT_GONE);
    assert_non_null(strstr(run.f.text, "the parent, process "));
    assert_string_equal(run.f.step, "parent-death");
    run_free(&run);
}

static void without_a_parent_death_signal_the_parent_may_end(void **state) {
    struct run run;

    (void)state;
    as_root();
    fake.parent_death_signal = 0;
    fake.before = parent_dies;
    run_play(&EVERYTHING, REAL, &run);
    assert_true(fake.exec_reached);
    run_free(&run);
}

static void nothing_is_given_away_when_the_program_is_refused(void **state) {
    struct run run;

    (void)state;
    as_root();
    fake_find_file(SERVER)->mode = S_IFREG | 0700; /* now no other user may execute it */
    run_to_failure(&EVERYTHING, &run);
    assert_string_equal(run.f.step, "program");
    for (unsigned fd = 0; fd < 3; fd++)
        assert_int_equal(fake.streams[fd].owner, 0);
    assert_int_equal(fake.open_above_stderr, 5);
    run_free(&run);
}

static void only_pipes_of_another_owner_are_handed_over(void **state) {
    struct run run;

    (void)state;
    as_root();
    fake.streams[0].handed_over = false; /* a file, a socket, another user's terminal */
    fake.streams[2].owner = WWW;         /* the new user's already */
    run_play(&EVERYTHING, REAL, &run);
    assert_true(fake.exec_reached);
    assert_int_equal(fake_called("sys_chown_fd"), 1);
    assert_int_equal(fake.streams[0].owner, 0);
    assert_int_equal(fake.streams[1].owner, WWW);
    run_free(&run);
}

/* As far as the plan, which the test changes before it is made true. */
static void plan_everything(struct run *run) {
    as_root();
    run_until(&EVERYTHING, STAGE_PLAN, run);
}

static void a_dry_run_leaves_the_standard_streams_alone(void **state) {
    struct run run;

    (void)state;
    plan_everything(&run);
    run.p.plan.dry_run = true;
    run_force(REAL, &run);
    assert_int_equal(run.p.next, STAGES);
    assert_int_equal(fake_called("sys_chown_fd"), 0);
    assert_int_equal(fake_called("sys_stdio_owner"), 3); /* at the start only */
    run_free(&run);
}

static void a_blocked_keyctl_is_no_obstacle(void **state) {
    struct run run;

    (void)state;
    as_root();
    fake.keyctl_blocked = true;
    run_play(&EVERYTHING, REAL, &run);
    assert_true(fake.exec_reached);
    run_free(&run);
}

static const struct fake_call *first_call(const char *name) {
    for (size_t i = 0; i < fake.call_count; i++)
        if (strcmp(fake.calls[i].name, name) == 0)
            return &fake.calls[i];
    fail_msg("%s was not called", name);
    return NULL;
}

/* What the kernel does not let a process inherit is refused before anything is given up. */
static void the_first_step_makes_all_effective_and_what_is_kept_inheritable(void **state) {
    struct run run;

    (void)state;
    as_root();
    fake.inheritable = RAW;
    run_play(&EVERYTHING, REAL, &run);
    assert_true(fake.exec_reached);
    const struct fake_call *capset = first_call("sys_set_caps");
    assert_true(capset->a == run.p.start.cred.permitted && capset->b == capset->a);
    assert_true(capset->c == (RAW | BIND));
    run_free(&run);
}

static void descriptors_above_2_are_nobodys_to_hand_over(void **state) {
    struct run run;

    (void)state;
    plan_everything(&run);
    run.p.plan.stdio = ~0u;
    run_force(REAL, &run);
    assert_int_equal(run.p.next, STAGES);
    assert_int_equal(fake_called("sys_chown_fd"), 3);
    assert_int_equal(fake_called("sys_stdio_owner"), 3 + 3); /* at the start, and in the proof */
    run_free(&run);
}

/* ---- user namespaces ---- */

/* *gid is the only group, and has to outlive the run. */
static struct request becoming(uid_t uid, gid_t *gid) {
    return (struct request){.change_identity = true,
                            .uid = uid,
                            .gid = *gid,
                            .change_groups = true,
                            .groups = {1, gid},
                            .no_new_privs = true};
}

static void become(uid_t uid, gid_t gid, struct run *run) {
    const struct request request = becoming(uid, &gid);

    run_play(&request, REAL, run);
}

static void an_id_without_a_mapping_is_refused_by_name(void **state) {
    struct run run;

    (void)state;
    as_root_for_root();
    fake.uid_map = (struct fake_map){0, 100};
    become(WWW, WWW, &run);
    assert_true(fake.exec_reached);
    run_free(&run);

    as_root_for_root();
    fake.uid_map = (struct fake_map){0, 1};
    become(WWW, 0, &run);
    assert_string_equal(run.f.step, "uid");
    assert_int_equal(run.f.code, FAIL_UNMAPPED_ID);
    run_free(&run);

    as_root_for_root();
    fake.gid_map = (struct fake_map){0, 1};
    become(0, WWW, &run);
    assert_string_equal(run.f.step, "groups");
    assert_int_equal(run.f.code, FAIL_UNMAPPED_ID);
    run_free(&run);
}

static void denied_setgroups_is_refused_by_name(void **state) {
    struct run run;

    (void)state;
    as_root_for_root();
    fake.setgroups_denied = true;
    become(WWW, WWW, &run);
    assert_string_equal(run.f.step, "groups");
    assert_int_equal(run.f.code, FAIL_SETGROUPS_DENIED);
    run_free(&run);

    as_root_for_root();
    fake.gid_map.count = 0; /* where no gid is mapped, no process may */
    become(WWW, WWW, &run);
    assert_string_equal(run.f.step, "groups");
    assert_int_equal(run.f.code, FAIL_SETGROUPS_DENIED);
    run_free(&run);
}

static void where_setgroups_is_denied_other_errors_are_what_they_are(void **state) {
    const struct {
        const char *call, *step;
        int error;
    } rows[] = {{"sys_set_groups", "groups", ENOMEM}, {"sys_bounding_drop", "bounding", EPERM}};

    gid_t group = WWW;
    const struct request request = becoming(WWW, &group);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run run;

        as_root_for_root();
        run_until(&request, STAGE_PREFLIGHT, &run);
        fake.setgroups_denied = true; /* from here on: the preflight would refuse it */
        (void)fake_arm(FAKE_FAILS, rows[i].call, 1, rows[i].error);
        assert_int_equal(pipeline_advance(&run.p, STAGE_CHANGE, &run.f), -1);
        assert_string_equal(run.f.step, rows[i].step);
        assert_int_equal(run.f.code, FAIL_SYSTEM_CALL);
        run_free(&run);
    }
}

static void gain_while_confirmed(const char *name) {
    if (strncmp(name, "sys_confirm_", strlen("sys_confirm_")) == 0)
        fake.permitted |= RAW;
}

/* Each of the two confirmations alone, and whatever changes with it. */
static void what_is_confirmed_is_read_again(void **state) {
    const struct {
        uid_t uid;
        gid_t gid;
        unsigned uids, gids; /* how often each is confirmed */
    } rows[] = {{FAKE_OVERFLOW_UID, FAKE_OVERFLOW_GID, 1, 1},
                {FAKE_OVERFLOW_UID, 1000, 1, 0},
                {1000, FAKE_OVERFLOW_GID, 0, 1},
                {1000, 1000, 0, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {
            .change_identity = true, .uid = rows[i].uid, .gid = rows[i].gid, .no_new_privs = true};
        struct run run;

        as_unmapped_root();
        run_until(&request, STAGE_CHANGE, &run);
        assert_int_equal(verify_goal(&run.p.plan, &run.f), 0);
        assert_int_equal(fake_called("sys_confirm_uid"), rows[i].uids);
        assert_int_equal(fake_called("sys_confirm_gid"), rows[i].gids);
        unsigned read = fake_called("sys_get_caps");
        fake.before = gain_while_confirmed;
        int status = verify_goal(&run.p.plan, &run.f);
        bool confirms = rows[i].uids + rows[i].gids > 0;
        assert_int_equal(status, confirms ? -1 : 0);
        assert_int_equal(fake_called("sys_get_caps") - read, confirms ? 2 : 1);
        if (confirms)
            assert_non_null(strstr(run.f.text, "permitted"));
        run_free(&run);
    }
}

/* An id that only reads as the goal's is noticed, and one that a call has made true is not. */
static void an_id_that_the_kernel_does_not_confirm_is_refused(void **state) {
    const struct request request = {TO_NOBODY, .no_new_privs = true};
    const fake_id root = FAKE_UNMAPPED(0);

    (void)state;
    for (unsigned which = 0; which < 2; which++) {
        struct run run;

        as_unmapped_root();
        run_until(&request, STAGE_CHANGE, &run);
        *(which == 0 ? &fake.uid : &fake.gid) = (struct fake_ids){root, root, root, root};
        assert_int_equal(verify_goal(&run.p.plan, &run.f), -1);
        assert_int_equal(run.f.code, FAIL_NOT_AS_PLANNED);
        assert_int_equal(run.f.error, EPERM);
        assert_non_null(strstr(run.f.text, which == 0 ? "uid 65534" : "gid 65533"));
        run_free(&run);
    }
}

/* The kernel gives nothing away whose owner or group it does not map, by either of two errors. */
static void
a_stream_that_cannot_be_given_is_unmapped_only_where_not_every_id_is_mapped(void **state) {
    static const struct {
        bool mapped;
        int error;
        enum fail_code code;
    } rows[] = {{true, EINVAL, FAIL_SYSTEM_CALL},  {true, EPERM, FAIL_SYSTEM_CALL},
                {false, EINVAL, FAIL_UNMAPPED_ID}, {false, EPERM, FAIL_UNMAPPED_ID},
                {false, EIO, FAIL_SYSTEM_CALL},    {true, EIO, FAIL_SYSTEM_CALL}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        gid_t group = WWW;
        struct request request = becoming(WWW, &group);
        struct run run;

        request.chown_stdio = true;
        as_root_for_root();
        if (!rows[i].mapped)
            fake.uid_map = fake.gid_map = (struct fake_map){0, 70000};
        run_until(&request, STAGE_PREFLIGHT, &run);
        (void)fake_arm(FAKE_FAILS, "sys_chown_fd", 1, rows[i].error);
        assert_int_equal(pipeline_advance(&run.p, STAGE_CHANGE, &run.f), -1);
        assert_string_equal(run.f.step, "stdio");
        assert_int_equal(run.f.code, rows[i].code);
        run_free(&run);
    }
}

/* seccomp(2): a kernel without filters answers EINVAL, or ENOSYS to the whole call. */
static void a_kernel_without_filters_is_told_from_other_errors(void **state) {
    static const struct {
        int error;
        enum fail_code code;
    } rows[] = {{EINVAL, FAIL_UNSUPPORTED},
                {ENOSYS, FAIL_UNSUPPORTED},
                {EACCES, FAIL_SYSTEM_CALL},
                {ENOMEM, FAIL_SYSTEM_CALL}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {.disable_userns = true, .no_new_privs = true};
        struct run run;

        as_root_for_root();
        (void)fake_arm(FAKE_FAILS, "sys_disable_userns", 1, rows[i].error);
        run_play(&request, REAL, &run);
        assert_string_equal(run.f.step, "userns");
        assert_int_equal(run.f.code, rows[i].code);
        run_free(&run);
    }
}

/* Each error of a change of label has its own remedy, and the message names module and label. */
static void a_label_that_cannot_be_asked_for_is_explained_by_its_error(void **state) {
    static const struct {
        enum module module;
        bool no_new_privs;
        int error;
        enum fail_code code;
    } rows[] = {{MODULE_APPARMOR, false, EOPNOTSUPP, FAIL_MODULE_ABSENT},
                {MODULE_APPARMOR, false, ENOENT, FAIL_LABEL_UNKNOWN},
                {MODULE_SELINUX, false, EINVAL, FAIL_LABEL_UNKNOWN},
                {MODULE_APPARMOR, false, EACCES, FAIL_LABEL_DENIED},
                {MODULE_SELINUX, false, EPERM, FAIL_LABEL_DENIED},
                {MODULE_APPARMOR, true, EPERM, FAIL_LABEL_LOCKED},
                {MODULE_SELINUX, true, EACCES, FAIL_LABEL_LOCKED},
                {MODULE_SELINUX, false, ENOMEM, FAIL_SYSTEM_CALL}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request = {.no_new_privs = true};
        struct run run;

        request.label[rows[i].module] = "web";
        as_root_for_root();
        fake.no_new_privs = rows[i].no_new_privs;
        (void)fake_arm(FAKE_FAILS, "sys_enter_label", 1, rows[i].error);
        run_play(&request, REAL, &run);
        assert_string_equal(run.f.step, "label");
        assert_int_equal(run.f.code, rows[i].code);
        assert_int_equal(run.f.error, rows[i].error);
        assert_string_equal(run.f.text, rows[i].module == MODULE_APPARMOR
                                            ? "lsm_set_self_attr, AppArmor to web"
                                            : "lsm_set_self_attr, SELinux to web");
        run_free(&run);
    }
}

/* If both are requested, the error is about the one that failed. */
static void the_label_that_fails_is_the_one_that_is_named(void **state) {
    static const char *const texts[] = {"lsm_set_self_attr, AppArmor to web",
                                        "lsm_set_self_attr, SELinux to u:r:web_t:s0"};

    (void)state;
    for (unsigned nth = 1; nth <= COUNT(texts); nth++) {
        const struct request request = {
            .label = {[MODULE_APPARMOR] = "web", [MODULE_SELINUX] = "u:r:web_t:s0"}};
        struct run run;

        as_root_for_root();
        (void)fake_arm(FAKE_FAILS, "sys_enter_label", nth, EACCES);
        run_play(&request, REAL, &run);
        assert_string_equal(run.f.text, texts[nth - 1]);
        run_free(&run);
    }
}

static void a_module_that_is_not_active_is_refused_before_anything_changes(void **state) {
    static const struct {
        int error;
        const char *step;
        enum fail_code code;
    } rows[] = {{EOPNOTSUPP, "label", FAIL_MODULE_ABSENT}, {EPERM, "start", FAIL_SYSTEM_CALL}};

    (void)state;
    for (enum module module = 0; module < MODULES; module++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct request request = {0};
            struct run run;

            request.label[module] = "web";
            as_root_for_root();
            (void)fake_arm(FAKE_FAILS, "sys_enters_label", 1, rows[i].error);
            run_play(&request, REAL, &run);
            assert_string_equal(run.f.step, rows[i].step);
            assert_int_equal(run.f.code, rows[i].code);
            assert_int_equal(run.f.error, rows[i].error);
            assert_non_null(strstr(run.f.text, label_module(module)));
            assert_int_equal(fake.writes, 0);
            run_free(&run);
        }
}

/* The proof refuses what differs, with the errno of the read that failed, or none. */
static void fails_to_verify(struct run *run, int error, const char *text) {
    assert_int_equal(pipeline_advance(&run->p, STAGE_VERIFY, &run->f), -1);
    assert_string_equal(run->f.step, "verify");
    assert_int_equal(run->f.code, FAIL_NOT_AS_PLANNED);
    assert_int_equal(run->f.error, error);
    assert_non_null(strstr(run->f.text, text));
}

/* The proof reads the label from the module again: another label, none, and no answer. */
static void a_label_that_would_not_be_entered_is_noticed(void **state) {
    static const struct {
        const char *in_force;
        int error;
    } rows[] = {{NULL, 0}, {"other", 0}, {"web", EIO}};

    (void)state;
    for (enum module module = 0; module < MODULES; module++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            struct request request = {0};
            struct run run;

            request.label[module] = "web";
            as_root_for_root();
            run_until(&request, STAGE_CHANGE, &run);
            fake.label[module] = rows[i].in_force;
            if (rows[i].error != 0)
                (void)fake_arm(FAKE_FAILS, "sys_enters_label", 1, rows[i].error);
            fails_to_verify(&run, rows[i].error, "would not enter web");
            run_free(&run);
        }
}

/* The errno is that of the read that failed; where both are read and differ from the plan, there is
 * none. */
static void a_filter_that_is_not_there_is_refused_with_the_errno_of_the_read(void **state) {
    static const struct {
        const char *failing; /* a reader of the proof, or NULL */
        bool removed;        /* the filter is gone again before the proof */
        int error;
    } rows[] = {{"sys_get_seccomp_mode", false, EACCES},
                {"sys_userns_refused", false, EIO},
                {"sys_userns_refused", true, EIO},
                {NULL, true, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct request request = {.disable_userns = true, .no_new_privs = true};
        struct run run;

        as_root_for_root();
        run_until(&request, STAGE_CHANGE, &run);
        if (rows[i].removed)
            fake.userns_disabled = false;
        if (rows[i].failing != NULL)
            (void)fake_arm(FAKE_FAILS, rows[i].failing, 1, rows[i].error);
        fails_to_verify(&run, rows[i].error, "user namespace could still be");
        run_free(&run);
    }
}

/* A list that reads as the requested one is emptied first; a failure to empty it is noticed. */
static void a_list_that_is_not_emptied_is_refused(void **state) {
    gid_t list[] = {FAKE_OVERFLOW_GID};
    const struct request request = {.change_groups = true, .groups = {1, list}};
    struct run run;

    (void)state;
    as_unmapped_root();
    fake_set_groups(1, list);
    run_until(&request, STAGE_PREFLIGHT, &run);
    assert_true(run.p.plan.clear_groups);
    (void)fake_arm(FAKE_LIES, "sys_set_groups", 1, 0);
    assert_int_equal(pipeline_advance(&run.p, STAGE_CHANGE, &run.f), -1);
    assert_string_equal(run.f.step, "groups");
    assert_int_equal(run.f.error, EIO);
    run_free(&run);
}

/* The root of another namespace, unmapped here, reads as 65534: not the user nobody. */
static void an_unmapped_id_is_not_taken_for_nobody(void **state) {
    struct run run;

    (void)state;
    as_user();
    fake_be(FAKE_OVERFLOW_UID, FAKE_OVERFLOW_GID);
    fake_set_groups(1, (const gid_t[]){FAKE_OVERFLOW_GID});
    become(FAKE_OVERFLOW_UID, FAKE_OVERFLOW_GID, &run); /* really nobody: nothing to change */
    assert_true(fake.exec_reached);
    run_free(&run);

    as_user();
    fake.uid =
        (struct fake_ids){FAKE_UNMAPPED(0), FAKE_UNMAPPED(0), FAKE_UNMAPPED(0), FAKE_UNMAPPED(0)};
    fake_set_groups(1, (const gid_t[]){1000});
    fake.uid_map = (struct fake_map){0, 1000};
    become(FAKE_OVERFLOW_UID, 1000, &run);
    assert_false(fake.exec_reached);
    assert_string_equal(run.f.step, "uid");
    assert_int_equal(run.f.code, FAIL_UNMAPPED_ID);
    run_free(&run);

    as_user();
    fake.uid =
        (struct fake_ids){FAKE_UNMAPPED(0), FAKE_UNMAPPED(0), FAKE_UNMAPPED(0), FAKE_UNMAPPED(0)};
    fake_set_groups(1, (const gid_t[]){1000});
    become(FAKE_OVERFLOW_UID, 1000, &run); /* 65534 is mapped, and it is another user */
    assert_false(fake.exec_reached);
    assert_string_equal(run.f.step, "uid");
    assert_int_equal(run.f.error, EPERM);
    run_free(&run);

    as_user();
    fake.gid =
        (struct fake_ids){FAKE_UNMAPPED(0), FAKE_UNMAPPED(0), FAKE_UNMAPPED(0), FAKE_UNMAPPED(0)};
    fake.gid_map = (struct fake_map){0, 1000};
    become(1000, FAKE_OVERFLOW_GID, &run);
    assert_false(fake.exec_reached);
    run_free(&run);
}

static void an_unmapped_group_is_not_taken_for_nogroup(void **state) {
    struct run run;

    (void)state;
    as_user();
    fake_be(1000, FAKE_OVERFLOW_GID);
    fake.group_count = 1;
    fake.groups[0] = FAKE_UNMAPPED(0); /* reads as 65534 */
    fake.gid_map = (struct fake_map){0, 100000};
    become(1000, FAKE_OVERFLOW_GID, &run);
    assert_false(fake.exec_reached);
    assert_int_equal(run.p.next, STAGE_PREFLIGHT); /* setgroups has to be called */
    assert_int_equal(run.f.code, FAIL_NEED_SETGID);
    run_free(&run);

    as_user_with(SETGID | PCAP);
    fake_be(1000, FAKE_OVERFLOW_GID);
    fake.group_count = 1;
    fake.groups[0] = FAKE_UNMAPPED(0);
    fake.gid_map = (struct fake_map){0, 100000};
    become(1000, FAKE_OVERFLOW_GID, &run);
    assert_true(fake.exec_reached);
    assert_int_equal(fake.groups[0], FAKE_OVERFLOW_GID); /* the real one now */
    run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_differs_from_the_goal_is_named),
        cmocka_unit_test(what_is_as_planned_is_proved),
        cmocka_unit_test(another_device_or_inode_is_another_directory),
        cmocka_unit_test(groups_are_compared_as_a_sorted_multiset),
        cmocka_unit_test(an_old_id_that_can_be_taken_back_is_reported_as_such),
        cmocka_unit_test(the_probe_comes_before_anything_is_read),
        cmocka_unit_test(nothing_follows_a_probe_that_succeeded),
        cmocka_unit_test(only_an_id_that_may_be_taken_back_is_not_probed),
        cmocka_unit_test(what_reads_as_on_and_is_not_in_force_is_noticed),
        cmocka_unit_test(only_what_the_run_has_changed_is_asked_twice),
        cmocka_unit_test(an_error_says_what_it_means_where_it_can),
        cmocka_unit_test(a_list_of_groups_that_is_not_set_is_named_by_its_ends),
        cmocka_unit_test(a_program_that_is_refused_is_a_failure_of_the_run),
        cmocka_unit_test(a_process_that_is_as_asked_for_is_not_touched),
        cmocka_unit_test(securebits_that_are_there_already_are_not_set),
        cmocka_unit_test(a_parent_that_ends_while_its_signal_is_off_is_noticed),
        cmocka_unit_test(without_a_parent_death_signal_the_parent_may_end),
        cmocka_unit_test(nothing_is_given_away_when_the_program_is_refused),
        cmocka_unit_test(only_pipes_of_another_owner_are_handed_over),
        cmocka_unit_test(a_dry_run_leaves_the_standard_streams_alone),
        cmocka_unit_test(a_blocked_keyctl_is_no_obstacle),
        cmocka_unit_test(the_first_step_makes_all_effective_and_what_is_kept_inheritable),
        cmocka_unit_test(descriptors_above_2_are_nobodys_to_hand_over),
        cmocka_unit_test(an_id_without_a_mapping_is_refused_by_name),
        cmocka_unit_test(denied_setgroups_is_refused_by_name),
        cmocka_unit_test(where_setgroups_is_denied_other_errors_are_what_they_are),
        cmocka_unit_test(what_is_confirmed_is_read_again),
        cmocka_unit_test(an_id_that_the_kernel_does_not_confirm_is_refused),
        cmocka_unit_test(
            a_stream_that_cannot_be_given_is_unmapped_only_where_not_every_id_is_mapped),
        cmocka_unit_test(a_label_that_cannot_be_asked_for_is_explained_by_its_error),
        cmocka_unit_test(the_label_that_fails_is_the_one_that_is_named),
        cmocka_unit_test(a_module_that_is_not_active_is_refused_before_anything_changes),
        cmocka_unit_test(a_label_that_would_not_be_entered_is_noticed),
        cmocka_unit_test(a_kernel_without_filters_is_told_from_other_errors),
        cmocka_unit_test(a_filter_that_is_not_there_is_refused_with_the_errno_of_the_read),
        cmocka_unit_test(a_list_that_is_not_emptied_is_refused),
        cmocka_unit_test(an_unmapped_id_is_not_taken_for_nobody),
        cmocka_unit_test(an_unmapped_group_is_not_taken_for_nogroup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
