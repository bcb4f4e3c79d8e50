/* Where capwrap runs, by replaced kernel calls: which files exist, who runs it, and
 * what its own file grants. */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/place.h"
#include "fake/kernel.h"

/* ---- the replaced kernel calls ---- */

static const char *there[2];
static unsigned long euid;
static struct vfs_ns_cap_data attribute;
static ssize_t attribute_size;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are reserved */
int access(const char *path, int mode) {
    for (size_t i = 0; i < 2; i++)
        if (mode == F_OK && there[i] != NULL && strcmp(path, there[i]) == 0)
            return 0;
    errno = ENOENT;
    return -1;
}

unsigned long getauxval(unsigned long type) { return type == AT_EUID ? euid : 0; }

ssize_t getxattr(const char *path, const char *name, void *value, size_t size) {
    if (strcmp(path, "/proc/self/exe") != 0 || strcmp(name, "security.capability") != 0 ||
        size < sizeof attribute || attribute_size < 0) {
        errno = ENODATA;
        return -1;
    }
    memcpy(value, &attribute, sizeof attribute);
    return attribute_size;
}

static int reset(void **state) {
    (void)state;
    there[0] = there[1] = NULL;
    euid = 1000;
    attribute_size = -1;
    memset(&attribute, 0, sizeof attribute);
    (void)unsetenv("KUBERNETES_SERVICE_HOST");
    (void)unsetenv("JOURNAL_STREAM");
    fake_reset();
    return 0;
}

/* ---- the tests ---- */

static void is(enum place_kind kind, bool weak) {
    const struct place place = place_find();

    assert_int_equal(place.kind, kind);
    assert_int_equal(place.weak, weak);
}

static void a_file_of_the_engine_tells_a_container(void **state) {
    (void)state;
    is(SHELL, false);
    there[0] = "/.dockerenv";
    is(DOCKER, true);
    there[1] = "/run/.containerenv";
    is(DOCKER, false);
    there[0] = NULL;
    is(DOCKER, false);
    assert_int_equal(setenv("KUBERNETES_SERVICE_HOST", "", 1), 0);
    is(KUBERNETES, false);
}

static void the_stream_of_the_journal_tells_a_unit(void **state) {
    char stream[64], another[sizeof stream + 1];
    struct stat status;

    (void)state;
    assert_int_equal(fstat(STDERR_FILENO, &status), 0);
    (void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)status.st_dev,
                   (unsigned long long)status.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
    there[0] = "/.dockerenv";
    is(SYSTEMD, false);
    there[1] = "/run/.containerenv";
    is(DOCKER, false);
    there[0] = there[1] = NULL;
    (void)snprintf(another, sizeof another, "%s0", stream);
    assert_int_equal(setenv("JOURNAL_STREAM", another, 1), 0);
    is(SHELL, false);
    assert_int_equal(setenv("JOURNAL_STREAM", "", 1), 0);
    is(SHELL, false);
}

static void without_standard_error_nothing_goes_to_the_journal(void **state) {
    int kept = fcntl(STDERR_FILENO, F_DUPFD, 10);

    (void)state;
    assert_int_equal(setenv("JOURNAL_STREAM", "0:0", 1), 0);
    (void)close(STDERR_FILENO);
    enum place_kind kind = place_find().kind;
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    assert_int_equal(kind, SHELL);
}

static void the_file_grants_what_is_permitted_in_it(void **state) {
    (void)state;
    attribute.data[0].permitted = htole32(UINT32_C(1) << 13);
    attribute.data[1].permitted = htole32(UINT32_C(1) << 6);
    attribute.data[0].inheritable = attribute.data[1].inheritable = UINT32_MAX;
    assert_true(place_find().file_grant == 0);
    attribute_size = XATTR_CAPS_SZ_1;
    assert_true(place_find().file_grant == 0);
    attribute_size = XATTR_CAPS_SZ_2;
    assert_true(place_find().file_grant == ((UINT64_C(1) << 13) | (UINT64_C(1) << 38)));
    assert_false(place_find().root);
    attribute_size = XATTR_CAPS_SZ_3;
    assert_true(place_find().file_grant != 0);
    euid = 0;
    assert_true(place_find().file_grant == 0);
    assert_true(place_find().root);
}

static void noroot_is_about_root(void **state) {
    (void)state;
    fake.securebits = SECBIT_NOROOT;
    assert_false(place_find().noroot);
    euid = 0;
    assert_true(place_find().noroot);
    fake.securebits = SECBIT_KEEP_CAPS;
    assert_false(place_find().noroot);
    fake.securebits = 0;
    assert_false(place_find().noroot);
    (void)fake_arm(FAKE_FAILS, "sys_get_securebits", 0, EPERM);
    assert_false(place_find().noroot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_of_the_engine_tells_a_container, reset),
        cmocka_unit_test_setup(the_stream_of_the_journal_tells_a_unit, reset),
        cmocka_unit_test_setup(without_standard_error_nothing_goes_to_the_journal, reset),
        cmocka_unit_test_setup(the_file_grants_what_is_permitted_in_it, reset),
        cmocka_unit_test_setup(noroot_is_about_root, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
