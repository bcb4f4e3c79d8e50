/*
 * nss-module - a module of the user database that knows the user "mod" (uid 7200, gid 7201, and the
 * groups 7201 and 7202) and leaves behind what LEAVES names: thread, descriptor, high-descriptor,
 * cwd, umask, signal, mask. Built by database_side_effects.bats.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The types of the parameters are those by which the C library calls these (nss(5)). */
/* NOLINTBEGIN(readability-non-const-parameter) */
enum nss_status _nss_capwraptest_getpwnam_r(const char *name, struct passwd *user, char *buffer,
                                            size_t size, int *error);
enum nss_status _nss_capwraptest_getpwuid_r(uid_t uid, struct passwd *user, char *buffer,
                                            size_t size, int *error);
enum nss_status _nss_capwraptest_initgroups_dyn(const char *name, gid_t gid, long *start,
                                                long *size, gid_t **groups, long limit, int *error);

static bool leaves(const char *what) {
    const char *list = getenv("LEAVES");

    return list != NULL && strstr(list, what) != NULL;
}

static void *wait_for_ever(void *nothing) {
    for (;;)
        pause();
    return nothing;
}

static int left_open;

static void leave(void) {
    static bool left;
    pthread_t thread;
    sigset_t set;

    if (left)
        return;
    left = true;
    if (leaves("thread"))
        (void)pthread_create(&thread, NULL, wait_for_ever, NULL);
    if (leaves("descriptor"))
        left_open = open("/etc/shadow", O_RDONLY);
    if (leaves("cwd"))
        (void)!chdir("/proc");
    if (leaves("umask"))
        (void)umask(0);
    if (leaves("signal")) {
        (void)signal(SIGUSR1, SIG_IGN);
        (void)signal(SIGTERM, SIG_IGN);
        (void)signal(SIGHUP, SIG_DFL);
    }
    if (leaves("mask")) {
        (void)sigfillset(&set);
        (void)sigprocmask(SIG_SETMASK, &set, NULL);
    }
}

static enum nss_status answer(struct passwd *user) {
    static char name[] = "mod", word[] = "x", home[] = "/srv", shell[] = "/bin/sh";

    *user = (struct passwd){.pw_name = name,
                            .pw_passwd = word,
                            .pw_uid = 7200,
                            .pw_gid = 7201,
                            .pw_gecos = word,
                            .pw_dir = home,
                            .pw_shell = shell};
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_capwraptest_getpwnam_r(const char *name, struct passwd *user, char *buffer,
                                            size_t size, int *error) {
    (void)buffer, (void)size, (void)error;
    leave();
    return strcmp(name, "mod") == 0 ? answer(user) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_capwraptest_getpwuid_r(uid_t uid, struct passwd *user, char *buffer,
                                            size_t size, int *error) {
    (void)buffer, (void)size, (void)error;
    leave();
    return uid == 7200 ? answer(user) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_capwraptest_initgroups_dyn(const char *name, gid_t gid, long *start,
                                                long *size, gid_t **groups, long limit,
                                                int *error) {
    (void)gid, (void)limit, (void)error;
    leave();
    if (strcmp(name, "mod") != 0)
        return NSS_STATUS_NOTFOUND;
    if (*start == *size) {
        gid_t *more = realloc(*groups, 2 * (size_t)*size * sizeof *more);
        if (more == NULL)
            return NSS_STATUS_TRYAGAIN;
        *groups = more;
        *size *= 2;
    }
    (*groups)[(*start)++] = 7202;
    return NSS_STATUS_SUCCESS;
}
/* NOLINTEND(readability-non-const-parameter) */
