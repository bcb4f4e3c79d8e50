/* Checks of watched processes are distinguished by result, process and namespace. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "learn/attach/members.h"
#include "learn/attach/seen.h"
#include "learn/checks/privilege.h"

static const char KALLSYMS[] = "1000 T cap_capable\n"
                               "1010 T security_vm_enough_memory_mm\n"
                               "1020 t ovl_permission\n"
                               "1030 T __x64_sys_openat\n"
                               "1040 T do_syscall_64\n";

enum { CAPABLE = 0x1005, ENOUGH = 0x1015, OVL = 0x1025, OPENAT = 0x1035, SYSCALL = 0x1045 };
enum { HERE = 0x111000, ELSEWHERE = 0x222000, NESTED = 0x333000, OUR_INODE = 7, OTHER_INODE = 8 };
enum { MINE = 0xa000, MOUNTER = 0xb000, PID = 10 };

struct scene {
    struct kallsyms kallsyms;
    struct seen seen;
    struct member member;
};

static void set_up(struct scene *scene) {
    char text[sizeof KALLSYMS];

    memset(scene, 0, sizeof *scene);
    memcpy(text, KALLSYMS, sizeof text);
    FILE *file = fmemopen(text, sizeof text - 1, "r");
    assert_non_null(file);
    assert_int_equal(kallsyms_read(&scene->kallsyms, file), 0);
    (void)fclose(file);
    assert_int_equal(seen_begin(&scene->seen, &scene->kallsyms), 0);
    scene->seen.our_ns = HERE;
    scene->seen.our_inode = OUR_INODE;
    scene->member = (struct member){.pid = PID, .name = "server", .user_namespace = OUR_INODE};
}

static void tear_down(struct scene *scene) {
    seen_free(&scene->seen);
    kallsyms_free(&scene->kallsyms);
}

/* below: the function that the check is made in. */
static void check_in(struct scene *scene, unsigned cap, bool granted, uint64_t target,
                     uint64_t found, uint64_t cred, uint64_t below) {
    const uint64_t chain[] = {CAPABLE, below, OPENAT, SYSCALL};
    const struct record record = {.kind = RECORD_CHECK,
                                  .pid = PID,
                                  .tid = PID,
                                  .cap = cap,
                                  .result = granted ? RESULT_GRANTED : RESULT_REFUSED,
                                  .target_ns = target,
                                  .capable_ns = granted ? found : 0,
                                  .cred = cred,
                                  .chain = chain,
                                  .depth = sizeof chain / sizeof chain[0]};

    seen_check(&scene->seen, &scene->member, &record, 0, 0);
}

static void check(struct scene *scene, unsigned cap, bool granted) {
    check_in(scene, cap, granted, HERE, HERE, MINE, OPENAT);
}

static void what_is_granted_is_used_and_held(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check(&scene, CAP_KILL, true);
    check(&scene, CAP_CHOWN, false);
    const struct seen_sets *sets = &scene.seen.sets;
    assert_int_equal(sets->used, CAP_MASK(CAP_KILL));
    assert_int_equal(sets->held, CAP_MASK(CAP_KILL));
    assert_int_equal(sets->refused, CAP_MASK(CAP_CHOWN));
    assert_memory_equal(sets, &scene.seen.programs[0].sets, sizeof *sets);
    assert_int_equal(scene.seen.checks, 2);
    assert_string_equal(scene.seen.caps[CAP_KILL].used.list[0].call, "openat");
    tear_down(&scene);
}

static void what_is_raised_in_the_ambient_set_is_used(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    scene.member.permitted = CAP_MASK(CAP_KILL) | CAP_MASK(CAP_SYS_NICE);
    seen_raise(&scene.seen, &scene.member, CAP_KILL, true, 0, 0);
    seen_raise(&scene.seen, &scene.member, CAP_CHOWN, false, 0, 0);
    seen_raise(&scene.seen, &scene.member, CAP_SYS_NICE, false, 0, 0); /* held: a securebit */
    scene.member.own_namespace = true;
    seen_raise(&scene.seen, &scene.member, CAP_NET_RAW, true, 0, 0);
    const struct seen_sets *sets = &scene.seen.sets;
    assert_int_equal(sets->used, CAP_MASK(CAP_KILL));
    assert_int_equal(sets->refused, CAP_MASK(CAP_CHOWN));
    assert_int_equal(scene.seen.phases.list[0].caps, CAP_MASK(CAP_KILL));
    assert_string_equal(scene.seen.caps[CAP_KILL].used.list[0].call, "prctl");
    tear_down(&scene);
}

static void noise_is_neither(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check_in(&scene, CAP_SYS_ADMIN, true, HERE, HERE, MINE, ENOUGH);
    check_in(&scene, CAP_SYS_ADMIN, false, HERE, HERE, MINE, ENOUGH);
    assert_int_equal(scene.seen.sets.used | scene.seen.sets.refused, 0);
    assert_int_equal(scene.seen.caps[CAP_SYS_ADMIN].ignored.checks, 2);
    tear_down(&scene);
}

static void a_namespace_of_its_own_does_not_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check_in(&scene, CAP_SYS_CHROOT, true, ELSEWHERE, ELSEWHERE, MINE, OPENAT);
    assert_int_equal(scene.seen.sets.used | scene.seen.sets.held, 0);
    tear_down(&scene);
}

static void a_namespace_that_it_was_given_counts(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    scene.member.user_namespace = OTHER_INODE;
    scene.member.namespace_at = ELSEWHERE;
    check_in(&scene, CAP_SYS_CHROOT, true, ELSEWHERE, ELSEWHERE, MINE, OPENAT);
    check_in(&scene, CAP_KILL, false, ELSEWHERE, 0, MINE, OPENAT);
    check_in(&scene, CAP_SYSLOG, false, HERE, 0, MINE, OPENAT);
    check_in(&scene, CAP_SETUID, true, NESTED, NESTED, MINE, OPENAT);
    assert_int_equal(scene.seen.sets.used, CAP_MASK(CAP_SYS_CHROOT));
    assert_int_equal(scene.seen.sets.refused, CAP_MASK(CAP_KILL));
    assert_int_equal(scene.seen.sets.outside, CAP_MASK(CAP_SYSLOG));
    tear_down(&scene);
}

/* Of a process that has entered another namespace, what it holds there was not given to it. */
static void what_it_holds_in_a_namespace_of_its_own_is_not_held(void **state) {
    (void)state;
    struct scene scene;
    struct process process = {.pid = PID, .user_namespace = OUR_INODE, .permitted = 1};

    set_up(&scene);
    seen_state(&scene.seen, &scene.member, &process);
    process.user_namespace = OTHER_INODE;
    process.permitted = UINT64_MAX;
    seen_state(&scene.seen, &scene.member, &process);
    assert_int_equal(scene.seen.sets.held, 1);
    assert_false(scene.seen.programs[0].other_namespace);
    tear_down(&scene);
}

static void what_an_overlay_asks_of_its_mounter_does_not_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check(&scene, CAP_KILL, true);
    check_in(&scene, CAP_DAC_OVERRIDE, true, HERE, HERE, MOUNTER, OVL);
    check_in(&scene, CAP_DAC_OVERRIDE, true, HERE, HERE, MOUNTER, OVL);
    assert_int_equal(scene.seen.doubt_count, 1);
    seen_end(&scene.seen, PID);
    assert_int_equal(scene.seen.doubt_count, 0);
    assert_int_equal(scene.seen.sets.used, CAP_MASK(CAP_KILL));
    assert_int_equal(scene.seen.caps[CAP_DAC_OVERRIDE].ignored.checks, 2);
    tear_down(&scene);
}

static void credentials_that_turn_out_to_be_its_own_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check_in(&scene, CAP_DAC_OVERRIDE, true, HERE, HERE, MINE, OVL);
    assert_int_equal(scene.seen.sets.used, 0);
    check(&scene, CAP_KILL, true);
    assert_int_equal(scene.seen.sets.used, CAP_MASK(CAP_KILL) | CAP_MASK(CAP_DAC_OVERRIDE));
    tear_down(&scene);
}

/* The address that one process had for its credentials is that of a mounter's later. */
static void an_address_that_is_used_again_by_others_does_not_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check_in(&scene, CAP_KILL, true, HERE, HERE, MOUNTER, OPENAT); /* its own, then */
    seen_end(&scene.seen, PID);
    scene.member = (struct member){.pid = PID, .name = "server", .user_namespace = OUR_INODE};
    check_in(&scene, CAP_DAC_OVERRIDE, true, HERE, HERE, MOUNTER, OVL);
    seen_end(&scene.seen, PID);
    assert_int_equal(scene.seen.sets.used, CAP_MASK(CAP_KILL));
    tear_down(&scene);
}

/* An overlay makes credentials for one operation; the program's next ones may be at their place. */
static void an_address_that_becomes_its_own_later_does_not_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check_in(&scene, CAP_KILL, true, HERE, HERE, MINE, OPENAT);
    check_in(&scene, CAP_SYS_ADMIN, true, HERE, HERE, MOUNTER, OVL);
    check_in(&scene, CAP_CHOWN, true, HERE, HERE, MINE, OPENAT);
    assert_int_equal(scene.seen.doubt_count, 0);
    check_in(&scene, CAP_SETUID, true, HERE, HERE, MOUNTER, OPENAT); /* its own now */
    assert_int_equal(scene.seen.sets.used,
                     CAP_MASK(CAP_KILL) | CAP_MASK(CAP_CHOWN) | CAP_MASK(CAP_SETUID));
    assert_int_equal(scene.seen.caps[CAP_SYS_ADMIN].ignored.checks, 1);
    tear_down(&scene);
}

static void an_address_that_was_its_own_once_does_not_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check_in(&scene, CAP_KILL, true, HERE, HERE, MOUNTER, OPENAT); /* its own, then */
    check_in(&scene, CAP_CHOWN, true, HERE, HERE, MINE, OPENAT);
    check_in(&scene, CAP_SYS_ADMIN, true, HERE, HERE, MOUNTER, OVL);
    check_in(&scene, CAP_CHOWN, true, HERE, HERE, MINE, OPENAT);
    assert_int_equal(scene.seen.sets.used, CAP_MASK(CAP_KILL) | CAP_MASK(CAP_CHOWN));
    check_in(&scene, CAP_FOWNER, true, HERE, HERE, MINE, OVL); /* and these are */
    assert_true((scene.seen.sets.used & CAP_MASK(CAP_FOWNER)) != 0);
    tear_down(&scene);
}

/* Another thread's credentials say nothing of those that this one had. */
static void credentials_are_compared_thread_by_thread(void **state) {
    (void)state;
    struct scene scene;
    struct record own = {.kind = RECORD_CHECK,
                         .pid = PID,
                         .tid = PID + 1,
                         .cap = CAP_CHOWN,
                         .result = RESULT_GRANTED,
                         .target_ns = HERE,
                         .capable_ns = HERE,
                         .cred = MINE};
    const uint64_t chain[] = {CAPABLE, OPENAT, OPENAT, SYSCALL};

    set_up(&scene);
    own.chain = chain;
    own.depth = sizeof chain / sizeof chain[0];
    check_in(&scene, CAP_KILL, true, HERE, HERE, MINE, OPENAT);
    check_in(&scene, CAP_FOWNER, true, HERE, HERE, MOUNTER, OVL);
    seen_check(&scene.seen, &scene.member, &own, 0, 0);
    assert_int_equal(scene.seen.doubt_count, 1);
    own.cred = MOUNTER;
    seen_check(&scene.seen, &scene.member, &own, 0, 0);
    assert_true((scene.seen.sets.used & CAP_MASK(CAP_FOWNER)) != 0);
    tear_down(&scene);
}

static void doubts_that_find_no_room_do_not_count(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    for (uint64_t i = 0; i < SEEN_DOUBTS + 10; i++)
        check_in(&scene, CAP_DAC_OVERRIDE, true, HERE, HERE, MOUNTER + 64 * i, OVL);
    assert_int_equal(scene.seen.doubt_count, SEEN_DOUBTS);
    seen_end(&scene.seen, PID);
    assert_int_equal(scene.seen.sets.used, 0);
    assert_int_equal(scene.seen.caps[CAP_DAC_OVERRIDE].ignored.checks, SEEN_DOUBTS + 10);
    tear_down(&scene);
}

static void programs_that_find_no_room_are_told_together(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    for (unsigned i = 0; i < SEEN_PROGRAMS + 10; i++) {
        scene.member = (struct member){.pid = PID + i, .user_namespace = OUR_INODE};
        (void)snprintf(scene.member.name, sizeof scene.member.name, "program%u", i);
        check(&scene, CAP_KILL, true);
    }
    assert_true(scene.seen.more_programs);
    assert_int_equal(scene.seen.program_count, SEEN_PROGRAMS - 1);
    assert_int_equal(scene.seen.programs[SEEN_PROGRAMS - 1].processes, 11);
    assert_int_equal(scene.seen.processes, SEEN_PROGRAMS + 10);
    tear_down(&scene);
}

static void a_kprobe_is_answered_by_what_is_permitted(void **state) {
    (void)state;
    struct scene scene;
    const uint64_t chain[] = {CAPABLE, OPENAT, SYSCALL};
    struct record record = {.kind = RECORD_CHECK,
                            .pid = PID,
                            .tid = PID,
                            .cap = CAP_KILL,
                            .result = RESULT_UNKNOWN,
                            .target_ns = HERE,
                            .chain = chain,
                            .depth = 3};

    set_up(&scene);
    scene.member.permitted = CAP_MASK(CAP_KILL);
    seen_check(&scene.seen, &scene.member, &record, 0, 0);
    record.cap = CAP_CHOWN;
    seen_check(&scene.seen, &scene.member, &record, 0, 0);
    record.cap = CAP_BITS;
    seen_check(&scene.seen, &scene.member, &record, 0, 0);
    assert_int_equal(scene.seen.sets.used, CAP_MASK(CAP_KILL));
    assert_int_equal(scene.seen.sets.refused, CAP_MASK(CAP_CHOWN));
    tear_down(&scene);
}

static void what_is_new_is_counted(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check(&scene, CAP_KILL, true);
    uint64_t news = scene.seen.news;
    check(&scene, CAP_KILL, true);
    assert_int_equal(scene.seen.news, news);
    check(&scene, CAP_KILL, false);
    assert_int_equal(scene.seen.news, news + 1);
    tear_down(&scene);
}

static void a_process_is_of_the_program_of_its_last_name(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    check(&scene, CAP_KILL, true);
    seen_leave(&scene.seen, &scene.member);
    (void)strcpy(scene.member.name, "worker");
    check(&scene, CAP_CHOWN, true);
    assert_int_equal(scene.seen.programs[0].processes, 0);
    assert_int_equal(scene.seen.programs[1].processes, 1);
    assert_int_equal(scene.seen.programs[1].sets.used, CAP_MASK(CAP_CHOWN));
    assert_int_equal(scene.seen.processes, 1);
    tear_down(&scene);
}

/* All that a watch keeps, and one process that comes, asks and goes. */
struct watch_of_all {
    struct scene scene;
    struct members members;
    struct privilege privilege;
};

static void come_and_go(struct watch_of_all *all, uint64_t time, uint32_t pid) {
    struct record record = {
        .kind = RECORD_FORK, .time = time, .pid = pid, .tid = pid, .parent = 5, .parent_tid = 5};
    const uint64_t chain[] = {CAPABLE, OPENAT, SYSCALL};

    privilege_add(&all->privilege, &record);
    members_add(&all->members, &record);
    record = (struct record){.kind = RECORD_CHECK,
                             .time = time,
                             .pid = pid,
                             .tid = pid,
                             .cap = CAP_KILL,
                             .result = RESULT_GRANTED,
                             .target_ns = HERE,
                             .capable_ns = HERE,
                             .cred = 0xffff000000000000 + 192 * (time % 1000000),
                             .chain = chain,
                             .depth = 3};
    privilege_add(&all->privilege, &record);
    struct member *member = members_act(&all->members, pid);
    assert_non_null(member);
    seen_check(&all->scene.seen, member, &record, 0, 0);
    seen_end(&all->scene.seen, pid);
    privilege_forget(&all->privilege, pid);
    record = (struct record){.kind = RECORD_END, .time = time, .pid = pid, .tid = pid, .parent = 5};
    members_add(&all->members, &record);
}

/* In bytes; if the C library does not report them, in pages of the process. */
static size_t in_use(void) {
#ifdef __GLIBC__
    return mallinfo2().uordblks;
#else
    size_t data = 0;
    FILE *statm = fopen("/proc/self/statm", "r");

    assert_non_null(statm);
    assert_int_equal(fscanf(statm, "%*s %*s %*s %*s %*s %zu", &data), 1);
    (void)fclose(statm);
    return data;
#endif
}

static void an_hour_of_300_processes_a_second_takes_no_memory(void **state) {
    (void)state;
    enum { SECOND = 300, HOUR = 3600 * SECOND };
    static struct watch_of_all all;

    set_up(&all.scene);
    assert_int_equal(privilege_begin_following(&all.privilege), 0);
    for (uint64_t i = 0; i < SECOND; i++)
        come_and_go(&all, i, (uint32_t)(100 + i % 4000000));
    size_t before = in_use();
    for (uint64_t i = SECOND; i < HOUR; i++)
        come_and_go(&all, i, (uint32_t)(100 + i % 4000000));
    assert_int_equal(in_use(), before);
    assert_int_equal(all.scene.seen.caps[CAP_KILL].used.checks, HOUR);
    assert_int_equal(all.scene.seen.processes, HOUR);
    members_free(&all.members);
    privilege_free(&all.privilege);
    tear_down(&all.scene);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_granted_is_used_and_held),
        cmocka_unit_test(what_is_raised_in_the_ambient_set_is_used),
        cmocka_unit_test(noise_is_neither),
        cmocka_unit_test(a_namespace_of_its_own_does_not_count),
        cmocka_unit_test(a_namespace_that_it_was_given_counts),
        cmocka_unit_test(what_it_holds_in_a_namespace_of_its_own_is_not_held),
        cmocka_unit_test(what_an_overlay_asks_of_its_mounter_does_not_count),
        cmocka_unit_test(credentials_that_turn_out_to_be_its_own_count),
        cmocka_unit_test(an_address_that_is_used_again_by_others_does_not_count),
        cmocka_unit_test(an_address_that_becomes_its_own_later_does_not_count),
        cmocka_unit_test(an_address_that_was_its_own_once_does_not_count),
        cmocka_unit_test(credentials_are_compared_thread_by_thread),
        cmocka_unit_test(doubts_that_find_no_room_do_not_count),
        cmocka_unit_test(programs_that_find_no_room_are_told_together),
        cmocka_unit_test(a_kprobe_is_answered_by_what_is_permitted),
        cmocka_unit_test(what_is_new_is_counted),
        cmocka_unit_test(a_process_is_of_the_program_of_its_last_name),
        cmocka_unit_test(an_hour_of_300_processes_a_second_takes_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
