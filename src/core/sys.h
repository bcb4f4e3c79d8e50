/*
 * sys - the complete kernel interface of the transition: every call that reads or changes
 * privilege, and the few that inspect files. The unit tests link a fake kernel in its place.
 *
 * Every function returns 0 (or the value named) on success and -errno on failure.
 *
 * Readers use raw system calls and poison their buffers first. They share nothing with the writers,
 * and a call that reports success without filling the buffer is detected. On 32-bit machines they
 * use the calls with 32-bit IDs.
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
int sys_get_groups(size_t capacity, gid_t *list); /* getgroups(2): returns the number of groups */
int sys_get_caps(uint64_t *permitted, uint64_t *effective, uint64_t *inheritable); /* capget(2) */
int sys_bounding_has(unsigned cap);           /* PR_CAPBSET_READ: 0, 1 or -EINVAL */
int sys_ambient_has(unsigned cap);            /* PR_CAP_AMBIENT_IS_SET: 0, 1 or -EINVAL */
int sys_get_securebits(void);                 /* PR_GET_SECUREBITS: the bits */
int sys_get_keepcaps(void);                   /* PR_GET_KEEPCAPS: 0 or 1 */
int sys_get_no_new_privs(void);               /* PR_GET_NO_NEW_PRIVS: 0 or 1 */
int sys_get_parent_death_signal(int *signal); /* PR_GET_PDEATHSIG */
pid_t sys_get_parent(void);                   /* getppid(2) */

/* An independent reader of no_new_privs. Returns 1 when the kernel refuses a seccomp filter, as it
 * does without no_new_privs and CAP_SYS_ADMIN (seccomp(2)); 0 when it does not refuse, or when the
 * result is not clear. */
int sys_filter_is_refused(void);

/* Whether path is on procfs, checked with statfs(2): anything may be mounted at /proc. */
bool sys_is_on_procfs(const char *path);
/* Returns 1 when this user namespace maps every ID (user_namespaces(7)), so that an ID is the one
 * that is read; SYS_INITIAL_NAMESPACE for the initial namespace, which maps every ID and denies
 * setgroups(2) to nobody; 0 when it does not map every ID, or when /proc does not report it. */
int sys_all_ids_mapped(void);
enum { SYS_INITIAL_NAMESPACE = 2 };
/* Reads overflowuid or overflowgid (proc_sys_kernel(5)), the number that an unmapped ID reads as.
 */
int sys_overflow_id(const char *path, uid_t *id);
/* Returns 1 when this user namespace maps uid (unless it is 4294967295) and all of gids; 0 when
 * not; -errno when this is unknown. Uses fchown(2) of a new pipe, which needs no /proc. */
int sys_ids_are_mapped(uid_t uid, const struct groups *gids);

/* Returns 1 when this user namespace denies setgroups(2) to every process: /proc/self/setgroups
 * contains deny, or no group ID is mapped yet (user_namespaces(7)). */
int sys_setgroups_denied(void);

/* A directory, identified as by stat(2). */
struct sys_directory {
    uint64_t device, inode;
};

int sys_get_directory(struct sys_directory *here); /* stat(2) of the working directory */
/* umask(2) reads only by writing: this function sets another mask, and then mask. Returns the umask
 * that was in force; -EIO when the second call does not return the mask set by the first one. */
int sys_read_umask(unsigned mask);

/* The calls that create or enter a user namespace, each tried without effect: its arguments make
 * the kernel return an error other than that of a filter. */
enum sys_userns {
    USERNS_UNSHARE = 1,   /* unshare(CLONE_NEWUSER | 1): EINVAL, or EPERM */
    USERNS_CLONE = 2,     /* clone(CLONE_NEWUSER | CLONE_FS): EINVAL, or EPERM */
    USERNS_SETNS = 4,     /* setns(-1, CLONE_NEWUSER): EBADF, or EPERM */
    USERNS_SETNS_ANY = 8, /* setns(-1, 0): EBADF, or EPERM */
    USERNS_CLONE3 = 16,   /* clone3(NULL, 0): EINVAL, or ENOSYS */
    USERNS_ALL = 31,
};

/* Returns the mask of the calls that are refused as by the filter of --disable-userns, whichever
 * filter refuses them. */
int sys_userns_refused(void);
bool sys_userns_known(void);    /* core/userns_filter supports this architecture */
int sys_get_seccomp_mode(void); /* PR_GET_SECCOMP: 0, or 2 under a filter */

/* ---- labels: LSM_ATTR_EXEC, the label that the next execve enters ----
 *
 * lsm_get_self_attr(2) and lsm_set_self_attr(2); before Linux 6.8 a file in /proc/thread-self/attr.
 * -EOPNOTSUPP when that module is not active. */

int sys_enters_label(enum module module, const char *label); /* the reader: 1 if so, else 0 */
int sys_enter_label(enum module module, const char *label);  /* the writer */

/* ---- probes: raw system calls of the proof, which must fail ---- */

/* setresuid(2) and setresgid(2) to the IDs of the start. At the start, without the capability, they
 * show whether these IDs are the caller's, or only read as such (user_namespaces(7)). */
int sys_try_uids(uid_t real, uid_t effective, uid_t saved);
int sys_try_gids(gid_t real, gid_t effective, gid_t saved);
/* capset(2) to CAP_SETPCAP alone, which fails unless that is permitted. Used at the start to check
 * what capget(2) reported about this capability, which is needed to narrow the bounding set. */
int sys_try_setpcap(void);
int sys_try_unset_keepcaps(void); /* PR_SET_KEEPCAPS to 0, which a locked securebit forbids */

/* ---- confirmation of ids: raw system calls of the proof, followed by a new read ---- */

/* setreuid(2) and setregid(2) to one ID. Without the capability they succeed only when the process
 * already has that ID; with it, the process has that ID afterwards. */
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
/* Opens a directory, without the need to read it, and changes to it with fchdir(2): *entered
 * identifies the directory that was opened. */
int sys_enter_directory(const char *path, struct sys_directory *entered);

/* Creates a new, empty session keyring (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING) and reads back its
 * serial number, which must differ from the one before. Also returns 0 when keyctl as a whole is
 * blocked (ENOSYS, EPERM), for example by the seccomp filter of a container: then it is blocked for
 * the program too. */
int sys_new_session_keyring(void);

/* close_range(2) from descriptor 3 on. Two descriptors are opened before, at the lowest number and
 * the highest that the limit allows, to check the result; /proc/self/fd is read too, if present. */
int sys_close_above_stderr(void);

/* ---- the standard streams ---- */

/* Reads the owner of descriptor fd if --chown-stdio applies to it: an anonymous pipe, or the
 * terminal whose session this process leads. Returns 1 with *owner set; 0 when not; -errno. */
int sys_stdio_owner(int fd, uid_t *owner);
int sys_chown_fd(int fd, uid_t uid); /* fchown(2), group unchanged */
/* Whether the effective IDs and capabilities may reopen descriptor fd for writing, through
 * /dev/stdout and the like. Returns -EACCES when they may not; -ENXIO for a socket, which nobody
 * may reopen; 0 when they may, when execve closes it, or when this cannot be determined. */
int sys_may_reopen(int fd);

/* ---- files, as execve will see them ---- */

/* The properties of a file that can be read before execve. */
struct sys_file {
    unsigned mode; /* st_mode */
    uid_t owner;
    gid_t group;
    bool nosuid; /* the mount ignores set-id bits and file capabilities */
    bool noexec; /* the mount permits no execution */
};

/* Checks execute permission for the effective IDs and capabilities (faccessat2(2), AT_EACCESS). */
int sys_may_execute(const char *path);
int sys_inspect(const char *path, struct sys_file *file);           /* stat(2), statfs(2) */
int sys_read_link(const char *path, size_t capacity, char *target); /* readlinkat(2): its length */
/* Reads the first bytes of a file; returns how many were read. */
int sys_read_head(const char *path, size_t capacity, char *head);
/* As sys_read_head, from offset on. */
int sys_read_at(const char *path, uint64_t offset, size_t capacity, void *bytes);
/* Reads the attribute security.capability; returns its size, or -ENODATA. */
int sys_read_file_caps(const char *path, size_t capacity, void *attribute);

/* Returns 1 when binfmt_misc lists formats that are registered in addition to those of the kernel
 * (proc(5)); 0 when it lists none, or is not mounted. */
int sys_has_formats(void);

/* The result that execve(2) of path would have before it reads the format (execveat(2),
 * AT_EXECVE_CHECK): 0, or its error; -EINVAL before Linux 6.14, -ENOSYS if execveat is blocked. */
int sys_execve_check(const char *path);
int sys_execve(const char *path, char *const argv[], char *const envp[]); /* always -errno, or 0 */

#endif
