/* PATH for a user has no directory that this user cannot search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "learn/trial/search_path.h"

static char folder[100];

/* In a directory that every user may search: /tmp, or if that cannot be written, TMPDIR. */
static int set_up(void **state) {
    (void)state;
    const char *parents[] = {"/tmp", getenv("TMPDIR")};

    for (unsigned i = 0; i < 2 && parents[i] != NULL; i++) {
        (void)snprintf(folder, sizeof folder, "%s/search_path.XXXXXX", parents[i]);
        if (mkdtemp(folder) != NULL)
            return chmod(folder, 0755);
    }
    return -1;
}

static int tear_down(void **state) {
    (void)state;
    return rmdir(folder);
}

static void becomes(const char *path, uid_t uid, gid_t gid, const char *expected) {
    const struct groups none = {0};
    char *result = search_path_for(path, uid, gid, &none);

    assert_string_equal(result, expected);
    free(result);
}

static void what_a_user_cannot_search_is_left_out(void **state) {
    (void)state;
    char path[160];

    (void)snprintf(path, sizeof path, "/usr/bin:%s:/bin", folder);
    becomes(path, getuid() + 1, getgid() + 1, path);
    assert_int_equal(chmod(folder, 0700), 0);
    becomes(path, getuid() + 1, getgid() + 1, "/usr/bin:/bin");
    becomes(path, getuid(), getgid(), path);
    becomes(path, 0, 0, path);
    (void)snprintf(path, sizeof path, "%s/below/it:/bin", folder);
    becomes(path, getuid() + 1, getgid() + 1, "/bin");
    assert_int_equal(chmod(folder, 0710), 0);
    becomes(path, getuid() + 1, getgid(), path);
}

static void what_is_not_there_or_relative_stays(void **state) {
    (void)state;
    becomes("/not/there:bin::/bin:", 4000, 4000, "/not/there:bin::/bin:");
    becomes("", 4000, 4000, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_user_cannot_search_is_left_out, set_up, tear_down),
        cmocka_unit_test(what_is_not_there_or_relative_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
