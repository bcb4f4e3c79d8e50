#include "core/sys.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/descriptors.h"
#include "core/entries.h"
#include "core/userns_filter.h"

/* The calls without 32 in their name use 16-bit IDs where both exist (i386, arm, ...). */
#ifdef SYS_getresuid32
#define RAW(call) SYS_##call##32
#else
#define RAW(call) SYS_##call
#endif

static const uid_t NO_ID = UINT32_MAX; /* never a valid ID: buffers are poisoned with it */

static int result(long value) { return value < 0 ? -errno : (int)value; }

/* Returns how many bytes were read; more than capacity is not a valid result. */
static int size_of_answer(long value, size_t capacity) {
    return value > 0 && (size_t)value > capacity ? -EIO : result(value);
}

/* ---- readers ---- */

static int get_ids(long get_resid, long set_fsid, struct ids *ids) {
    *ids = ids_all(NO_ID);
    int error = result(syscall(get_resid, &ids->real, &ids->effective, &ids->saved));
    if (error != 0)
        return error;

    /* setfsuid(2) returns the ID in force, here for an argument that cannot be set. syscall(2)
     * reports the highest IDs as errors if long has 32 bits; only NO_ID, as EPERM, is none. */
    errno = 0;
    long fs = syscall(set_fsid, NO_ID);
    if (fs == -1 && errno != 0 && (sizeof fs > sizeof NO_ID || errno == EPERM))
        return -errno;
    ids->fs = (uid_t)(fs == -1 && errno != 0 ? -errno : fs);
    bool answered =
        ids->real != NO_ID && ids->effective != NO_ID && ids->saved != NO_ID && ids->fs != NO_ID;
    return answered ? 0 : -EIO;
}

int sys_get_uids(struct ids *ids) { return get_ids(RAW(getresuid), RAW(setfsuid), ids); }

int sys_get_gids(struct ids *ids) { return get_ids(RAW(getresgid), RAW(setfsgid), ids); }

int sys_get_groups(size_t capacity, gid_t *list) {
    if (capacity > 0)
        memset(list, 0xff, capacity * sizeof *list);
    return result(syscall(RAW(getgroups), (int)capacity, list));
}

int sys_get_caps(uint64_t *permitted, uint64_t *effective, uint64_t *inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[_LINUX_CAPABILITY_U32S_3];

    memset(half, 0xa5, sizeof half);
    int error = result(syscall(SYS_capget, &header, half));
    *permitted = half[0].permitted | (uint64_t)half[1].permitted << 32;
    *effective = half[0].effective | (uint64_t)half[1].effective << 32;
    *inheritable = half[0].inheritable | (uint64_t)half[1].inheritable << 32;
    return error;
}

static int ask(int what, unsigned long a, unsigned long b) {
    return result(syscall(SYS_prctl, what, a, b, 0UL, 0UL));
}

int sys_bounding_has(unsigned cap) { return ask(PR_CAPBSET_READ, cap, 0); }

int sys_ambient_has(unsigned cap) { return ask(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap); }

int sys_get_securebits(void) { return ask(PR_GET_SECUREBITS, 0, 0); }

int sys_get_keepcaps(void) { return ask(PR_GET_KEEPCAPS, 0, 0); }

int sys_get_no_new_privs(void) { return ask(PR_GET_NO_NEW_PRIVS, 0, 0); }

int sys_get_parent_death_signal(int *signal) {
    *signal = -1;
    return result(syscall(SYS_prctl, PR_GET_PDEATHSIG, signal, 0UL, 0UL, 0UL));
}

pid_t sys_get_parent(void) { return getppid(); }

int sys_filter_is_refused(void) {
    const struct sock_fprog nowhere = {.len = 1}; /* never in force: the kernel cannot read it */
    const unsigned long no_mode = ~0UL;

    /* A sandbox that refuses the whole option also refuses a mode that does not exist. */
    return ask(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (unsigned long)&nowhere) == -EACCES &&
           ask(PR_SET_SECCOMP, no_mode, 0) != -EACCES;
}

bool sys_userns_known(void) { return userns_machine() != NULL; }

int sys_get_seccomp_mode(void) { return ask(PR_GET_SECCOMP, 0, 0); }

/* clone(2) with these flags, which never creates a process. A result of 0 would be a lie, and no
 * caller treats it as being the child. */
static int clone_nothing(unsigned long flags) {
    const struct userns_machine *machine = userns_machine();
    bool second = machine != NULL && machine->abis[0].clone_flags == 1;

    return result(second ? syscall(SYS_clone, 0UL, flags, 0UL, 0UL, 0UL)
                         : syscall(SYS_clone, flags, 0UL, 0UL, 0UL, 0UL));
}

int sys_userns_refused(void) {
    const unsigned long newuser = CLONE_NEWUSER, fs = CLONE_FS;

    return (result(syscall(SYS_unshare, newuser | 1)) == -EPERM ? USERNS_UNSHARE : 0) |
           (clone_nothing(newuser | fs) == -EPERM ? USERNS_CLONE : 0) |
           (result(syscall(SYS_setns, -1, newuser)) == -EPERM ? USERNS_SETNS : 0) |
           (result(syscall(SYS_setns, -1, 0UL)) == -EPERM ? USERNS_SETNS_ANY : 0) |
           (result(syscall(SYS_clone3, NULL, 0UL)) == -ENOSYS ? USERNS_CLONE3 : 0);
}

/* Buffers are initialised with zeros, and a directory never has type 0. */
static int tell_directory(int error, const struct stat *status, struct sys_directory *directory) {
    if (error != 0 || !S_ISDIR(status->st_mode))
        return error != 0 ? -errno : -EIO;
    *directory = (struct sys_directory){.device = status->st_dev, .inode = status->st_ino};
    return 0;
}

int sys_get_directory(struct sys_directory *here) {
    struct stat status = {0};

    return tell_directory(stat(".", &status), &status, here);
}

int sys_read_umask(unsigned mask) {
    enum { ALL = 0777 };
    int in_force = result(syscall(SYS_umask, mask ^ ALL)), other = result(syscall(SYS_umask, mask));

    if (in_force < 0 || other == (int)(mask ^ ALL))
        return in_force;
    return other < 0 ? other : -EIO;
}

bool sys_is_on_procfs(const char *path) {
    struct statfs fs = {0};

    return statfs(path, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Reads a file of the kernel that must consist of one line. */
static bool read_line(const char *path, size_t capacity, char *line) {
    int size = sys_is_on_procfs(path) ? sys_read_head(path, capacity - 1, line) : 0;

    line[size > 0 ? size : 0] = '\0';
    return size > 0 && line[size - 1] == '\n' && strchr(line, '\n') == &line[size - 1];
}

/* Whether the map is one line that maps every ID to itself, as in the initial user namespace. */
static bool maps_every_id(const char *path) {
    char map[64];

    return read_line(path, sizeof map, map) &&
           strcmp(map, "         0          0 4294967295\n") == 0;
}

/* The initial user namespace has a fixed number (linux/proc_ns.h, PROC_USER_INIT_INO), maps all IDs
 * and denies setgroups(2) to nobody. This replaces six calls by one in the most frequent case. */
static bool is_initial_namespace(void) {
    static const char initial[] = "user:[4026531837]";
    char link[sizeof initial];

    return sys_is_on_procfs("/proc/self/ns") &&
           sys_read_link("/proc/self/ns/user", sizeof link, link) == sizeof initial - 1 &&
           memcmp(link, initial, sizeof initial - 1) == 0;
}

int sys_all_ids_mapped(void) {
    if (is_initial_namespace())
        return SYS_INITIAL_NAMESPACE;
    return maps_every_id("/proc/self/uid_map") && maps_every_id("/proc/self/gid_map");
}

int sys_overflow_id(const char *path, uid_t *id) {
    char text[16], *end;

    if (!read_line(path, sizeof text, text) || text[0] < '0' || text[0] > '9')
        return -EIO;
    *id = (uid_t)strtoul(text, &end, 10);
    return *end == '\n' ? 0 : -EIO;
}

int sys_ids_are_mapped(uid_t uid, const struct groups *gids) {
    int ends[2];

    /* chown(2) maps an ID before it checks permission: EINVAL means unmapped, another error does
     * not. */
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    bool mapped = uid == NO_ID || fchown(ends[0], uid, NO_ID) == 0 || errno != EINVAL;
    for (size_t i = 0; i < gids->count && mapped; i++)
        mapped = fchown(ends[0], NO_ID, gids->list[i]) == 0 || errno != EINVAL;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return mapped;
}

int sys_setgroups_denied(void) {
    char text[16];

    return (read_line("/proc/self/setgroups", sizeof text, text) && strcmp(text, "deny\n") == 0) ||
           sys_read_head("/proc/self/gid_map", sizeof text, text) == 0;
}

/* ---- labels ---- */

/* linux/lsm.h, since Linux 6.8. The architectures below number system calls differently. */
#ifndef SYS_lsm_get_self_attr
#if defined __alpha__ || defined __mips__ || (defined __x86_64__ && defined __ILP32__)
#define SYS_lsm_get_self_attr -1
#define SYS_lsm_set_self_attr -1
#else
#define SYS_lsm_get_self_attr 459
#define SYS_lsm_set_self_attr 460
#endif
#endif

enum { ATTRIBUTE_EXEC = 101, SINGLE = 1 };

struct lsm_context { /* struct lsm_ctx, with space for the text */
    uint64_t module;
    uint64_t flags; /* cppcheck-suppress unusedStructMember; the kernel reads it, as 0 */
    uint64_t size, text_size;
    char text[LABEL_TEXT];
};

static const struct {
    uint64_t number;
    const char *exec, *current;
} LSM[MODULES] = {
    [MODULE_APPARMOR] = {104, "/proc/thread-self/attr/apparmor/exec",
                         "/proc/thread-self/attr/apparmor/current"},
    [MODULE_SELINUX] = {101, "/proc/thread-self/attr/exec", "/proc/thread-self/attr/current"},
};

/* Reads the file. AppArmor returns EINVAL when no label was requested; the kernel returns it when
 * AppArmor is not active, and then the file of the current label gives nothing either. */
static int file_enters_label(enum module module, const char *label, char text[LABEL_TEXT]) {
    int size = sys_read_head(LSM[module].exec, LABEL_TEXT, text);

    if (size >= 0)
        return label_matches(module, label, text, (size_t)size);
    if (size == -EINVAL && sys_read_head(LSM[module].current, LABEL_TEXT, text) > 0)
        return 0;
    return size == -EINVAL || size == -ENOENT ? -EOPNOTSUPP : size;
}

int sys_enters_label(enum module module, const char *label) {
    struct lsm_context context = {.module = LSM[module].number,
                                  .flags = 0}; /* the kernel requires zeros */
    uint32_t size = sizeof context;

    int error = result(syscall(SYS_lsm_get_self_attr, ATTRIBUTE_EXEC, &context, &size, SINGLE));
    if (error == -ENOSYS)
        return file_enters_label(module, label, context.text);
    if (error < 0)
        return error == -ENOENT ? 0 : error; /* AppArmor, when no label was requested */
    return context.module == LSM[module].number && context.text_size <= sizeof context.text &&
           label_matches(module, label, context.text, (size_t)context.text_size);
}

static int write_file(const char *path, const char *text, size_t size) {
    int fd = result(open(path, O_WRONLY | O_CLOEXEC));
    if (fd < 0)
        return fd == -ENOENT ? -EOPNOTSUPP : fd;
    int written = result(write(fd, text, size));
    (void)close(fd);
    if (written < 0)
        return written;
    return (size_t)written == size ? 0 : -EIO;
}

int sys_enter_label(enum module module, const char *label) {
    struct lsm_context context = {.module = LSM[module].number, .flags = 0};

    size_t length = label_request(module, label, context.text);
    context.text_size = length;
    context.size = offsetof(struct lsm_context, text) + length;
    int error = result(
        syscall(SYS_lsm_set_self_attr, ATTRIBUTE_EXEC, &context, (uint32_t)context.size, 0U));
    if (error == -ENOSYS)
        error = write_file(LSM[module].exec, context.text, length);
    return error > 0 ? 0 : error;
}

/* ---- probes ---- */

int sys_try_uids(uid_t real, uid_t effective, uid_t saved) {
    return result(syscall(RAW(setresuid), real, effective, saved));
}

int sys_try_gids(gid_t real, gid_t effective, gid_t saved) {
    return result(syscall(RAW(setresgid), real, effective, saved));
}

int sys_try_setpcap(void) {
    const unsigned index = CAP_TO_INDEX(CAP_SETPCAP), mask = CAP_TO_MASK(CAP_SETPCAP);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct half[_LINUX_CAPABILITY_U32S_3] = {{0}};

    half[index].permitted = half[index].effective = mask;
    return result(syscall(SYS_capset, &header, half));
}

int sys_try_unset_keepcaps(void) { return ask(PR_SET_KEEPCAPS, 0, 0); }

/* ---- confirmation of ids ---- */

int sys_confirm_uid(uid_t uid) { return result(syscall(RAW(setreuid), uid, uid)); }

int sys_confirm_gid(gid_t gid) { return result(syscall(RAW(setregid), gid, gid)); }

/* ---- writers ---- */

int sys_set_caps(uint64_t permitted, uint64_t effective, uint64_t inheritable) {
    capng_clear(CAPNG_SELECT_CAPS);
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        unsigned sets = ((permitted & CAP_MASK(cap)) != 0 ? CAPNG_PERMITTED : 0U) |
                        ((effective & CAP_MASK(cap)) != 0 ? CAPNG_EFFECTIVE : 0U) |
                        ((inheritable & CAP_MASK(cap)) != 0 ? CAPNG_INHERITABLE : 0U);
        if (sets != 0 && capng_update(CAPNG_ADD, (capng_type_t)sets, cap) != 0)
            return -EOPNOTSUPP; /* the library's probe at startup found fewer capabilities */
    }
    /* Only this selection of capng_apply is reliable: CAPNG_SELECT_BOUNDS returns 0 in releases
     * that failed to drop (docs/adr/0001-libcap-ng.md). */
    errno = EIO;
    return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : -errno;
}

static int set(int what, unsigned long a, unsigned long b) {
    return result(prctl(what, a, b, 0UL, 0UL));
}

int sys_bounding_drop(unsigned cap) { return set(PR_CAPBSET_DROP, cap, 0); }

int sys_ambient_raise(unsigned cap) { return set(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap); }

int sys_ambient_lower(unsigned cap) { return set(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, cap); }

int sys_set_keepcaps(bool on) { return set(PR_SET_KEEPCAPS, on, 0); }

int sys_set_securebits(unsigned bits) { return set(PR_SET_SECUREBITS, bits, 0); }

int sys_set_no_new_privs(void) { return set(PR_SET_NO_NEW_PRIVS, 1, 0); }

int sys_set_parent_death_signal(int signal) {
    return set(PR_SET_PDEATHSIG, (unsigned long)signal, 0);
}

int sys_disable_userns(void) {
    const struct userns_machine *machine = userns_machine();
    struct sock_filter filter[USERNS_FILTER_MOST];
    struct sock_fprog program = {.filter = filter};

    if (machine == NULL)
        return -EOPNOTSUPP;
    program.len =
        (unsigned short)userns_filter_make(machine, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, filter);
    return set(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (unsigned long)&program);
}

int sys_set_umask(unsigned mask) {
    int before = result(syscall(SYS_umask, mask)); /* umask(3) of the C library reports no error */

    return before < 0 ? before : 0;
}

int sys_enter_directory(const char *path, struct sys_directory *entered) {
    struct stat status = {0};

    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = tell_directory(fstat(fd, &status), &status, entered);
    if (error == 0)
        error = result(fchdir(fd));
    (void)close(fd);
    return error;
}

int sys_set_groups(const struct groups *groups) {
    return result(setgroups(groups->count, groups->list));
}

int sys_set_gids(gid_t real, gid_t effective, gid_t saved) {
    return result(setresgid(real, effective, saved));
}

int sys_set_uids(uid_t real, uid_t effective, uid_t saved) {
    return result(setresuid(real, effective, saved));
}

static bool is_blocked(int error) { return error == -ENOSYS || error == -EPERM; }

static int session_keyring(void) {
    return result(
        syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0UL, 0UL, 0UL));
}

int sys_new_session_keyring(void) {
    int before =
        session_keyring(); /* fails for a keyring that is revoked, expired or not searchable */
    int joined = result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0UL, 0UL, 0UL));
    int in_force = session_keyring();

    if (is_blocked(before) && is_blocked(joined) && is_blocked(in_force))
        return 0;
    if (joined < 0)
        return joined;
    return joined > 0 && joined == in_force && joined != before ? 0 : -EIO;
}

/* The highest number at which a descriptor is planted: for a higher one the kernel would allocate a
 * table with as many entries, which may need gigabytes. */
enum { PLANTED_MOST = 65535 };

/* Plants a descriptor at the highest possible number; what is open there will be closed anyway.
 * Returns its number, or -errno; 0 when there is none above low. */
static int plant_high(int low) {
    struct rlimit limit = {0};

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -errno;
    int high = limit.rlim_cur > PLANTED_MOST ? PLANTED_MOST : (int)limit.rlim_cur - 1;
    return high <= low ? 0 : result(dup3(STDERR_FILENO, high, O_CLOEXEC));
}

static bool is_closed(int fd) { return fcntl(fd, F_GETFD) < 0 && errno == EBADF; }

static int is_above_stderr(void *nothing, int fd) {
    (void)nothing;
    return fd > STDERR_FILENO ? -EIO : 0;
}

int sys_close_above_stderr(void) {
    int low = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (low < 0)
        return -errno;
    int high = plant_high(low);
    if (high < 0)
        return high;

    int error = result(syscall(SYS_close_range, STDERR_FILENO + 1U, ~0U, 0U));
    if (error != 0)
        return error;
    if (!is_closed(low) || (high != 0 && !is_closed(high)))
        return -EIO;
    error = descriptors_each(is_above_stderr, NULL);
    return error == -ENOENT ? 0 : error; /* without /proc, only the planted ones are checked */
}

/* Buffers are initialised with zeros, and no valid result is zero: a file has a type, and the
 * kernel marks the flags of a mount as valid (statfs(2), ST_VALID). */
static bool is_answer(const struct stat *status, const struct statfs *fs) {
    enum { FLAGS_ARE_VALID = 0x20 };

    return (status->st_mode & S_IFMT) != 0 && ((unsigned long)fs->f_flags & FLAGS_ARE_VALID) != 0;
}

/* ---- the standard streams ---- */

/* Whether it is a terminal whose session this process leads. The owner of any other one is
 * unchanged: the owner of a terminal can read what is typed there after the program has exited. */
static bool leads_terminal(int fd, const struct stat *status) {
    enum { PTY_SLAVE_FIRST = 136, PTY_SLAVE_LAST = 143 }; /* admin-guide/devices, UNIX98 */
    unsigned major_number = major(status->st_rdev);
    pid_t session = -1;

    return S_ISCHR(status->st_mode) && major_number >= PTY_SLAVE_FIRST &&
           major_number <= PTY_SLAVE_LAST && getsid(0) == getpid() &&
           ioctl(fd, TIOCGSID, &session) == 0 && session == getpid();
}

int sys_stdio_owner(int fd, uid_t *owner) {
    struct stat status = {0};
    struct statfs fs = {0};

    if (fstatfs(fd, &fs) != 0 || fstat(fd, &status) != 0)
        return errno == EBADF ? 0 : -errno;
    if (!is_answer(&status, &fs))
        return -EIO;
    *owner = status.st_uid;
    return fs.f_type == PIPEFS_MAGIC ||
           (fs.f_type == DEVPTS_SUPER_MAGIC && leads_terminal(fd, &status));
}

int sys_may_reopen(int fd) {
    char path[32];
    struct stat status = {0};

    int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC) != 0 || fstat(fd, &status) != 0)
        return 0;
    if (S_ISSOCK(status.st_mode))
        return -ENXIO;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int error = result(syscall(SYS_faccessat2, AT_FDCWD, path, W_OK, AT_EACCESS));
    return error == -EACCES ? error : 0;
}

int sys_chown_fd(int fd, uid_t uid) { return result(fchown(fd, uid, (gid_t)-1)); }

/* ---- files ---- */

int sys_inspect(const char *path, struct sys_file *file) {
    struct stat status = {0};
    struct statfs fs = {0};

    if (stat(path, &status) != 0 || statfs(path, &fs) != 0)
        return -errno;
    if (!is_answer(&status, &fs))
        return -EIO;
    *file = (struct sys_file){
        .mode = status.st_mode,
        .owner = status.st_uid,
        .group = status.st_gid,
        .nosuid = ((unsigned long)fs.f_flags & ST_NOSUID) != 0,
        .noexec = ((unsigned long)fs.f_flags & ST_NOEXEC) != 0,
    };
    return 0;
}

int sys_may_execute(const char *path) {
    struct sys_file file = {0};
    int error = result(syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS));

    if (!is_blocked(error))
        return error;
    /* Linux before 5.8, or a seccomp filter of that time. access(2) would ignore kept capabilities,
     * so only the mode bits are checked: execve makes the final decision. */
    error = sys_inspect(path, &file);
    if (error == 0 && (file.mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        return -EACCES;
    return error;
}

int sys_read_link(const char *path, size_t capacity, char *target) {
    return size_of_answer(syscall(SYS_readlinkat, AT_FDCWD, path, target, capacity), capacity);
}

static int open_to_read(const char *path) {
    return result(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

int sys_read_head(const char *path, size_t capacity, char *head) {
    const char poison = '\xff'; /* the first byte of no text and no format that execve knows */

    int fd = open_to_read(path);
    if (fd < 0)
        return fd;
    head[0] = poison;
    int size = size_of_answer(read(fd, head, capacity), capacity);
    (void)close(fd);
    if (size == 0)
        head[0] = '\0';
    return head[0] == poison && size > 0 ? -EIO : size;
}

int sys_read_at(const char *path, uint64_t offset, size_t capacity, void *bytes) {
    int fd = open_to_read(path);
    if (fd < 0)
        return fd;
    int size = size_of_answer(pread(fd, bytes, capacity, (off_t)offset), capacity);
    (void)close(fd);
    return size;
}

int sys_read_file_caps(const char *path, size_t capacity, void *attribute) {
    memset(attribute, 0xff, capacity); /* not a valid revision */
    int size = size_of_answer(getxattr(path, "security.capability", attribute, capacity), capacity);

    return size == -EOPNOTSUPP ? -ENODATA : size;
}

static int is_format(void *nothing, const char *name) {
    (void)nothing;
    return name[0] != '.' && strcmp(name, "register") != 0 && strcmp(name, "status") != 0;
}

int sys_has_formats(void) {
    int fd = open("/proc/sys/fs/binfmt_misc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    int found = entries_each(fd, is_format, NULL);
    (void)close(fd);
    return found;
}

int sys_execve_check(const char *path) {
    enum { CHECK = 0x10000 }; /* AT_EXECVE_CHECK, in linux/fcntl.h since Linux 6.14 */
    const char *const words[] = {path, NULL}, *const *none = words + 1;

    int error = result(syscall(SYS_execveat, AT_FDCWD, path, words, none, CHECK));
    /* A filter that refuses the whole call also refuses flags that do not exist; the kernel returns
     * EINVAL for these. */
    if (error == -EPERM &&
        result(syscall(SYS_execveat, AT_FDCWD, path, words, none, ~CHECK)) == -EPERM)
        return -ENOSYS;
    return error;
}

int sys_execve(const char *path, char *const argv[], char *const envp[]) {
    return result(execve(path, argv, envp));
}
