/* The obstacle of a denied program: the first component of its path that denies. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/obstacle.h"
#include "fake/kernel.h"

enum { WWW = 33 };

static void reset(void) {
    fake_reset();
    fake_be(WWW, WWW);
    fake_set_groups(0, NULL);
    fake.permitted = fake.effective = 0;
}

static void add(const char *path, unsigned mode) { (void)fake_add_file(path, mode, 0, 0, ""); }

static void add_link(const char *path, const char *target) {
    fake_add_file(path, S_IFLNK | 0777, 0, 0, "")->link = target;
}

static void finds(const char *path, enum obstacle expected, const char *place) {
    char at[PATH_MAX];

    memset(at, 'x', sizeof at);
    enum obstacle found = obstacle_find(path, at);
    if (found != expected || strcmp(at, place) != 0)
        fail_msg("%s: %d at %s", path, (int)found, at);
}

static void the_first_directory_that_denies_is_named(void **state) {
    (void)state;
    reset();
    add("/a", S_IFDIR | 0755);
    add("/a/b", S_IFDIR | 0700);
    add("/a/b/c", S_IFDIR | 0700);
    add("/a/b/c/program", S_IFREG | 0755);
    finds("/a/b/c/program", OBSTACLE_DIRECTORY, "/a/b");
    finds("//a//b//c//program", OBSTACLE_DIRECTORY, "/a/b");
    fake.effective = CAP_MASK(2); /* DAC_READ_SEARCH */
    finds("/a/b/c/program", OBSTACLE_OTHER, "");
}

static void links_are_followed(void **state) {
    (void)state;
    reset();
    add("/root", S_IFDIR | 0700);
    add("/root/program", S_IFREG | 0755);
    add("/open/plain", S_IFREG | 0644);
    add_link("/bin/absolute", "/root/program");
    add_link("/bin/again", "/bin/absolute");
    add_link("/bin/relative", "../open/plain");
    add_link("/bin/up", "near");
    add("/bin/near", S_IFREG | 0700);
    add_link("/home", "/root");
    finds("/bin/absolute", OBSTACLE_DIRECTORY, "/root");
    finds("/bin/again", OBSTACLE_DIRECTORY, "/root");
    finds("/home/program", OBSTACLE_DIRECTORY, "/root");
    finds("/bin/up", OBSTACLE_USER, "/bin/near");
    add("/bin/../open/plain", S_IFREG | 0644);
    finds("/bin/relative", OBSTACLE_NOBODY, "/bin/../open/plain");
}

static void links_in_a_circle_and_paths_too_long_are_told_by_nothing(void **state) {
    static char text[PATH_MAX + 1], target[PATH_MAX];

    (void)state;
    reset();
    add_link("/bin/one", "/bin/two");
    add_link("/bin/two", "/bin/one");
    finds("/bin/one", OBSTACLE_OTHER, "");
    memset(text, 'a', sizeof text - 1);
    text[0] = '/';
    finds(text, OBSTACLE_OTHER, "");
    memset(target, 'b', sizeof target - 2);
    add_link("/bin/long", target);
    finds("/bin/long", OBSTACLE_OTHER, "");
    finds("", OBSTACLE_OTHER, "");
    finds("/", OBSTACLE_OTHER, "");
}

static void the_file_itself_is_told_by_its_kind_its_mount_and_its_mode(void **state) {
    (void)state;
    reset();
    add("/plain", S_IFREG | 0644);
    add("/private", S_IFREG | 0710);
    add("/open", S_IFREG | 0755);
    add("/mounted", S_IFREG | 0644);
    fake_find_file("/mounted")->noexec = true;
    add("/pipe", S_IFIFO | 0777);
    finds("/plain", OBSTACLE_NOBODY, "/plain");
    finds("/private", OBSTACLE_USER, "/private");
    finds("/open", OBSTACLE_OTHER, "");
    finds("/mounted", OBSTACLE_NOEXEC, "/mounted");
    finds("/pipe", OBSTACLE_TYPE, "");
    finds("/missing", OBSTACLE_OTHER, "");
    add("/writable", S_IFREG | 0666);
    finds("/writable", OBSTACLE_NOBODY, "/writable");
    (void)fake_arm(FAKE_FAILS, "sys_may_execute", 2, EACCES); /* a security module */
    finds("/open", OBSTACLE_OTHER, "/open");
    (void)fake_arm(FAKE_FAILS, "sys_inspect", 1, EIO); /* the component that denies is unreadable */
    finds("/plain", OBSTACLE_DIRECTORY, "/plain");
}

static void a_closed_working_directory_is_named(void **state) {
    (void)state;
    reset();
    add(".", S_IFDIR | 0700);
    finds("bin/program", OBSTACLE_DIRECTORY, ".");
    fake_find_file(".")->mode = S_IFDIR | 0755;
    add("./bin", S_IFDIR | 0700);
    add("./bin/program", S_IFREG | 0755);
    finds("bin/program", OBSTACLE_DIRECTORY, "./bin");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_directory_that_denies_is_named),
        cmocka_unit_test(links_are_followed),
        cmocka_unit_test(links_in_a_circle_and_paths_too_long_are_told_by_nothing),
        cmocka_unit_test(the_file_itself_is_told_by_its_kind_its_mount_and_its_mode),
        cmocka_unit_test(a_closed_working_directory_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
