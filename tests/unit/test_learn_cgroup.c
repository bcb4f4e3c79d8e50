/* A cgroup belongs to a tree by its path, whether it is still there or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "learn/attach/cgroup.h"

static void what_is_made_below_a_cgroup_belongs_to_it(void **state) {
    (void)state;
    struct cgroup_tree tree = {.below = "/a/b"};

    cgroup_made(&tree, 1, "/a/b");
    cgroup_made(&tree, 2, "/a/b/c/d");
    cgroup_made(&tree, 3, "/a/bc");
    cgroup_made(&tree, 4, "/a");
    cgroup_made(&tree, 5, "/x/a/b");
    assert_true(cgroup_has(&tree, 1) && cgroup_has(&tree, 2));
    assert_false(cgroup_has(&tree, 3) || cgroup_has(&tree, 4) || cgroup_has(&tree, 5));
    cgroup_free(&tree);
}

static void what_cannot_be_named_is_not_told_by_its_path(void **state) {
    (void)state;
    struct cgroup_tree tree = {.below = ""};

    cgroup_made(&tree, 1, "/a");
    assert_false(cgroup_has(&tree, 1));
    cgroup_free(&tree);
}

static void of_many_the_oldest_are_forgotten(void **state) {
    (void)state;
    struct cgroup_tree tree = {.below = "/a"};
    const uint64_t some = CGROUP_IDS;

    for (uint64_t id = 1; id <= 3 * some; id++)
        cgroup_made(&tree, id, "/a/b");
    assert_int_equal(tree.count, CGROUP_IDS);
    assert_true(cgroup_has(&tree, 3 * some) && cgroup_has(&tree, 2 * some + 1));
    assert_false(cgroup_has(&tree, 2 * some));
    cgroup_free(&tree);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_below_a_cgroup_belongs_to_it),
        cmocka_unit_test(what_cannot_be_named_is_not_told_by_its_path),
        cmocka_unit_test(of_many_the_oldest_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
