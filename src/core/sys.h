/*
 * sys - the whole kernel surface of the transition: every call that reads or changes privilege,
 * and the few that inspect files. The unit tests link a fake kernel in its place.
 *
 * Every function returns 0 (or the value named) on success and -errno on failure.
 *
 * Readers use raw system calls and poison their buffers first, so that they share nothing with the
 * writers and a call that answers "done" without answering is noticed. On 32-bit machines they are
 * the calls with 32-bit ids.
 */
#ifndef CAPWRAP_SYS_H
#define CAPWRAP_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/cred.h"
#include "core/label.h"

/* ---- readers: raw system calls ---- */

int sys_get_uids(struct ids *ids);                /* getresuid(2), setfsuid(2) with -1 */
int sys_get_gids(struct ids *ids);                /* getresgid(2), setfsgid(2) with -1 */
int sys_get_groups(size_t capacity, gid_t *list); /* getgroups(2): the number of groups */
int sys_get_caps(uint64_t *permitted, uint64_t *effective, uint64_t *inheritable); /* capget(2) */
int sys_bounding_has(unsigned cap);           /* PR_CAPBSET_READ: 0, 1 or -EINVAL */
int sys_ambient_has(unsigned cap);            /* PR_CAP_AMBIENT_IS_SET: 0, 1 or -EINVAL */
int sys_get_securebits(void);                 /* PR_GET_SECUREBITS: the bits */
int sys_get_keepcaps(void);                   /* PR_GET_KEEPCAPS: 0 or 1 */
int sys_get_no_new_privs(void);               /* PR_GET_NO_NEW_PRIVS: 0 or 1 */
int sys_get_parent_death_signal(int *signal); /* PR_GET_PDEATHSIG */
pid_t sys_get_parent(void);                   /* getppid(2) */

/* An independent reader of no_new_privs: 1 when the kernel refuses a seccomp filter, as it does
 * without no_new_privs and CAP_SYS_ADMIN (seccomp(2)); 0 when it does not, or when it cannot be
 * told. */
int sys_filter_is_refused(void);

/* Whether path lies on procfs, by statfs(2): anything may be mounted at /proc. */
bool sys_is_on_procfs(const char *path);
/* 1 when this user namespace maps every id (user_namespaces(7)), so that an id is what it reads
 * as; SYS_INITIAL_NAMESPACE when it is the initial one, which does so and denies nobody
 * setgroups(2); 0 when it does not, or when /proc does not tell. */
int sys_all_ids_mapped(void);
enum { SYS_INITIAL_NAMESPACE = 2 };
/* The number in overflowuid or overflowgid (proc_sys_kernel(5)), which is what an unmapped id reads
 * as. */
int sys_overflow_id(const char *path, uid_t *id);
/* 1 when this user namespace maps uid, unless that is 4294967295, and all of gids; 0 when it does
 * not; -errno when that cannot be told. Asks fchown(2) of a new pipe, which needs no /proc. */
int sys_ids_are_mapped(uid_t uid, const struct groups *gids);

/* 1 when this user namespace denies setgroups(2) to everybody: /proc/self/setgroups says so, or no
 * gid is mapped yet (user_namespaces(7)). */
int sys_setgroups_denied(void);

/* A directory, as stat(2) tells one from another. */
struct sys_directory {
    uint64_t device, inode;
};

int sys_get_directory(struct sys_directory *here); /* stat(2) of the working directory */
/* umask(2), which reads by writing: sets another mask, and then this one. What was in force before;
 * -EIO where the second answer is not the mask that the first call has set. */
int sys_read_umask(unsigned mask);

/* The calls that make or enter a user namespace, as asked without effect: with arguments that the
 * kernel refuses by another error where no filter refuses the call. */
enum sys_userns {
    USERNS_UNSHARE = 1,   /* unshare(CLONE_NEWUSER | 1): EINVAL, or EPERM */
    USERNS_CLONE = 2,     /* clone(CLONE_NEWUSER | CLONE_FS): EINVAL, or EPERM */
    USERNS_SETNS = 4,     /* setns(-1, CLONE_NEWUSER): EBADF, or EPERM */
    USERNS_SETNS_ANY = 8, /* setns(-1, 0): EBADF, or EPERM */
    USERNS_CLONE3 = 16,   /* clone3(NULL, 0): EINVAL, or ENOSYS */
    USERNS_ALL = 31,
};

/* Those that are refused as by the filter of --disable-userns, whoever's filter it is, as a mask.
 */
int sys_userns_refused(void);
bool sys_userns_known(void);    /* this architecture has a row in core/userns_filter */
int sys_get_seccomp_mode(void); /* PR_GET_SECCOMP: 0, or 2 under a filter */

/* ---- labels: LSM_ATTR_EXEC, what the next execve enters ----
 *
 * lsm_get_self_attr(2) and lsm_set_self_attr(2); before Linux 6.8 a file in /proc/thread-self/attr.
 * -EOPNOTSUPP when that module is not active. */

int sys_enters_label(enum module module, const char *label); /* the reader: 1 it does, or 0 */
int sys_enter_label(enum module module, const char *label);  /* the writer */

/* ---- probes: raw system calls of the proof, which must fail ---- */

/* setresuid(2) and setresgid(2), back to the ids of the start. At the start, without the
 * capability: whether these ids are one's own, or only read as they do (user_namespaces(7)). */
int sys_try_uids(uid_t real, uid_t effective, uid_t saved);
int sys_try_gids(gid_t real, gid_t effective, gid_t saved);
/* capset(2) to CAP_SETPCAP alone, which fails where that is not permitted. At the start: whether
 * capget(2) told the truth about what the bounding set is narrowed with. */
int sys_try_setpcap(void);
int sys_try_unset_keepcaps(void); /* PR_SET_KEEPCAPS to 0, which a locked securebit forbids */

/* ---- confirmation of ids: raw system calls of the proof, after which the ids are read again ----
 */

/* setreuid(2) and setregid(2) to one id. Without the capability they succeed only when the id is
 * truly one's own; with it, it is afterwards. */
int sys_confirm_uid(uid_t uid);
int sys_confirm_gid(gid_t gid);

/* ---- writers ---- */

int sys_set_caps(uint64_t permitted, uint64_t effective, uint64_t inheritable); /* libcap-ng */
int sys_bounding_drop(unsigned cap);                        /* PR_CAPBSET_DROP */
int sys_ambient_raise(unsigned cap);                        /* PR_CAP_AMBIENT_RAISE */
int sys_ambient_lower(unsigned cap);                        /* PR_CAP_AMBIENT_LOWER */
int sys_set_keepcaps(bool on);                              /* PR_SET_KEEPCAPS */
int sys_set_groups(const struct groups *groups);            /* setgroups(2) */
int sys_set_gids(gid_t real, gid_t effective, gid_t saved); /* setresgid(2) */
int sys_set_uids(uid_t real, uid_t effective, uid_t saved); /* setresuid(2) */
int sys_set_securebits(unsigned bits);                      /* PR_SET_SECUREBITS */
int sys_set_no_new_privs(void);                             /* PR_SET_NO_NEW_PRIVS */
int sys_set_parent_death_signal(int signal);                /* PR_SET_PDEATHSIG */
int sys_disable_userns(void);     /* PR_SET_SECCOMP with core/userns_filter */
int sys_set_umask(unsigned mask); /* umask(2) */
/* Opens a directory, without permission to read it, and fchdir(2) into it: *entered is what was
 * opened. */
int sys_enter_directory(const char *path, struct sys_directory *entered);

/* A fresh, empty session keyring (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING), read back by its serial
 * number, which must be another one than before. Returns 0 as well when keyctl as a whole is
 * blocked (ENOSYS, EPERM), as by a container's seccomp filter: then it is blocked for the program
 * too. */
int sys_new_session_keyring(void);

/* close_range(2) from 3 on. Two descriptors that are planted before, as low and as high as the
 * limit has it, tell whether it happened; and /proc/self/fd, where it is there. */
int sys_close_above_stderr(void);

/* ---- the standard streams ---- */

/* The owner of descriptor fd when it is one that --chown-stdio hands over: an anonymous pipe, or
 * the terminal whose session this process leads. 1 and *owner; 0 when it is not; -errno. */
int sys_stdio_owner(int fd, uid_t *owner);
int sys_chown_fd(int fd, uid_t uid); /* fchown(2), group unchanged */
/* Whether the effective ids and capabilities may open descriptor fd again for writing, by way of
 * /dev/stdout and the like: -EACCES when they may not, -ENXIO for a socket, which nobody may; 0
 * when they may, when execve closes it, or when it cannot be told. */
int sys_may_reopen(int fd);

/* ---- files, as execve will see them ---- */

/* What can be known of a file before execve. */
struct sys_file {
    unsigned mode; /* st_mode */
    uid_t owner;
    gid_t group;
    bool nosuid; /* the mount takes no set-id bits and no file capabilities */
    bool noexec; /* the mount takes no programs */
};

/* Execute permission for the effective ids and capabilities (faccessat2(2), AT_EACCESS). */
int sys_may_execute(const char *path);
int sys_inspect(const char *path, struct sys_file *file);           /* stat(2), statfs(2) */
int sys_read_link(const char *path, size_t capacity, char *target); /* readlinkat(2): its length */
/* The first bytes of a file: how many were read. */
int sys_read_head(const char *path, size_t capacity, char *head);
/* The same from offset on. */
int sys_read_at(const char *path, uint64_t offset, size_t capacity, void *bytes);
/* The attribute security.capability: its size, or -ENODATA. */
int sys_read_file_caps(const char *path, size_t capacity, void *attribute);

/* 1 when binfmt_misc shows formats that were registered beside those of the kernel (proc(5)); 0
 * when it shows none, or is not mounted. */
int sys_has_formats(void);

/* What execve(2) of path would answer up to the file's format (execveat(2), AT_EXECVE_CHECK): 0, or
 * its error; -EINVAL by Linux before 6.14, -ENOSYS where execveat as a whole is blocked. */
int sys_execve_check(const char *path);
int sys_execve(const char *path, char *const argv[], char *const envp[]); /* always -errno, or 0 */

#endif
