/* Of the records of a whole machine, only those of the program are reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "learn/watch/process_tree.h"

enum { SHELL = 5, FIRST = 10, CHILD = 20, GRANDCHILD = 30, STRANGER = 40 };

static int set_up(void **state) {
    static struct process_tree tree;

    *state = &tree;
    return process_tree_begin(&tree, FIRST);
}

static int tear_down(void **state) {
    process_tree_free(*state);
    return 0;
}

static bool fork_of(void **state, uint32_t parent, uint32_t child) {
    return process_tree_add(*state,
                            &(struct record){.kind = RECORD_FORK, .parent = parent, .pid = child});
}

static bool exec_by(void **state, uint32_t pid) {
    return process_tree_add(*state,
                            &(struct record){.kind = RECORD_COMM, .pid = pid, .exec = true});
}

static bool check_by(void **state, uint32_t pid) {
    return process_tree_add(*state, &(struct record){.kind = RECORD_CHECK, .pid = pid});
}

static void the_program_begins_at_its_execve(void **state) {
    assert_false(check_by(state, FIRST)); /* the launcher's transition */
    assert_false(process_tree_add(*state, &(struct record){.kind = RECORD_COMM, .pid = FIRST}));
    assert_false(check_by(state, FIRST));
    assert_true(exec_by(state, FIRST));
    assert_true(check_by(state, FIRST));
}

static void checks_of_the_one_that_begins_are_told_until_then(void **state) {
    const struct record check = {.kind = RECORD_CHECK, .pid = FIRST};

    assert_true(process_tree_starts(*state, &check));
    assert_false(process_tree_starts(*state, &(struct record){.kind = RECORD_CALL, .pid = FIRST}));
    assert_false(
        process_tree_starts(*state, &(struct record){.kind = RECORD_CHECK, .pid = STRANGER}));
    assert_true(exec_by(state, FIRST));
    assert_false(process_tree_starts(*state, &check));
}

static void an_execve_of_others_begins_nothing(void **state) {
    assert_false(exec_by(state, STRANGER));
    assert_false(check_by(state, STRANGER));
    assert_false(check_by(state, FIRST));
}

static void all_descendants_are_the_program(void **state) {
    (void)exec_by(state, FIRST);
    assert_true(fork_of(state, FIRST, CHILD));
    assert_true(fork_of(state, CHILD, GRANDCHILD));
    assert_true(check_by(state, GRANDCHILD));
    assert_true(exec_by(state, GRANDCHILD)); /* with other ids, or whatever */
    assert_true(check_by(state, GRANDCHILD));
    assert_true(fork_of(state, FIRST, FIRST)); /* a thread */
    assert_true(check_by(state, FIRST));
}

static void children_of_others_are_not(void **state) {
    (void)exec_by(state, FIRST);
    assert_false(fork_of(state, SHELL, STRANGER));
    assert_false(check_by(state, STRANGER));
    assert_false(check_by(state, SHELL));
}

static void a_number_that_comes_back_is_another_process(void **state) {
    (void)exec_by(state, FIRST);
    (void)fork_of(state, FIRST, CHILD);
    assert_false(fork_of(state, SHELL, CHILD));
    assert_false(check_by(state, CHILD));
    assert_true(fork_of(state, FIRST, CHILD));
    assert_true(check_by(state, CHILD));
}

/* The program may have ended long before the run does. */
static void the_number_of_the_program_that_comes_back_is_another_process(void **state) {
    (void)exec_by(state, FIRST);
    assert_true(fork_of(state, FIRST, CHILD));
    assert_false(fork_of(state, SHELL, FIRST));
    assert_false(process_tree_starts(*state, &(struct record){.kind = RECORD_CHECK, .pid = FIRST}));
    assert_false(exec_by(state, FIRST));
    assert_false(check_by(state, FIRST));
    assert_true(check_by(state, CHILD));
    assert_true(fork_of(state, CHILD, FIRST));
    assert_true(exec_by(state, FIRST));
}

/* The kernel gives 0 for a process of another process namespace, and -1 for one that has gone. */
static void processes_without_a_number_are_not(void **state) {
    (void)exec_by(state, FIRST);
    assert_false(fork_of(state, 0, CHILD));
    assert_false(check_by(state, 0));
    assert_false(check_by(state, UINT32_MAX));
    assert_false(fork_of(state, UINT32_MAX, CHILD));
    (void)fork_of(state, FIRST, UINT32_MAX);
    assert_false(check_by(state, UINT32_MAX));
    assert_true(fork_of(state, FIRST, RECORD_PIDS - 1));
    assert_false(fork_of(state, FIRST, RECORD_PIDS));
}

#define each(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        each(the_program_begins_at_its_execve),
        each(checks_of_the_one_that_begins_are_told_until_then),
        each(an_execve_of_others_begins_nothing),
        each(all_descendants_are_the_program),
        each(children_of_others_are_not),
        each(a_number_that_comes_back_is_another_process),
        each(the_number_of_the_program_that_comes_back_is_another_process),
        each(processes_without_a_number_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
