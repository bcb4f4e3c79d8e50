/*
 * landlock FOLDER PROGRAM ARGUMENT... - PROGRAM, in a Landlock domain in which files below FOLDER
 * alone may be executed (landlock(7)). Static. Exit status: 77 where the kernel has no Landlock, 99
 * for any other failure.
 */
#define _GNU_SOURCE /* O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(const char *what) {
    perror(what);
    return errno == ENOSYS || errno == EOPNOTSUPP ? 77 : 99;
}

int main(int argc, char **argv) {
    const struct landlock_ruleset_attr handled = {.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE};
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE};
    int ruleset;

    if (argc < 3)
        return 99;
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (ruleset < 0)
        return fails("landlock_create_ruleset");
    rule.parent_fd = open(argv[1], O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0 ||
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        return fails("landlock_add_rule");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return fails("landlock_restrict_self");
    (void)execv(argv[2], argv + 2);
    return fails(argv[2]);
}
