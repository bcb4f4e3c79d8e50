/* The watched processes follow from one reading of /proc and the records since then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/attach/members.h"

enum { INIT = 1, ROOT = 10, CHILD = 20, GRANDCHILD = 30, STRANGER = 40, GONE = 50 };

/* The time at which /proc is read; records come before and after. */
enum { BEFORE = 100, LOOK = 200, AFTER = 300 };

struct scene {
    struct members members;
    struct process then[16], now[16]; /* by process id */
    struct processes before, after;
};

static struct process process(uint32_t pid, uint32_t parent) {
    return (struct process){
        .pid = pid, .parent = parent, .start = pid, .time = LOOK, .threads = 1, .name = "name"};
}

static void set_up(struct scene *scene) {
    memset(scene, 0, sizeof *scene);
    scene->before = (struct processes){.list = scene->then};
    scene->after = (struct processes){.list = scene->now};
}

static void told(struct scene *scene, uint32_t pid, uint32_t parent) {
    scene->now[scene->after.count++] = process(pid, parent);
}

static void told_before(struct scene *scene, uint32_t pid, uint32_t parent) {
    scene->then[scene->before.count++] = process(pid, parent);
}

static struct record fork_at(uint64_t time, uint32_t parent, uint32_t child) {
    return (struct record){.kind = RECORD_FORK,
                           .time = time,
                           .pid = child,
                           .tid = child,
                           .parent = parent,
                           .parent_tid = parent};
}

static struct record end_at(uint64_t time, uint32_t pid, uint32_t parent) {
    return (struct record){
        .kind = RECORD_END, .time = time, .pid = pid, .tid = pid, .parent = parent};
}

static uint32_t first_of_namespace;

static bool is_first(uint32_t pid) { return pid == first_of_namespace; }

static void settle(struct scene *scene) {
    static const uint32_t roots[] = {ROOT};
    const struct beginning beginning = {&scene->before, &scene->after, roots, 1, is_first};

    members_settle(&scene->members, &beginning);
}

/* What is there all the time. */
static void told_always(struct scene *scene, uint32_t pid, uint32_t parent) {
    told_before(scene, pid, parent);
    told(scene, pid, parent);
}

static void set_up_tree(struct scene *scene) {
    set_up(scene);
    told_always(scene, INIT, 0);
    told_always(scene, ROOT, INIT);
}

static void note(struct scene *scene, struct record record) {
    members_note(&scene->members, &record);
}

static void add(struct scene *scene, struct record record) {
    members_add(&scene->members, &record);
}

static bool is_member(const struct scene *scene, uint32_t pid) {
    const struct member *member = members_find(&scene->members, pid);

    return member != NULL && member_is_watched(member);
}

static void what_is_below_the_process_is_watched(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, INIT, 0);
    told(&scene, ROOT, INIT);
    told(&scene, CHILD, ROOT);
    told(&scene, GRANDCHILD, CHILD);
    told(&scene, STRANGER, INIT);
    settle(&scene);
    assert_true(is_member(&scene, ROOT) && is_member(&scene, CHILD) &&
                is_member(&scene, GRANDCHILD));
    assert_false(is_member(&scene, INIT) || is_member(&scene, STRANGER));
    members_free(&scene.members);
}

static void a_child_is_watched_as_its_parent(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    told(&scene, STRANGER, INIT);
    settle(&scene);
    add(&scene, fork_at(AFTER, ROOT, CHILD));
    add(&scene, fork_at(AFTER, STRANGER, STRANGER + 1));
    assert_true(is_member(&scene, CHILD));
    assert_false(is_member(&scene, STRANGER + 1));
    add(&scene, end_at(AFTER, ROOT, INIT));
    add(&scene, fork_at(AFTER, CHILD, GRANDCHILD)); /* whichever process is its parent now */
    assert_true(is_member(&scene, GRANDCHILD));
    members_free(&scene.members);
}

/* It is in /proc, and its fork is also recorded. */
static void a_fork_before_the_look_is_told_of_once(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    told(&scene, CHILD, ROOT);
    note(&scene, fork_at(BEFORE, ROOT, CHILD));
    settle(&scene);
    assert_null(members_find(&scene.members, CHILD)); /* it starts with its fork */
    add(&scene, fork_at(BEFORE, ROOT, CHILD));
    assert_true(is_member(&scene, CHILD));
    assert_int_equal(scene.members.count, 2);
    members_free(&scene.members);
}

/* It existed when the watch started, and had exited when /proc was read. */
static void who_ends_before_the_look_is_known_by_its_end(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    told(&scene, GRANDCHILD, INIT); /* its parent is gone */
    note(&scene, fork_at(BEFORE, CHILD, GRANDCHILD));
    note(&scene, end_at(BEFORE + 1, CHILD, ROOT));
    settle(&scene);
    assert_true(is_member(&scene, CHILD));
    add(&scene, fork_at(BEFORE, CHILD, GRANDCHILD));
    add(&scene, end_at(BEFORE + 1, CHILD, ROOT));
    assert_true(is_member(&scene, GRANDCHILD));
    assert_null(members_find(&scene.members, CHILD));
    members_free(&scene.members);
}

/* The number of one that had exited was in use again when /proc was read. */
static void a_number_that_comes_again_before_the_look_is_another_process(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    told(&scene, STRANGER, ROOT); /* the later one, which is ours */
    note(&scene, fork_at(BEFORE + 2, ROOT, STRANGER));
    note(&scene, end_at(BEFORE, STRANGER, INIT));
    settle(&scene);
    assert_false(is_member(&scene, STRANGER));
    add(&scene, end_at(BEFORE, STRANGER, INIT));
    add(&scene, fork_at(BEFORE + 2, ROOT, STRANGER));
    assert_true(is_member(&scene, STRANGER));
    members_free(&scene.members);
}

static void a_number_that_comes_again_later_is_another_process(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    told(&scene, CHILD, ROOT);
    settle(&scene);
    members_find(&scene.members, CHILD)->state_read = true;
    member_add_cred(members_find(&scene.members, CHILD), 0xc0de);
    add(&scene, end_at(AFTER, CHILD, ROOT));
    assert_null(members_find(&scene.members, CHILD));
    add(&scene, fork_at(AFTER + 1, INIT, CHILD));
    assert_false(is_member(&scene, CHILD));
    assert_false(member_has_cred(members_find(&scene.members, CHILD), 0xc0de));
    /* Also where the record of its end was lost. */
    add(&scene, fork_at(AFTER + 2, ROOT, CHILD));
    assert_true(is_member(&scene, CHILD));
    add(&scene, fork_at(AFTER + 3, INIT, CHILD));
    assert_false(is_member(&scene, CHILD));
    members_free(&scene.members);
}

/* Its parent exited between the two readings, and others took it over. */
static void who_was_a_descendant_before_the_watch_is_one(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told_before(&scene, ROOT, INIT);
    told_before(&scene, CHILD, ROOT);
    told_before(&scene, GRANDCHILD, CHILD);
    told_before(&scene, STRANGER, ROOT);
    told(&scene, ROOT, INIT);
    told(&scene, GRANDCHILD, INIT);
    told(&scene, STRANGER, INIT);
    scene.now[2].start++; /* another process by now */
    settle(&scene);
    assert_true(is_member(&scene, GRANDCHILD));
    assert_false(is_member(&scene, STRANGER));
    members_free(&scene.members);
}

/* Its parent also exited between the two readings, so that its exit names another one. */
static void who_was_a_descendant_and_has_ended_is_one(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_before(&scene, CHILD, ROOT);
    note(&scene, end_at(BEFORE, CHILD, INIT));
    settle(&scene);
    assert_true(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
}

static void a_new_child_of_who_was_a_descendant_is_one(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_before(&scene, CHILD, ROOT);
    told(&scene, CHILD, INIT);
    told(&scene, GRANDCHILD, CHILD);
    settle(&scene);
    assert_true(is_member(&scene, CHILD) && is_member(&scene, GRANDCHILD));
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
}

/* ---- what is not clear at the beginning ---- */

/* It started after the first reading and before the watch. Its parent may have exited and been of
 * the tree. */
static void who_may_have_been_given_to_its_parent_is_unclear(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told(&scene, CHILD, INIT);
    settle(&scene);
    assert_false(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 1);
    members_free(&scene.members);
    /* A child of it as well. */
    told(&scene, GRANDCHILD, CHILD);
    settle(&scene);
    assert_int_equal(scene.members.unclear, 2);
    members_free(&scene.members);
    /* Not one that was there before. */
    told_before(&scene, CHILD, INIT);
    settle(&scene);
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
    /* That one has ended: this has its number. */
    scene.now[2].start++;
    settle(&scene);
    assert_int_equal(scene.members.unclear, 2);
    members_free(&scene.members);
}

/* The kernel gives nobody of the tree to one that is not above it. */
static void who_has_a_parent_elsewhere_is_another_one(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_always(&scene, STRANGER, INIT);
    told(&scene, STRANGER + 1, STRANGER);
    note(&scene, end_at(AFTER, STRANGER + 2, STRANGER));
    settle(&scene);
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
    /* But to the first one of a namespace that it may have entered. */
    first_of_namespace = STRANGER;
    note(&scene, end_at(AFTER, STRANGER + 2, STRANGER));
    settle(&scene);
    assert_int_equal(scene.members.unclear, 2);
    first_of_namespace = 0;
    members_free(&scene.members);
}

/* Nor where there is no parent at all, which is of another process namespace. */
static void who_has_no_parent_is_another_one(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told(&scene, CHILD, 0);
    settle(&scene);
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
}

/* A chain of processes, each the child of one that has ended. All that is recorded of CHILD is its
 * end, at which its parent was ending: the record of that is older than the watch. */
static void note_chain(struct scene *scene) {
    note(scene, end_at(BEFORE + 1, CHILD, GONE));
    note(scene, fork_at(BEFORE, CHILD, GRANDCHILD));
}

static void a_chain_of_which_nothing_tells_is_unclear(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    note_chain(&scene);
    note(&scene, end_at(BEFORE + 2, GRANDCHILD, CHILD));
    settle(&scene);
    assert_false(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 1);
    members_free(&scene.members);
    /* The first one of the machine takes over from all. */
    note_chain(&scene);
    note(&scene, end_at(BEFORE + 2, GRANDCHILD, INIT));
    settle(&scene);
    assert_int_equal(scene.members.unclear, 1);
    members_free(&scene.members);
}

static void a_chain_of_which_the_tree_takes_one_over_belongs_to_it(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    note_chain(&scene);
    note(&scene, end_at(BEFORE + 2, GRANDCHILD, ROOT));
    settle(&scene);
    assert_true(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 0);
    add(&scene, fork_at(BEFORE, CHILD, GRANDCHILD));
    add(&scene, end_at(BEFORE + 1, CHILD, GONE));
    assert_true(is_member(&scene, GRANDCHILD));
    members_free(&scene.members);
    /* As /proc shows one that continues. */
    note_chain(&scene);
    told(&scene, GRANDCHILD, ROOT);
    settle(&scene);
    assert_true(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
}

static void a_chain_of_which_others_take_one_over_is_theirs(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_always(&scene, STRANGER, INIT);
    note_chain(&scene);
    note(&scene, end_at(BEFORE + 2, GRANDCHILD, STRANGER));
    settle(&scene);
    assert_false(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
}

/* The number of the one that the tree had is that of a link later: whose it was at that time
 * counts. */
static void a_chain_with_a_number_that_comes_again_is_unclear(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    note_chain(&scene);
    note(&scene, fork_at(BEFORE - 2, ROOT, STRANGER));
    note(&scene, end_at(BEFORE - 1, STRANGER, ROOT));
    note(&scene, fork_at(BEFORE + 2, GRANDCHILD, STRANGER));
    settle(&scene);
    assert_false(is_member(&scene, CHILD));
    assert_int_equal(scene.members.unclear, 1);
    members_free(&scene.members);
}

/* Where parents of the first reading are missing, its content decides nothing. */
static void who_had_a_parent_that_was_missing_is_unclear(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_before(&scene, CHILD, GONE);
    told(&scene, CHILD, INIT);
    settle(&scene);
    assert_int_equal(scene.members.unclear, 1);
    members_free(&scene.members);
}

/* ---- what is not clear later ---- */

static void who_is_made_by_an_unknown_one_is_unclear(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    settle(&scene);
    add(&scene, fork_at(AFTER, 0, CHILD)); /* by one of another process namespace */
    assert_int_equal(scene.members.unclear, 0);
    add(&scene, fork_at(AFTER, GONE, GRANDCHILD));
    assert_int_equal(scene.members.unclear, 1);
    members_free(&scene.members);
}

static void who_asks_and_is_unknown_is_unclear(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_always(&scene, STRANGER, INIT);
    settle(&scene);
    add(&scene, end_at(AFTER, STRANGER, INIT));
    (void)members_act(&scene.members, STRANGER); /* while it ends */
    (void)members_act(&scene.members, ROOT);
    assert_int_equal(scene.members.unclear, 0);
    (void)members_act(&scene.members, GONE);
    assert_int_equal(scene.members.unclear, 1);
    add(&scene, end_at(AFTER, ROOT, INIT));
    (void)members_act(&scene.members, ROOT);
    assert_int_equal(scene.members.unclear, 2);
    members_free(&scene.members);
}

/* Each check reports the cgroup. */
static void without_a_tree_nothing_is_unclear(void **state) {
    (void)state;
    struct scene scene;
    const struct beginning beginning = {.before = &scene.before, .now = &scene.after};

    set_up_tree(&scene);
    told(&scene, CHILD, INIT);
    note_chain(&scene);
    members_settle(&scene.members, &beginning);
    add(&scene, fork_at(AFTER, GONE, GRANDCHILD));
    (void)members_act(&scene.members, GONE);
    assert_int_equal(scene.members.unclear, 0);
    members_free(&scene.members);
}

/* ---- exits that are not real ---- */

/* The kernel records it for an execve that leaves a process undumpable. */
static void the_end_that_an_execve_records_is_none(void **state) {
    (void)state;
    struct scene scene;
    struct record name = {
        .kind = RECORD_COMM, .pid = CHILD, .tid = CHILD, .comm = "sudo", .exec = true};

    set_up_tree(&scene);
    told_always(&scene, CHILD, ROOT);
    settle(&scene);
    add(&scene, name);
    add(&scene, end_at(AFTER, CHILD, ROOT));
    assert_true(is_member(&scene, CHILD));
    assert_ptr_equal(members_act(&scene.members, CHILD), members_find(&scene.members, CHILD));
    add(&scene, end_at(AFTER + 1, CHILD, ROOT));
    assert_null(members_find(&scene.members, CHILD));
    /* A process that forks has also continued. */
    name.pid = name.tid = ROOT;
    add(&scene, name);
    add(&scene, fork_at(AFTER, ROOT, CHILD));
    add(&scene, end_at(AFTER + 1, ROOT, INIT));
    assert_null(members_find(&scene.members, ROOT));
    members_free(&scene.members);
}

/* An execve by another thread, or other threads that continue without the first one. */
static void who_is_told_of_after_its_end_goes_on(void **state) {
    (void)state;
    struct scene scene;

    set_up_tree(&scene);
    told_always(&scene, CHILD, ROOT);
    note(&scene, end_at(BEFORE, CHILD, ROOT));
    settle(&scene);
    add(&scene, end_at(BEFORE, CHILD, ROOT));
    assert_true(is_member(&scene, CHILD));
    members_free(&scene.members);
    /* The number is used again after it was reported. */
    note(&scene, end_at(BEFORE, CHILD, ROOT));
    note(&scene, fork_at(AFTER, INIT, CHILD));
    settle(&scene);
    add(&scene, end_at(BEFORE, CHILD, ROOT));
    assert_true(is_member(&scene, CHILD));
    members_free(&scene.members);
}

static void the_end_of_a_first_thread_is_not_that_of_the_process(void **state) {
    (void)state;
    struct scene scene;
    struct record thread = fork_at(AFTER, ROOT, ROOT);

    set_up(&scene);
    told(&scene, ROOT, INIT);
    settle(&scene);
    thread.tid = CHILD;
    add(&scene, thread);
    add(&scene, end_at(AFTER, ROOT, INIT));
    assert_true(is_member(&scene, ROOT));
    members_free(&scene.members);
}

static void a_name_is_that_of_the_first_thread(void **state) {
    (void)state;
    struct scene scene;
    struct record name = {.kind = RECORD_COMM, .pid = ROOT, .tid = ROOT, .comm = "server"};

    set_up(&scene);
    told(&scene, ROOT, INIT);
    settle(&scene);
    add(&scene, name);
    name.tid = CHILD;
    name.comm = "worker";
    add(&scene, name);
    assert_string_equal(members_find(&scene.members, ROOT)->name, "server");
    members_free(&scene.members);
}

static void parents_in_a_circle_end(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, CHILD, GRANDCHILD);
    told(&scene, GRANDCHILD, CHILD);
    told_before(&scene, CHILD, GRANDCHILD);
    told_before(&scene, GRANDCHILD, CHILD);
    settle(&scene);
    assert_false(is_member(&scene, CHILD) || is_member(&scene, GRANDCHILD));
    members_free(&scene.members);
}

/* As many come and go as there are numbers, and more. */
static void who_comes_and_goes_takes_no_room(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    settle(&scene);
    for (uint32_t i = 0; i < 1000000; i++) {
        uint32_t pid = 100 + i % 4000000;
        add(&scene, fork_at(AFTER + i, ROOT, pid));
        add(&scene, end_at(AFTER + i, pid, ROOT));
    }
    assert_int_equal(scene.members.count, 1);
    assert_true(scene.members.capacity < 256 && scene.members.places.size < 256);
    members_free(&scene.members);
}

static void who_is_started_anew_is_taken_in(void **state) {
    (void)state;
    struct scene scene;

    set_up(&scene);
    told(&scene, ROOT, INIT);
    settle(&scene);
    told(&scene, CHILD, INIT);
    told(&scene, GRANDCHILD, CHILD);
    members_adopt(&scene.members, &scene.after, CHILD);
    assert_true(is_member(&scene, CHILD) && is_member(&scene, GRANDCHILD));
    /* The record of its fork may be held back until then; a later one is of another process. */
    add(&scene, fork_at(BEFORE, INIT, CHILD));
    assert_true(is_member(&scene, CHILD));
    add(&scene, fork_at(AFTER, INIT, CHILD));
    assert_false(is_member(&scene, CHILD));
    members_free(&scene.members);
}

/* systemd's child that is to become a service. */
static void what_prepares_a_service_is_watched_from_its_execve_on(void **state) {
    (void)state;
    struct scene scene;
    struct record name = {.kind = RECORD_COMM, .pid = CHILD, .tid = CHILD, .comm = "(server)"};

    set_up(&scene);
    told(&scene, INIT, 0);
    settle(&scene);
    add(&scene, fork_at(AFTER, INIT, CHILD));
    members_find(&scene.members, CHILD)->in_cgroup = true;
    members_find(&scene.members, CHILD)->starting = true;
    add(&scene, name);
    assert_false(is_member(&scene, CHILD));
    add(&scene, fork_at(AFTER, CHILD, GRANDCHILD));
    assert_false(is_member(&scene, GRANDCHILD));
    name.exec = true;
    add(&scene, name);
    assert_true(is_member(&scene, CHILD));
    assert_false(is_member(&scene, GRANDCHILD));
    members_free(&scene.members);
}

/* From version 254 on with a program of its own in between. */
static void what_systemd_executes_to_prepare_a_service_is_not_watched(void **state) {
    (void)state;
    struct scene scene;
    struct record name = {.kind = RECORD_COMM, .pid = CHILD, .tid = CHILD, .comm = "systemd"};

    set_up(&scene);
    told(&scene, INIT, 0);
    settle(&scene);
    add(&scene, fork_at(AFTER, INIT, CHILD));
    add(&scene, name);
    members_find(&scene.members, CHILD)->in_cgroup = true;
    members_find(&scene.members, CHILD)->starting = true;
    name.exec = true;
    name.comm = "8"; /* by /proc/self/fd/8 */
    add(&scene, name);
    assert_false(is_member(&scene, CHILD));
    name.exec = false;
    name.comm = "(server)";
    add(&scene, name);
    assert_false(is_member(&scene, CHILD));
    name.exec = true;
    name.comm = "server";
    add(&scene, name);
    assert_true(is_member(&scene, CHILD));
    members_free(&scene.members);
}

static void credentials_of_long_ago_are_forgotten(void **state) {
    (void)state;
    struct member member = {.pid = ROOT};

    for (uint64_t cred = 1; cred <= MEMBER_CREDS + 1; cred++)
        member_add_cred(&member, cred);
    assert_false(member_has_cred(&member, 1));
    assert_true(member_has_cred(&member, 2) && member_has_cred(&member, MEMBER_CREDS + 1));
    assert_false(member_has_cred(&member, 0));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_below_the_process_is_watched),
        cmocka_unit_test(a_child_is_watched_as_its_parent),
        cmocka_unit_test(a_fork_before_the_look_is_told_of_once),
        cmocka_unit_test(who_ends_before_the_look_is_known_by_its_end),
        cmocka_unit_test(a_number_that_comes_again_before_the_look_is_another_process),
        cmocka_unit_test(a_number_that_comes_again_later_is_another_process),
        cmocka_unit_test(who_was_a_descendant_before_the_watch_is_one),
        cmocka_unit_test(who_was_a_descendant_and_has_ended_is_one),
        cmocka_unit_test(a_new_child_of_who_was_a_descendant_is_one),
        cmocka_unit_test(who_may_have_been_given_to_its_parent_is_unclear),
        cmocka_unit_test(who_has_a_parent_elsewhere_is_another_one),
        cmocka_unit_test(who_has_no_parent_is_another_one),
        cmocka_unit_test(a_chain_of_which_nothing_tells_is_unclear),
        cmocka_unit_test(a_chain_of_which_the_tree_takes_one_over_belongs_to_it),
        cmocka_unit_test(a_chain_of_which_others_take_one_over_is_theirs),
        cmocka_unit_test(a_chain_with_a_number_that_comes_again_is_unclear),
        cmocka_unit_test(who_had_a_parent_that_was_missing_is_unclear),
        cmocka_unit_test(who_is_made_by_an_unknown_one_is_unclear),
        cmocka_unit_test(who_asks_and_is_unknown_is_unclear),
        cmocka_unit_test(without_a_tree_nothing_is_unclear),
        cmocka_unit_test(the_end_that_an_execve_records_is_none),
        cmocka_unit_test(who_is_told_of_after_its_end_goes_on),
        cmocka_unit_test(the_end_of_a_first_thread_is_not_that_of_the_process),
        cmocka_unit_test(a_name_is_that_of_the_first_thread),
        cmocka_unit_test(parents_in_a_circle_end),
        cmocka_unit_test(who_comes_and_goes_takes_no_room),
        cmocka_unit_test(who_is_started_anew_is_taken_in),
        cmocka_unit_test(what_prepares_a_service_is_watched_from_its_execve_on),
        cmocka_unit_test(what_systemd_executes_to_prepare_a_service_is_not_watched),
        cmocka_unit_test(credentials_of_long_ago_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
