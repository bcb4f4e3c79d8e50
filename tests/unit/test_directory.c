/*
 * Entering the directory of --chdir, and which directory on the way denies it.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/directory.h"
#include "fake/kernel.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void add_link(const char *path, const char *target) {
    fake_add_file(path, S_IFLNK | 0777, 0, 0, "")->link = target;
}

/* User 33 before directories of root's and of its own. */
static void set_up(void) {
    fake_reset();
    fake_be(33, 33);
    fake_set_groups(1, (const gid_t[]){33});
    fake.permitted = fake.effective = 0;
    (void)fake_add_file("/", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file("/root", S_IFDIR | 0700, 0, 0, "");
    (void)fake_add_file("/root/inner", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file("/srv", S_IFDIR | 0711, 0, 0, "");
    (void)fake_add_file("/srv/closed", S_IFDIR | 0700, 0, 0, "");
    (void)fake_add_file("/srv/own", S_IFDIR | 0500, 33, 33, "");
    (void)fake_add_file("/srv/file", S_IFREG | 0644, 0, 0, "text");
    add_link("/srv/to-root", "/root/inner");
    add_link("/srv/up", "../root/inner");
    add_link("/srv/chain", "to-root/x");
    add_link("/srv/slash", "/");
    add_link("/srv/loop", "loop");
}

static void the_first_directory_that_denies_is_found(void **state) {
    static const struct {
        const char *path, *denied;
    } rows[] = {
        {"/srv/own", ""},
        {"/srv/own/", ""},
        {"/", ""},
        {"", ""},
        {"nowhere", ""},
        {"/root", "/root"},
        {"/root/", "/root"},
        {"//root//inner", "/root"},
        {"/root/inner/deeper", "/root"},
        {"/srv/closed", "/srv/closed"},
        {"/srv/closed/a/b", "/srv/closed"},
        {"/srv/to-root", "/root"},
        {"/srv/to-root/deeper", "/root"},
        {"/srv/chain", "/root"},
        {"/srv/slash/root", "/root"},
        {"/srv/up", "/srv/../root"},
        {"/srv/loop", ""},
        {"/srv/nosuch/x", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char denied[PATH_MAX];

        set_up();
        if (strcmp(rows[i].denied, "/srv/../root") == 0)
            (void)fake_add_file("/srv/../root", S_IFDIR | 0700, 0, 0, "");
        directory_find(rows[i].path, -EACCES, denied);
        if (strcmp(denied, rows[i].denied) != 0)
            print_error("  %s: %s\n", rows[i].path, denied);
        assert_string_equal(denied, rows[i].denied);
    }
}

/* What is beside the link is not taken for its target. */
static void a_way_that_becomes_longer_than_a_path_is_not_followed(void **state) {
    static char folder[3001], link[3003], closed[3003], target[3003];
    char denied[PATH_MAX];

    (void)state;
    memset(folder, 'd', sizeof folder - 1);
    folder[0] = '/';
    memset(target, 'e', sizeof target - 1);
    memcpy(target + sizeof target - 3, "/x", 3);
    (void)snprintf(link, sizeof link, "%s/l", folder);
    (void)snprintf(closed, sizeof closed, "%s/x", folder);
    set_up();
    (void)fake_add_file(folder, S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file(closed, S_IFDIR | 0700, 0, 0, "");
    add_link(link, target);
    directory_find(closed, -EACCES, denied);
    assert_string_equal(denied, closed);
    directory_find(link, -EACCES, denied);
    assert_string_equal(denied, "");
}

/* A relative one starts in the working directory. */
static void the_working_directory_denies_as_well(void **state) {
    char denied[PATH_MAX];

    (void)state;
    set_up();
    (void)fake_add_file(".", S_IFDIR | 0700, 0, 0, "");
    directory_find("own", -EACCES, denied);
    assert_string_equal(denied, ".");
    fake_find_file(".")->mode = S_IFDIR | 0755;
    (void)fake_add_file("./own", S_IFDIR | 0700, 0, 0, "");
    directory_find("own/deeper", -EACCES, denied);
    assert_string_equal(denied, "./own");
    directory_find("././/own", -EACCES, denied);
    assert_string_equal(denied, "./own");
    add_link("./link", "/srv"); /* leads to a root that was not on the way before */
    fake_find_file("/")->mode = S_IFDIR | 0700;
    directory_find("link", -EACCES, denied);
    assert_string_equal(denied, "/");
}

/* A path that does not fit is followed as far as it does, and so is a link that makes it so. */
static void a_path_that_is_too_long_ends_the_walk(void **state) {
    static char longest[PATH_MAX + 2], target[PATH_MAX];
    char denied[PATH_MAX];

    (void)state;
    set_up();
    memset(longest, 'x', sizeof longest - 1);
    directory_find(longest, -EACCES, denied);
    assert_string_equal(denied, "");
    memset(target, 'x', sizeof target - 1);
    add_link("/srv/long", target);
    directory_find("/srv/long/more", -EACCES, denied);
    assert_string_equal(denied, "");
    longest[0] = '/';
    longest[PATH_MAX - 1] = '\0'; /* fits, and no further name does */
    directory_find(longest, -EACCES, denied);
    assert_string_equal(denied, "");
}

/* The longest path starts its walk at the root, and a longer one does not. */
static void the_longest_path_is_followed_and_no_longer_one(void **state) {
    static char path[PATH_MAX + 1];
    char denied[PATH_MAX];

    (void)state;
    for (size_t length = PATH_MAX - 1; length <= PATH_MAX; length++) {
        set_up();
        fake_find_file("/")->mode = S_IFDIR | 0700;
        memset(path, '/', sizeof path);
        path[length] = '\0';
        directory_find(path, -EACCES, denied);
        assert_string_equal(denied, length < PATH_MAX ? "/" : "");
    }
}

/* A target that leaves no room for a slash after it. */
static void the_longest_link_is_not_followed(void **state) {
    static char target[PATH_MAX];
    char denied[PATH_MAX];

    (void)state;
    for (unsigned shorter = 0; shorter <= 1; shorter++) {
        set_up();
        memset(target, '/', sizeof target);
        target[PATH_MAX - 1 - shorter] = '\0';
        memcpy(target + PATH_MAX - 1 - shorter - strlen("/root"), "/root", strlen("/root"));
        add_link("/srv/longest", target);
        directory_find("/srv/longest/x", -EACCES, denied);
        assert_string_equal(denied, ""); /* with the rest it does not fit */
        directory_find("/srv/longest", -EACCES, denied);
        assert_string_equal(denied, "/root");
    }
}

static void a_root_that_denies_is_named(void **state) {
    struct sys_directory entered;
    struct fail f = {0};

    (void)state;
    set_up();
    fake_find_file("/")->mode = S_IFDIR | 0700;
    assert_int_equal(directory_enter("/", &entered, &f), -1);
    assert_string_equal(f.text, "the user may not search /");
}

/* As many links as the kernel follows, and one more. */
static void as_many_links_are_followed_as_the_kernel_follows(void **state) {
    char denied[PATH_MAX], path[512];

    (void)state;
    for (unsigned links = 40; links <= 41; links++) {
        set_up();
        size_t used = 0;
        add_link("/slash", "/");
        for (unsigned i = 0; i < links; i++)
            used += (size_t)snprintf(path + used, sizeof path - used, "/slash");
        (void)snprintf(path + used, sizeof path - used, "/root");
        directory_find(path, -EACCES, denied);
        assert_string_equal(denied, links == 40 ? "/root" : "");
    }
}

static void what_stands_in_the_way_is_told(void **state) {
    static const struct {
        const char *path;
        int fails; /* the call, with this; 0: it follows the rules */
        enum fail_code code;
        int error;
        const char *text;
    } rows[] = {
        {"/srv/own", 0, FAIL_NONE, 0, ""},
        {"/srv/to-root", 0, FAIL_DIRECTORY, EACCES, "the user may not search /root"},
        {"/root", 0, FAIL_DIRECTORY, EACCES, "the user may not search /root"},
        {"/root/inner", 0, FAIL_DIRECTORY, EACCES, "the user may not search /root"},
        {"/srv/own", EACCES, FAIL_DIRECTORY, EACCES, "the user may not search /srv/own"},
        {"/srv/nosuch", 0, FAIL_DIRECTORY, ENOENT, "there is no /srv/nosuch"},
        {"/srv/nosuch/x/y", 0, FAIL_DIRECTORY, ENOENT, "there is no /srv/nosuch"},
        {"/srv/own", ENOENT, FAIL_DIRECTORY, ENOENT, "there is no /srv/own"},
        {"/srv/file", 0, FAIL_DIRECTORY, ENOTDIR, "no directory to change to"},
        {"/srv/loop", ELOOP, FAIL_DIRECTORY, ELOOP, "no directory to change to"},
        {"/srv/own", ENAMETOOLONG, FAIL_DIRECTORY, ENAMETOOLONG, "no directory to change to"},
        {"/srv/own", EPERM, FAIL_SYSTEM_CALL, EPERM, "cannot be entered"},
        {"/srv/own", ENOMEM, FAIL_SYSTEM_CALL, ENOMEM, "cannot be entered"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sys_directory entered = {0};
        struct fail f = {0};

        set_up();
        if (rows[i].fails != 0)
            (void)fake_arm(FAKE_FAILS, "sys_enter_directory", 1, rows[i].fails);
        int status = directory_enter(rows[i].path, &entered, &f);
        assert_int_equal(status, rows[i].code == FAIL_NONE ? 0 : -1);
        assert_int_equal(f.code, rows[i].code);
        assert_int_equal(f.error, rows[i].error);
        assert_string_equal(f.text, rows[i].text);
        if (status == 0) {
            assert_ptr_equal(fake.directory, fake_find_file(rows[i].path));
            assert_int_not_equal(entered.inode, 0);
            continue;
        }
        assert_null(fake.directory);
        assert_string_equal(f.step, "chdir");
        assert_ptr_equal(f.subject, rows[i].path);
        assert_int_equal(f.exit_code, EXIT_REFUSED);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_directory_that_denies_is_found),
        cmocka_unit_test(a_way_that_becomes_longer_than_a_path_is_not_followed),
        cmocka_unit_test(the_working_directory_denies_as_well),
        cmocka_unit_test(a_path_that_is_too_long_ends_the_walk),
        cmocka_unit_test(the_longest_path_is_followed_and_no_longer_one),
        cmocka_unit_test(the_longest_link_is_not_followed),
        cmocka_unit_test(a_root_that_denies_is_named),
        cmocka_unit_test(as_many_links_are_followed_as_the_kernel_follows),
        cmocka_unit_test(what_stands_in_the_way_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
