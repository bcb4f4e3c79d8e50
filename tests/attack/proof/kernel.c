#include "kernel.h"

#include <errno.h>
#include <linux/capability.h>

#include "core/directory.h"
#include "core/fail.h"

struct kernel kernel;
unsigned kernel_writer_lies, kernel_confirm_lies, kernel_reader_lies;
bool kernel_may_fail = true;

enum { ALL_SECUREBITS = 0xfff, LOCKS = 0xaaa, MAX_ERRNO = 4095 };

static bool able(int cap) { return (kernel.effective & CAP_MASK(cap)) != 0; }

static uint64_t known(void) { return kernel.caps < 64 ? CAP_MASK(kernel.caps) - 1 : UINT64_MAX; }

/* ---- any state ---- */

static bool is_mapped(uint64_t id) {
    return id >= kernel.map_first && id - kernel.map_first < kernel.map_count;
}

static kernel_id any_id(void) {
    kernel_id id = nondet_u64();

    ASSUME(is_mapped(id) || (!kernel.all_mapped && id >= UNMAPPED && id < 2 * UNMAPPED));
    return id;
}

static struct kernel_ids any_ids(void) {
    return (struct kernel_ids){
        .real = any_id(), .effective = any_id(), .saved = any_id(), .fs = any_id()};
}

static void any_machine(void) {
    kernel.all_mapped = nondet_bool();
    kernel.map_first = kernel.all_mapped ? 0 : nondet_u32();
    kernel.map_count = kernel.all_mapped ? UINT32_MAX : nondet_u32();
    ASSUME((uint64_t)kernel.map_first + kernel.map_count <= UINT32_MAX);
    kernel.setgroups_denied = nondet_bool();
    kernel.proc_tells = nondet_bool();
    kernel.overflow_uid = nondet_u32();
    kernel.overflow_gid = nondet_u32();
    ASSUME(kernel.overflow_uid <= 65535 && kernel.overflow_gid <= 65535); /* kernel/sysctl.c */
    kernel.caps = nondet_unsigned();
    ASSUME(kernel.caps >= 1 && kernel.caps <= CAP_BITS);
    kernel.userns_known = nondet_bool();
    kernel.filtered_before = nondet_bool();
    kernel.userns_refused = nondet_int() & USERNS_ALL;
}

static struct sys_directory any_directory(void) {
    return (struct sys_directory){.device = nondet_u64(), .inode = nondet_u64()};
}

static void any_sets(void) {
    kernel.permitted = nondet_u64();
    kernel.effective = nondet_u64();
    kernel.inheritable = nondet_u64();
    kernel.bounding = nondet_u64();
    kernel.ambient = nondet_u64();
    ASSUME(((kernel.permitted | kernel.inheritable | kernel.bounding) & ~known()) == 0);
    ASSUME((kernel.effective & ~kernel.permitted) == 0);
    ASSUME((kernel.ambient & ~(kernel.permitted & kernel.inheritable)) == 0);
}

void kernel_any(void) {
    any_machine();
    any_sets();
    kernel.uid = any_ids();
    kernel.gid = any_ids();
    kernel.groups = nondet_unsigned();
    ASSUME(kernel.groups <= MOST_GROUPS);
    for (unsigned i = 0; i < MOST_GROUPS; i++)
        kernel.group[i] = any_id();
    kernel.securebits = nondet_unsigned();
    ASSUME(kernel.securebits <= ALL_SECUREBITS);
    kernel.no_new_privs = nondet_bool();
    kernel.parent_death = nondet_int();
    ASSUME(kernel.parent_death >= 0 && kernel.parent_death <= MAX_SIGNAL);
    kernel.parent = nondet_int();
    for (int fd = 0; fd < 3; fd++) {
        kernel.owner[fd] = any_id();
        kernel.stream_gid_mapped[fd] = kernel.all_mapped || nondet_bool();
        kernel.is_pipe[fd] = nondet_bool();
    }
    for (enum module module = 0; module < MODULES; module++) {
        kernel.module_active[module] = nondet_bool();
        kernel.enters_label[module] = kernel.module_active[module] && nondet_bool();
    }
    kernel.directory = any_directory();
    kernel.umask = nondet_unsigned();
    ASSUME(kernel.umask <= MAX_UMASK);
    kernel.filtered = false;
    kernel.fds_open = nondet_bool();
    kernel.keyring_joined = false;
    kernel.keyring_blocked = nondet_bool();
}

void kernel_after_execve(void) {
    kernel_any();
    ASSUME(kernel.uid.saved == kernel.uid.effective && kernel.uid.fs == kernel.uid.effective);
    ASSUME(kernel.gid.saved == kernel.gid.effective && kernel.gid.fs == kernel.gid.effective);
    ASSUME((kernel.securebits & SECBIT_KEEP_CAPS) == 0);
}

bool kernel_same_machine(const struct kernel *a, const struct kernel *b) {
    bool streams = a->is_pipe[0] == b->is_pipe[0] && a->is_pipe[1] == b->is_pipe[1] &&
                   a->is_pipe[2] == b->is_pipe[2];

    return streams && a->all_mapped == b->all_mapped && a->map_first == b->map_first &&
           a->map_count == b->map_count && a->setgroups_denied == b->setgroups_denied &&
           a->proc_tells == b->proc_tells && a->overflow_uid == b->overflow_uid &&
           a->overflow_gid == b->overflow_gid && a->caps == b->caps;
}

/* ---- as the process sees it ---- */

static uint32_t shown(kernel_id id, uint32_t overflow) {
    return id < UNMAPPED ? (uint32_t)id : overflow;
}

uint32_t kernel_shown_uid(kernel_id id) { return shown(id, kernel.overflow_uid); }
uint32_t kernel_shown_gid(kernel_id id) { return shown(id, kernel.overflow_gid); }

static struct ids all_shown(const struct kernel_ids *ids, uint32_t overflow) {
    return (struct ids){.real = shown(ids->real, overflow),
                        .effective = shown(ids->effective, overflow),
                        .saved = shown(ids->saved, overflow),
                        .fs = shown(ids->fs, overflow)};
}

static bool read_as(const struct kernel_ids *ids, uint32_t overflow, const struct ids *expected) {
    struct ids seen = all_shown(ids, overflow);

    return seen.real == expected->real && seen.effective == expected->effective &&
           seen.saved == expected->saved && seen.fs == expected->fs;
}

bool kernel_uids_read_as(const struct kernel_ids *ids, const struct ids *expected) {
    return read_as(ids, kernel.overflow_uid, expected);
}

bool kernel_gids_read_as(const struct kernel_ids *ids, const struct ids *expected) {
    return read_as(ids, kernel.overflow_gid, expected);
}

bool kernel_ids_are(const struct kernel_ids *ids, uint32_t id) {
    return ids->real == id && ids->effective == id && ids->saved == id && ids->fs == id;
}

bool kernel_groups_read_as(const gid_t *list, size_t count) {
    for (unsigned i = 0; i < MOST_GROUPS; i++) {
        bool listed = i >= kernel.groups, held = i >= count;
        for (unsigned j = 0; j < MOST_GROUPS; j++) {
            if (i < kernel.groups && j < count && kernel_shown_gid(kernel.group[i]) == list[j])
                listed = true;
            if (i < count && j < kernel.groups && kernel_shown_gid(kernel.group[j]) == list[i])
                held = true;
        }
        if (!listed || !held)
            return false;
    }
    return true;
}

bool kernel_groups_are(const gid_t *list, size_t count) {
    for (unsigned i = 0; i < MOST_GROUPS; i++)
        if (i < kernel.groups && kernel.group[i] >= UNMAPPED)
            return false;
    return kernel_groups_read_as(list, count);
}

/* ---- the adversary ---- */

enum { OBEYS, LIES };

static int verdict(unsigned *lies) {
    if (kernel_may_fail && nondet_bool()) {
        int error = nondet_int();
        ASSUME(error >= 1 && error <= MAX_ERRNO);
        return -error;
    }
    if (*lies > 0 && nondet_bool()) {
        (*lies)--;
        return LIES;
    }
    return OBEYS;
}

/* ---- readers: one that lies answers with anything ---- */

/* Two calls: getresuid(2) and setfsuid(2), or those of groups. */
static int ids_read_as(struct ids *ids, const struct kernel_ids *held, uint32_t overflow) {
    int three = verdict(&kernel_reader_lies), fs = verdict(&kernel_reader_lies);
    struct ids truth = all_shown(held, overflow);

    *ids = (struct ids){nondet_u32(), nondet_u32(), nondet_u32(), nondet_u32()};
    if (three == OBEYS) {
        ids->real = truth.real;
        ids->effective = truth.effective;
        ids->saved = truth.saved;
    }
    if (fs == OBEYS)
        ids->fs = truth.fs;
    return three < 0 ? three : fs < 0 ? fs : 0;
}

int sys_get_uids(struct ids *ids) { return ids_read_as(ids, &kernel.uid, kernel.overflow_uid); }

int sys_get_gids(struct ids *ids) { return ids_read_as(ids, &kernel.gid, kernel.overflow_gid); }

int sys_get_groups(size_t capacity, gid_t *list) {
    int answer = verdict(&kernel_reader_lies);

    for (size_t i = 0; i < MOST_GROUPS; i++)
        if (i < capacity)
            list[i] = nondet_u32();
    if (answer == LIES) {
        unsigned count = nondet_unsigned();
        ASSUME(count <= MOST_GROUPS);
        return (int)count;
    }
    if (answer != OBEYS)
        return answer;
    if (capacity == 0)
        return (int)kernel.groups;
    if (capacity < kernel.groups)
        return -EINVAL;
    for (unsigned i = 0; i < MOST_GROUPS; i++)
        if (i < kernel.groups)
            list[i] = kernel_shown_gid(kernel.group[i]);
    return (int)kernel.groups;
}

int sys_get_caps(uint64_t *permitted, uint64_t *effective, uint64_t *inheritable) {
    int answer = verdict(&kernel_reader_lies);

    *permitted = nondet_u64();
    *effective = nondet_u64();
    *inheritable = nondet_u64();
    if (answer == OBEYS) {
        *permitted = kernel.permitted;
        *effective = kernel.effective;
        *inheritable = kernel.inheritable;
    }
    return answer < 0 ? answer : 0;
}

/* EINVAL means "no such capability" and nothing else: a kernel that answers it for one that it has
 * hides the bit, and that no program can see (docs/threat-model.md). */
static int has(unsigned cap, uint64_t set) {
    int answer = verdict(&kernel_reader_lies);

    if (cap >= kernel.caps)
        return answer < 0 ? answer : -EINVAL;
    ASSUME(answer != -EINVAL);
    return answer == OBEYS ? (int)(set >> cap & 1) : answer == LIES ? nondet_bool() : answer;
}

int sys_bounding_has(unsigned cap) { return has(cap, kernel.bounding); }
int sys_ambient_has(unsigned cap) { return has(cap, kernel.ambient); }

static int number(int value) {
    int answer = verdict(&kernel_reader_lies);

    return answer == OBEYS ? value : answer == LIES ? (int)(nondet_unsigned() >> 1) : answer;
}

int sys_get_securebits(void) { return number((int)kernel.securebits); }
int sys_get_keepcaps(void) { return number((kernel.securebits & SECBIT_KEEP_CAPS) != 0); }
int sys_get_no_new_privs(void) { return number(kernel.no_new_privs); }

int sys_get_parent_death_signal(int *signal) {
    int answer = verdict(&kernel_reader_lies);

    *signal = answer == OBEYS ? kernel.parent_death : nondet_int();
    return answer < 0 ? answer : 0;
}

pid_t sys_get_parent(void) {
    if (nondet_bool())
        kernel.parent = 1; /* the parent exits at any time */
    return kernel.parent;
}

int sys_filter_is_refused(void) {
    if (kernel_may_fail && nondet_bool())
        return 0; /* it cannot be determined */
    return !kernel.no_new_privs && !able(CAP_SYS_ADMIN);
}

int sys_all_ids_mapped(void) {
    if (!kernel.all_mapped || !kernel.proc_tells)
        return 0;
    return !kernel.setgroups_denied && nondet_bool() ? SYS_INITIAL_NAMESPACE : 1;
}

int sys_overflow_id(const char *path, uid_t *id) {
    const char *kind = path + sizeof "/proc/sys/kernel/overflow" - 1; /* "uid" or "gid" */

    if (!kernel.proc_tells)
        return -EIO;
    *id = *kind == 'u' ? kernel.overflow_uid : kernel.overflow_gid;
    return 0;
}

/* fchown(2) of a new pipe. A call that lies has not looked the id up. */
int sys_ids_are_mapped(uid_t uid, const struct groups *gids) {
    int answer = verdict(&kernel_writer_lies);
    bool mapped = uid == UINT32_MAX || is_mapped(uid);

    if (answer != OBEYS)
        return answer == LIES ? 1 : answer;
    for (size_t i = 0; i < MOST_GROUPS; i++)
        mapped = mapped && (i >= gids->count || is_mapped(gids->list[i]));
    return mapped;
}

int sys_setgroups_denied(void) { return kernel.setgroups_denied && kernel.proc_tells; }

int sys_get_directory(struct sys_directory *here) {
    int answer = verdict(&kernel_reader_lies);

    *here = answer == OBEYS ? kernel.directory : any_directory();
    return answer < 0 ? answer : 0;
}

/* Two calls of umask(2), the last of which sets mask. */
int sys_read_umask(unsigned mask) {
    int answer = verdict(&kernel_reader_lies);
    unsigned before = kernel.umask;

    if (answer != OBEYS)
        return answer == LIES ? (int)(nondet_unsigned() & MAX_UMASK) : answer;
    kernel.umask = mask;
    return (int)before;
}

bool sys_userns_known(void) { return kernel.userns_known; }

/* Calls that are refused: one that fails otherwise reads as not refused. */
int sys_userns_refused(void) {
    int answer = verdict(&kernel_reader_lies), any = nondet_int() & USERNS_ALL;
    int refused = kernel.filtered ? USERNS_ALL : kernel.userns_refused;

    return answer == OBEYS ? refused : answer == LIES ? any : refused & any;
}

int sys_get_seccomp_mode(void) {
    return number(kernel.filtered || kernel.filtered_before ? 2 : 0); /* SECCOMP_MODE_FILTER */
}

int sys_enters_label(enum module module, const char *label) {
    (void)label;
    return kernel.module_active[module] ? number(kernel.enters_label[module]) : -EOPNOTSUPP;
}

int sys_stdio_owner(int fd, uid_t *owner) {
    int answer = verdict(&kernel_reader_lies);

    if (answer < 0)
        return answer;
    if (fd < 0 || fd > 2)
        return 0;
    *owner = answer == LIES ? nondet_u32() : kernel_shown_uid(kernel.owner[fd]);
    return answer == LIES ? nondet_bool() : kernel.is_pipe[fd];
}

/* ---- writers ---- */

/* capset(2) */
static int capset(uint64_t permitted, uint64_t effective, uint64_t inheritable) {
    if ((permitted & ~kernel.permitted) != 0 || (effective & ~permitted) != 0)
        return -EPERM;
    if (!able(CAP_SETPCAP) && (inheritable & ~(kernel.inheritable | kernel.permitted)) != 0)
        return -EPERM;
    if ((inheritable & ~(kernel.inheritable | kernel.bounding)) != 0)
        return -EPERM;
    kernel.permitted = permitted;
    kernel.effective = effective;
    kernel.inheritable = inheritable;
    kernel.ambient &= permitted & inheritable;
    return 0;
}

int sys_set_caps(uint64_t permitted, uint64_t effective, uint64_t inheritable) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (((permitted | effective | inheritable) & ~known()) != 0 && nondet_bool())
        return -EOPNOTSUPP; /* libcap-ng found fewer capabilities; or capset(2) ignores the rest */
    return capset(permitted & known(), effective & known(), inheritable & known());
}

int sys_bounding_drop(unsigned cap) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (!able(CAP_SETPCAP))
        return -EPERM;
    if (cap >= kernel.caps)
        return -EINVAL;
    kernel.bounding &= ~CAP_MASK(cap);
    return 0;
}

int sys_ambient_raise(unsigned cap) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (cap >= kernel.caps)
        return -EINVAL;
    if ((kernel.permitted & kernel.inheritable & CAP_MASK(cap)) == 0 ||
        (kernel.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) != 0)
        return -EPERM;
    kernel.ambient |= CAP_MASK(cap);
    return 0;
}

int sys_ambient_lower(unsigned cap) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (cap >= kernel.caps)
        return -EINVAL;
    kernel.ambient &= ~CAP_MASK(cap);
    return 0;
}

static int change_keepcaps(bool on) {
    if ((kernel.securebits & SECBIT_KEEP_CAPS_LOCKED) != 0)
        return -EPERM;
    kernel.securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
    kernel.securebits |= on ? (unsigned)SECBIT_KEEP_CAPS : 0;
    return 0;
}

int sys_set_keepcaps(bool on) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    return change_keepcaps(on);
}

int sys_set_securebits(unsigned bits) {
    int answer = verdict(&kernel_writer_lies);
    unsigned changed = kernel.securebits ^ bits, locks = kernel.securebits & LOCKS;

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (((locks >> 1) & changed) != 0 || (locks & ~bits) != 0 || bits > ALL_SECUREBITS ||
        !able(CAP_SETPCAP))
        return -EPERM;
    kernel.securebits = bits;
    return 0;
}

int sys_set_groups(const struct groups *groups) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (!able(CAP_SETGID) || kernel.setgroups_denied)
        return -EPERM;
    if (groups->count > MOST_GROUPS)
        return -EINVAL;
    for (size_t i = 0; i < MOST_GROUPS; i++)
        if (i < groups->count && !is_mapped(groups->list[i]))
            return -EINVAL;
    for (size_t i = 0; i < MOST_GROUPS; i++)
        if (i < groups->count)
            kernel.group[i] = groups->list[i];
    kernel.groups = (unsigned)groups->count;
    return 0;
}

/* setresuid(2): each id may become one of the three that there are, or any with the capability. */
static int change_ids(struct kernel_ids *ids, int cap, uint32_t real, uint32_t effective,
                      uint32_t saved) {
    const uint32_t wanted[3] = {real, effective, saved};
    const kernel_id now[3] = {ids->real, ids->effective, ids->saved};
    bool is_free = true;

    for (int i = 0; i < 3; i++) {
        if (wanted[i] == UINT32_MAX)
            continue;
        if (!is_mapped(wanted[i]))
            return -EINVAL;
        is_free = is_free && (wanted[i] == now[0] || wanted[i] == now[1] || wanted[i] == now[2]);
    }
    if (!is_free && !able(cap))
        return -EPERM;
    ids->real = real == UINT32_MAX ? now[0] : real;
    ids->effective = effective == UINT32_MAX ? now[1] : effective;
    ids->saved = saved == UINT32_MAX ? now[2] : saved;
    ids->fs = ids->effective;
    return 0;
}

/* prctl(2), PR_SET_PDEATHSIG: cleared when an effective or filesystem id changes. */
static void clear_parent_death(const struct kernel_ids *old, const struct kernel_ids *now) {
    if (old->effective != now->effective || old->fs != now->fs)
        kernel.parent_death = 0;
}

static int setresgid(uint32_t real, uint32_t effective, uint32_t saved) {
    struct kernel_ids old = kernel.gid;
    int error = change_ids(&kernel.gid, CAP_SETGID, real, effective, saved);

    clear_parent_death(&old, &kernel.gid);
    return error;
}

static bool has_root(const struct kernel_ids *ids) {
    return ids->real == 0 || ids->effective == 0 || ids->saved == 0;
}

/* capabilities(7), "Effect of user ID changes on capabilities" */
static void change_with_uid(const struct kernel_ids *old) {
    clear_parent_death(old, &kernel.uid);
    if ((kernel.securebits & SECBIT_NO_SETUID_FIXUP) != 0)
        return;
    if (has_root(old) && !has_root(&kernel.uid)) {
        if ((kernel.securebits & SECBIT_KEEP_CAPS) == 0)
            kernel.permitted = kernel.effective = 0;
        kernel.ambient = 0;
    }
    if (old->effective == 0 && kernel.uid.effective != 0)
        kernel.effective = 0;
    if (old->effective != 0 && kernel.uid.effective == 0)
        kernel.effective = kernel.permitted;
}

static int setresuid(uint32_t real, uint32_t effective, uint32_t saved) {
    struct kernel_ids old = kernel.uid;
    int error = change_ids(&kernel.uid, CAP_SETUID, real, effective, saved);

    if (error == 0)
        change_with_uid(&old);
    return error;
}

int sys_set_gids(gid_t real, gid_t effective, gid_t saved) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    return setresgid(real, effective, saved);
}

int sys_set_uids(uid_t real, uid_t effective, uid_t saved) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    return setresuid(real, effective, saved);
}

int sys_set_no_new_privs(void) {
    int answer = verdict(&kernel_writer_lies);

    if (answer == OBEYS)
        kernel.no_new_privs = true;
    return answer < 0 ? answer : 0;
}

int sys_set_parent_death_signal(int signal) {
    int answer = verdict(&kernel_writer_lies);

    if (answer == OBEYS && (signal < 0 || signal > MAX_SIGNAL))
        return -EINVAL;
    if (answer == OBEYS)
        kernel.parent_death = signal;
    return answer < 0 ? answer : 0;
}

int sys_chown_fd(int fd, uid_t uid) {
    int answer = verdict(&kernel_writer_lies);

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    if (fd < 0 || fd > 2)
        return -EBADF;
    if (!is_mapped(uid))
        return -EINVAL;
    bool is_own = kernel.uid.fs == kernel.owner[fd] && uid == kernel.owner[fd];
    /* user_namespaces(7): a capability counts for a file whose owner and group are mapped */
    bool counts = kernel.owner[fd] < UNMAPPED && kernel.stream_gid_mapped[fd];
    if (!is_own && !(able(CAP_CHOWN) && counts))
        return -EPERM;
    kernel.owner[fd] = uid;
    return 0;
}

/* core/directory.c: it is opened, inspected and entered. */
int directory_enter(const char *path, struct sys_directory *entered, struct fail *f) {
    int answer = verdict(&kernel_writer_lies);

    (void)path;
    *entered = any_directory();
    if (answer == OBEYS)
        kernel.directory = *entered;
    return answer < 0 ? fail_set(f, "chdir", FAIL_DIRECTORY, answer, "-") : 0;
}

int sys_set_umask(unsigned mask) {
    int answer = verdict(&kernel_writer_lies);

    if (answer == OBEYS)
        kernel.umask = mask;
    return answer < 0 ? answer : 0;
}

int sys_enter_label(enum module module, const char *label) {
    int answer = verdict(&kernel_writer_lies);

    (void)label;
    if (answer == OBEYS && !kernel.module_active[module])
        return -EOPNOTSUPP;
    if (answer == OBEYS)
        kernel.enters_label[module] = true;
    return answer < 0 ? answer : 0;
}

/* seccomp(2): without CAP_SYS_ADMIN, no_new_privs must be on. */
int sys_disable_userns(void) {
    int answer = verdict(&kernel_writer_lies);

    if (answer == OBEYS && !kernel.userns_known)
        return -EOPNOTSUPP;
    if (answer == OBEYS && !kernel.no_new_privs && !able(CAP_SYS_ADMIN))
        return -EACCES;
    kernel.filtered = kernel.filtered || answer == OBEYS;
    return answer < 0 ? answer : 0;
}

/* ---- what sys.c reads back itself, so that success is success ---- */

int sys_new_session_keyring(void) {
    if (kernel_may_fail && nondet_bool())
        return -EDQUOT;
    if (kernel.keyring_blocked)
        return 0;
    kernel.keyring_joined = true;
    kernel.keyring_owner = kernel.uid.real;
    return 0;
}

int sys_close_above_stderr(void) {
    if (kernel_may_fail && nondet_bool())
        return -ENOSYS;
    kernel.fds_open = false;
    return 0;
}

/* ---- probes: the calls of the writers, which should fail; a lie would be a needless refusal ----
 */

int sys_try_uids(uid_t real, uid_t effective, uid_t saved) {
    int answer = verdict(&kernel_writer_lies);

    return answer == OBEYS ? setresuid(real, effective, saved) : answer == LIES ? 0 : answer;
}

int sys_try_gids(gid_t real, gid_t effective, gid_t saved) {
    int answer = verdict(&kernel_writer_lies);

    return answer == OBEYS ? setresgid(real, effective, saved) : answer == LIES ? 0 : answer;
}

int sys_try_unset_keepcaps(void) {
    int answer = verdict(&kernel_writer_lies);

    return answer == OBEYS ? change_keepcaps(false) : answer == LIES ? 0 : answer;
}

int sys_try_setpcap(void) {
    int answer = verdict(&kernel_writer_lies);
    uint64_t setpcap = CAP_MASK(CAP_SETPCAP);

    return answer == OBEYS ? capset(setpcap, setpcap, 0) : answer == LIES ? 0 : answer;
}

/* ---- calls that confirm: setreuid(2) and setregid(2), both ids to one ---- */

static int confirm(struct kernel_ids *ids, int cap, uint32_t id) {
    bool is_free = (id == ids->real || id == ids->effective);

    if (!is_mapped(id))
        return -EINVAL;
    if (!is_free && !able(cap))
        return -EPERM;
    *ids = (struct kernel_ids){.real = id, .effective = id, .saved = id, .fs = id};
    return 0;
}

int sys_confirm_uid(uid_t uid) {
    int answer = verdict(&kernel_confirm_lies);
    struct kernel_ids old = kernel.uid;

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    int error = confirm(&kernel.uid, CAP_SETUID, uid);
    if (error == 0)
        change_with_uid(&old);
    return error;
}

int sys_confirm_gid(gid_t gid) {
    int answer = verdict(&kernel_confirm_lies);
    struct kernel_ids old = kernel.gid;

    if (answer != OBEYS)
        return answer == LIES ? 0 : answer;
    int error = confirm(&kernel.gid, CAP_SETGID, gid);
    clear_parent_death(&old, &kernel.gid);
    return error;
}
