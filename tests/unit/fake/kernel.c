#include "fake/kernel.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct fake fake;

#define NO_ID     UINT32_MAX /* setresuid(2): leave this id alone */
#define KEPT      UINT64_MAX /* the same, as a fake_id */
#define BAD_ID    (UINT64_MAX - 1)
#define MAX_GROUP 65536

enum verdict { OBEYS = 0, LIES = 1 };

/* ---- set-up ---- */

void fake_reset(void) {
    memset(&fake, 0, offsetof(struct fake, groups));
    fake.groups[0] = 0;
    fake.cap_count = FAKE_CAPS;
    fake.uid_map = fake.gid_map = (struct fake_map){.first = 0, .count = UINT32_MAX};
    fake.overflow_uid = FAKE_OVERFLOW_UID;
    fake.overflow_gid = FAKE_OVERFLOW_GID;
    fake.parent = 1000;
    fake.group_count = 1; /* root's own group, 0 */
    fake.permitted = fake.effective = fake.bounding = FAKE_ALL_CAPS;
    fake.keyring = 1;
}

void fake_be(uid_t uid, gid_t gid) {
    fake.uid = (struct fake_ids){uid, uid, uid, uid};
    fake.gid = (struct fake_ids){gid, gid, gid, gid};
    fake.keyring_owner = uid;
}

void fake_set_groups(size_t count, const gid_t *list) {
    fake.group_count = count;
    for (size_t i = 0; i < count; i++)
        fake.groups[i] = list[i];
}

struct fake_file *fake_add_file(const char *path, unsigned mode, uid_t owner, gid_t group,
                                const char *head) {
    if (fake.file_count == FAKE_FILES)
        abort();
    struct fake_file *file = &fake.files[fake.file_count++];
    *file = (struct fake_file){.path = path,
                               .mode = mode,
                               .owner = owner,
                               .group = group,
                               .head = head,
                               .head_size = strlen(head)};
    return file;
}

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

struct fake_elf fake_elf(const char *loader) {
    struct fake_elf elf = {.head = __ehdr_start};

    elf.head.e_type = ET_DYN;
    elf.head.e_phoff = offsetof(struct fake_elf, segments);
    elf.head.e_phnum = loader == NULL ? 1 : 2;
    elf.segments[0].p_type = PT_LOAD;
    if (loader != NULL) {
        elf.segments[1].p_type = PT_INTERP;
        elf.segments[1].p_offset = offsetof(struct fake_elf, loader);
        elf.segments[1].p_filesz = strlen(loader) + 1;
        (void)snprintf(elf.loader, sizeof elf.loader, "%s", loader);
    }
    return elf;
}

struct fake_file *fake_add_program(const char *path, const struct fake_elf *elf) {
    struct fake_file *file = fake_add_file(path, S_IFREG | 0755, 0, 0, "");

    file->head = elf;
    file->head_size = sizeof *elf;
    return file;
}

struct fake_file *fake_find_file(const char *path) {
    for (size_t i = 0; i < fake.file_count; i++)
        if (strcmp(fake.files[i].path, path) == 0)
            return &fake.files[i];
    return NULL;
}

/* ---- faults and the record ---- */

struct fake_fault *fake_arm(enum fake_fault_kind kind, const char *name, unsigned nth, int error) {
    if (fake.fault_count == FAKE_FAULTS)
        abort();
    struct fake_fault *fault = &fake.faults[fake.fault_count++];
    *fault = (struct fake_fault){.kind = kind, .name = name, .nth = nth, .error = error};
    return fault;
}

void fake_disarm(void) { fake.fault_count = 0; }

unsigned fake_called(const char *name) {
    unsigned count = 0;

    for (size_t i = 0; i < fake.call_count; i++)
        if (strcmp(fake.calls[i].name, name) == 0)
            count++;
    return count;
}

/* Records the call. Negative: it fails so; LIES: it claims success. */
static int enter(struct fake_call call, enum fake_fault_kind *kind) {
    int verdict = OBEYS;

    if (fake.call_count == FAKE_CALLS) {
        (void)fprintf(stderr, "sys_fake: %s is called without end\n", call.name);
        abort();
    }
    fake.calls[fake.call_count++] = call;
    fake.writes += call.writes;
    if (fake.before != NULL)
        fake.before(call.name);
    for (size_t i = 0; i < fake.fault_count; i++) {
        struct fake_fault *fault = &fake.faults[i];
        if (fault->name != NULL && strcmp(fault->name, call.name) != 0)
            continue;
        fault->seen++;
        if (fault->nth != 0 && fault->nth != fault->seen)
            continue;
        fault->fired++;
        *kind = fault->kind;
        verdict = fault->kind == FAKE_FAILS ? -fault->error : LIES;
    }
    return verdict;
}

/* As sys.c does before it calls the kernel. */
static void poison(void *result, size_t size) {
    if (result != NULL)
        memset(result, 0xff, size);
}

/* What a lying kernel leaves in the result of a reader: the poison, or zeros. */
static void lie(enum fake_fault_kind kind, void *result, size_t size) {
    memset(result, kind == FAKE_LIES_ZERO ? 0 : 0xff, size);
}

#define ENTER_AS(writes, a, b, c)                                                                  \
    enum fake_fault_kind kind = FAKE_FAILS;                                                        \
    int verdict = enter(                                                                           \
        (struct fake_call){__func__, writes, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c)}, &kind); \
    if (verdict < 0)                                                                               \
    return verdict

/* For a function that only looks and answers through a pointer, only looks and answers by what it
 * returns, and changes the process. */
#define READ(a, b, c) ENTER_AS(false, a, b, c)
#define READ_SIMPLE(a, b, c)                                                                       \
    ENTER_AS(false, a, b, c);                                                                      \
    if (verdict == LIES)                                                                           \
    return fake.lie
#define WRITE(a, b, c)                                                                             \
    ENTER_AS(true, a, b, c);                                                                       \
    if (verdict == LIES)                                                                           \
    return 0

/* ---- the kernel's view of itself ---- */

static bool capable(unsigned cap) { return (fake.effective & CAP_MASK(cap)) != 0; }

static bool has_cap(unsigned cap) { return cap < fake.cap_count; }

static uint64_t valid_caps(uint64_t caps) {
    return fake.cap_count < CAP_BITS ? caps & (CAP_MASK(fake.cap_count) - 1) : caps;
}

/* from_kuid_munged(): as user space sees it. */
static uid_t shown(fake_id id, uid_t overflow) { return id <= UINT32_MAX ? (uid_t)id : overflow; }

static struct ids shown_ids(const struct fake_ids *ids, uid_t overflow) {
    return (struct ids){shown(ids->real, overflow), shown(ids->effective, overflow),
                        shown(ids->saved, overflow), shown(ids->fs, overflow)};
}

/* make_kuid(): KEPT for -1, BAD_ID for what the namespace does not map. */
static fake_id mapped(const struct fake_map *map, uid_t id) {
    if (id == NO_ID)
        return KEPT;
    return id >= map->first && id - map->first < map->count ? id : BAD_ID;
}

static bool subset(uint64_t small, uint64_t large) { return (small & ~large) == 0; }

/* userns_may_setgroups(), turned round */
static bool may_not_setgroups(void) { return fake.setgroups_denied || fake.gid_map.count == 0; }

/* What commit_creds() compares; capabilities, which it looks at as well, are never gained here. */
struct before {
    fake_id euid, egid, fsuid, fsgid;
};

static struct before remember(void) {
    return (struct before){fake.uid.effective, fake.gid.effective, fake.uid.fs, fake.gid.fs};
}

static void commit(const struct before *old) {
    if (old->euid != fake.uid.effective || old->egid != fake.gid.effective ||
        old->fsuid != fake.uid.fs || old->fsgid != fake.gid.fs)
        fake.parent_death_signal = 0;
}

static int compare_ids(const void *a, const void *b) {
    fake_id left = *(const fake_id *)a, right = *(const fake_id *)b;

    return (left > right) - (left < right);
}

static int compare_gids(const void *a, const void *b) {
    gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

    return (left > right) - (left < right);
}

static void read_cred(struct cred *cred) {
    *cred = (struct cred){
        .uid = shown_ids(&fake.uid, fake.overflow_uid),
        .gid = shown_ids(&fake.gid, fake.overflow_gid),
        .permitted = fake.permitted,
        .effective = fake.effective,
        .inheritable = fake.inheritable,
        .bounding = fake.bounding,
        .ambient = fake.ambient,
        .securebits = fake.securebits,
        .no_new_privs = fake.no_new_privs,
        .cap_count = fake.cap_count,
    };
}

void fake_truth(struct cred *cred) {
    read_cred(cred);
    if (fake.group_count == 0)
        return;
    cred->groups.count = cred->groups_told = fake.group_count;
    cred->groups.list = calloc(fake.group_count, sizeof(gid_t));
    if (cred->groups.list == NULL)
        abort();
    for (size_t i = 0; i < fake.group_count; i++)
        cred->groups.list[i] = shown(fake.groups[i], fake.overflow_gid);
    qsort(cred->groups.list, fake.group_count, sizeof(gid_t), compare_gids);
}

/* ---- readers ---- */

int sys_get_uids(struct ids *ids) {
    poison(ids, sizeof *ids);
    READ(0, 0, 0);
    if (verdict == LIES)
        lie(kind, ids, sizeof *ids);
    else
        *ids = shown_ids(&fake.uid, fake.overflow_uid);
    return 0;
}

int sys_get_gids(struct ids *ids) {
    poison(ids, sizeof *ids);
    READ(0, 0, 0);
    if (verdict == LIES)
        lie(kind, ids, sizeof *ids);
    else
        *ids = shown_ids(&fake.gid, fake.overflow_gid);
    return 0;
}

int sys_get_groups(size_t capacity, gid_t *list) {
    poison(list, capacity * sizeof *list);
    READ(capacity, 0, 0);
    if (verdict == LIES) {
        if (capacity > 0)
            lie(kind, list, capacity * sizeof *list);
        return 0;
    }
    if (capacity == 0)
        return (int)fake.group_count;
    if (capacity < fake.group_count)
        return -EINVAL;
    for (size_t i = 0; i < fake.group_count; i++)
        list[i] = shown(fake.groups[i], fake.overflow_gid);
    return (int)fake.group_count;
}

int sys_get_caps(uint64_t *permitted, uint64_t *effective, uint64_t *inheritable) {
    poison(permitted, sizeof *permitted);
    poison(effective, sizeof *effective);
    poison(inheritable, sizeof *inheritable);
    READ(0, 0, 0);
    if (verdict == LIES) {
        lie(kind, permitted, sizeof *permitted);
        lie(kind, effective, sizeof *effective);
        lie(kind, inheritable, sizeof *inheritable);
        return 0;
    }
    *permitted = fake.permitted;
    *effective = fake.effective;
    *inheritable = fake.inheritable;
    return 0;
}

int sys_bounding_has(unsigned cap) {
    READ_SIMPLE(cap, 0, 0);
    if (fake.caps_never_end || fake.caps_always_set)
        return fake.caps_always_set;
    return has_cap(cap) ? cap < CAP_BITS && (fake.bounding & CAP_MASK(cap)) != 0 : -EINVAL;
}

int sys_ambient_has(unsigned cap) {
    READ_SIMPLE(cap, 0, 0);
    if (fake.caps_never_end || fake.caps_always_set)
        return fake.caps_always_set;
    if (fake.no_ambient || !has_cap(cap))
        return -EINVAL;
    return (fake.ambient & CAP_MASK(cap)) != 0;
}

int sys_get_securebits(void) {
    READ_SIMPLE(0, 0, 0);
    return (int)fake.securebits;
}

int sys_get_keepcaps(void) {
    READ_SIMPLE(0, 0, 0);
    return (fake.securebits & SECBIT_KEEP_CAPS) != 0;
}

int sys_get_no_new_privs(void) {
    READ_SIMPLE(0, 0, 0);
    return fake.no_new_privs;
}

int sys_filter_is_refused(void) {
    READ_SIMPLE(0, 0, 0);
    return !fake.no_new_privs && !capable(CAP_SYS_ADMIN);
}

int sys_get_parent_death_signal(int *signal) {
    poison(signal, sizeof *signal);
    READ(0, 0, 0);
    if (verdict == LIES)
        lie(kind, signal, sizeof *signal);
    else
        *signal = fake.parent_death_signal;
    return 0;
}

pid_t sys_get_parent(void) {
    READ_SIMPLE(0, 0, 0);
    return fake.parent;
}

int sys_all_ids_mapped(void) {
    READ_SIMPLE(0, 0, 0);
    bool all = fake.uid_map.first == 0 && fake.uid_map.count == UINT32_MAX &&
               fake.gid_map.first == 0 && fake.gid_map.count == UINT32_MAX;
    return fake.no_proc || !all ? 0 : fake.setgroups_denied ? 1 : SYS_INITIAL_NAMESPACE;
}

int sys_setgroups_denied(void) {
    READ_SIMPLE(0, 0, 0);
    return !fake.no_proc && may_not_setgroups();
}

int sys_overflow_id(const char *path, uid_t *id) {
    bool is_uid = strcmp(path, "/proc/sys/kernel/overflowuid") == 0;

    if (!is_uid && strcmp(path, "/proc/sys/kernel/overflowgid") != 0) {
        (void)fprintf(stderr, "sys_fake: \"%s\" holds no overflow id\n", path);
        abort();
    }
    READ(is_uid, 0, 0);
    if (fake.no_proc || verdict == LIES)
        return -EIO; /* what is no number is seen through */
    *id = is_uid ? fake.overflow_uid : fake.overflow_gid;
    return 0;
}

/* chown_common() looks both ids up before anything else. */
int sys_ids_are_mapped(uid_t uid, const struct groups *gids) {
    READ_SIMPLE(uid, gids->count, 0);
    bool is_mapped = mapped(&fake.uid_map, uid) != BAD_ID;
    for (size_t i = 0; i < gids->count; i++)
        is_mapped = is_mapped && mapped(&fake.gid_map, gids->list[i]) != BAD_ID;
    return is_mapped;
}

/* ---- writers ---- */

/* cap_capset(). The bits of capabilities that the kernel does not have are dropped without a word
 * (mk_kernel_cap()). */
int sys_set_caps(uint64_t permitted, uint64_t effective, uint64_t inheritable) {
    WRITE(permitted, effective, inheritable);

    permitted = valid_caps(permitted);
    effective = valid_caps(effective);
    inheritable = valid_caps(inheritable);
    if (!capable(CAP_SETPCAP) && !subset(inheritable, fake.inheritable | fake.permitted))
        return -EPERM;
    if (!subset(inheritable, fake.inheritable | fake.bounding))
        return -EPERM;
    if (!subset(permitted, fake.permitted) || !subset(effective, permitted))
        return -EPERM;
    fake.permitted = permitted;
    fake.effective = effective;
    fake.inheritable = inheritable;
    fake.ambient &= permitted & inheritable;
    return 0;
}

int sys_try_setpcap(void) {
    READ_SIMPLE(0, 0, 0); /* what fails, as it is to, changes nothing */
    if (!subset(CAP_MASK(CAP_SETPCAP), fake.permitted))
        return -EPERM;
    fake.permitted = fake.effective = CAP_MASK(CAP_SETPCAP);
    fake.inheritable = fake.ambient = 0;
    return 0;
}

/* cap_prctl_drop() */
int sys_bounding_drop(unsigned cap) {
    WRITE(cap, 0, 0);
    if (!capable(CAP_SETPCAP))
        return -EPERM;
    if (!has_cap(cap))
        return -EINVAL;
    fake.bounding &= ~CAP_MASK(cap);
    return 0;
}

int sys_ambient_raise(unsigned cap) {
    WRITE(cap, 0, 0);
    if (fake.no_ambient || !has_cap(cap))
        return -EINVAL;
    if ((fake.permitted & fake.inheritable & CAP_MASK(cap)) == 0 ||
        (fake.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) != 0)
        return -EPERM;
    fake.ambient |= CAP_MASK(cap);
    return 0;
}

int sys_ambient_lower(unsigned cap) {
    WRITE(cap, 0, 0);
    if (fake.no_ambient || !has_cap(cap))
        return -EINVAL;
    fake.ambient &= ~CAP_MASK(cap);
    return 0;
}

static int set_keepcaps(bool on) {
    if ((fake.securebits & SECBIT_KEEP_CAPS_LOCKED) != 0)
        return -EPERM;
    fake.securebits = (fake.securebits & ~(unsigned)SECBIT_KEEP_CAPS) | (on ? SECBIT_KEEP_CAPS : 0);
    return 0;
}

int sys_set_keepcaps(bool on) {
    WRITE(on, 0, 0);
    return set_keepcaps(on);
}

int sys_try_unset_keepcaps(void) {
    WRITE(0, 0, 0);
    return set_keepcaps(false);
}

int sys_set_groups(const struct groups *groups) {
    WRITE(groups->count, groups->count > 0 ? groups->list[0] : 0, 0);
    if (!capable(CAP_SETGID) || may_not_setgroups())
        return -EPERM;
    if (groups->count > MAX_GROUP)
        return -EINVAL;
    for (size_t i = 0; i < groups->count; i++)
        if (mapped(&fake.gid_map, groups->list[i]) >= BAD_ID)
            return -EINVAL;
    for (size_t i = 0; i < groups->count; i++)
        fake.groups[i] = groups->list[i];
    fake.group_count = groups->count;
    qsort(fake.groups, fake.group_count, sizeof fake.groups[0], compare_ids);
    return 0;
}

static bool is_new(fake_id id, const struct fake_ids *old) {
    return id != KEPT && id != old->real && id != old->effective && id != old->saved;
}

/* The part that setresuid and setresgid share: 0 when *ids is set, 1 when there is nothing to do.
 */
static int change_ids(struct fake_ids *ids, const struct fake_map *map, unsigned cap,
                      const uid_t wanted[3]) {
    fake_id real = mapped(map, wanted[0]), effective = mapped(map, wanted[1]),
            saved = mapped(map, wanted[2]);

    if (real == BAD_ID || effective == BAD_ID || saved == BAD_ID)
        return -EINVAL;
    if ((real == KEPT || real == ids->real) &&
        (effective == KEPT || (effective == ids->effective && effective == ids->fs)) &&
        (saved == KEPT || saved == ids->saved))
        return 1;
    if ((is_new(real, ids) || is_new(effective, ids) || is_new(saved, ids)) && !capable(cap))
        return -EPERM;
    if (real != KEPT)
        ids->real = real;
    if (effective != KEPT)
        ids->effective = effective;
    if (saved != KEPT)
        ids->saved = saved;
    ids->fs = ids->effective;
    return 0;
}

/* setreuid(2) and setregid(2) with one id for both. */
static int confirm_ids(struct fake_ids *ids, const struct fake_map *map, unsigned cap, uid_t id) {
    fake_id wanted = mapped(map, id);
    bool may_be_real = wanted == ids->real || wanted == ids->effective;

    if (wanted == KEPT) /* -1: leave them as they are */
        return 0;
    if (wanted == BAD_ID)
        return -EINVAL;
    if (!may_be_real && !capable(cap))
        return -EPERM;
    *ids = (struct fake_ids){wanted, wanted, wanted, wanted};
    return 0;
}

static int set_gids(gid_t real, gid_t effective, gid_t saved) {
    struct before old = remember();

    int error =
        change_ids(&fake.gid, &fake.gid_map, CAP_SETGID, (const uid_t[]){real, effective, saved});
    if (error == 0)
        commit(&old);
    return error < 0 ? error : 0;
}

int sys_set_gids(gid_t real, gid_t effective, gid_t saved) {
    WRITE(real, effective, saved);
    return set_gids(real, effective, saved);
}

int sys_try_gids(gid_t real, gid_t effective, gid_t saved) {
    WRITE(real, effective, saved);
    return set_gids(real, effective, saved);
}

static bool any_root(const struct fake_ids *ids) {
    return ids->real == 0 || ids->effective == 0 || ids->saved == 0;
}

/* cap_emulate_setxuid() */
static void fix_caps(const struct fake_ids *old) {
    if ((fake.securebits & SECBIT_NO_SETUID_FIXUP) != 0)
        return;
    if (any_root(old) && !any_root(&fake.uid)) {
        if ((fake.securebits & SECBIT_KEEP_CAPS) == 0)
            fake.permitted = fake.effective = 0;
        fake.ambient = 0;
    }
    if (old->effective == 0 && fake.uid.effective != 0)
        fake.effective = 0;
    if (old->effective != 0 && fake.uid.effective == 0)
        fake.effective = fake.permitted;
}

static int set_uids(uid_t real, uid_t effective, uid_t saved) {
    struct before old = remember();
    struct fake_ids old_ids = fake.uid;

    int error =
        change_ids(&fake.uid, &fake.uid_map, CAP_SETUID, (const uid_t[]){real, effective, saved});
    if (error == 0) {
        fix_caps(&old_ids);
        commit(&old);
    }
    return error < 0 ? error : 0;
}

int sys_set_uids(uid_t real, uid_t effective, uid_t saved) {
    WRITE(real, effective, saved);
    return set_uids(real, effective, saved);
}

int sys_try_uids(uid_t real, uid_t effective, uid_t saved) {
    WRITE(real, effective, saved);
    return set_uids(real, effective, saved);
}

/* __sys_setreuid(): the saved id, and the one for files, become the effective one. */
int sys_confirm_uid(uid_t uid) {
    struct before old = remember();
    struct fake_ids old_ids = fake.uid;

    WRITE(uid, 0, 0);
    int error = confirm_ids(&fake.uid, &fake.uid_map, CAP_SETUID, uid);
    if (error == 0) {
        fix_caps(&old_ids);
        commit(&old);
    }
    return error;
}

int sys_confirm_gid(gid_t gid) {
    struct before old = remember();

    WRITE(gid, 0, 0);
    int error = confirm_ids(&fake.gid, &fake.gid_map, CAP_SETGID, gid);
    if (error == 0)
        commit(&old);
    return error;
}

int sys_set_securebits(unsigned bits) {
    enum { ALL = 0xfff, LOCKS = 0xaaa, UNPRIVILEGED = 0xf00 }; /* securebits.h of Linux 6.14 */

    WRITE(bits, 0, 0);
    unsigned changed = fake.securebits ^ bits;
    if ((((fake.securebits & LOCKS) >> 1) & changed) != 0 ||
        (fake.securebits & LOCKS & ~bits) != 0 || (bits & ~(unsigned)ALL) != 0)
        return -EPERM;
    if (!capable(CAP_SETPCAP) && (changed == 0 || (changed & ~(unsigned)UNPRIVILEGED) != 0))
        return -EPERM;
    fake.securebits = bits;
    return 0;
}

int sys_set_no_new_privs(void) {
    WRITE(0, 0, 0);
    fake.no_new_privs = true;
    return 0;
}

int sys_set_parent_death_signal(int signal) {
    WRITE(signal, 0, 0);
    if (signal < 0 || signal >= NSIG)
        return -EINVAL;
    fake.parent_death_signal = signal;
    return 0;
}

/* The reading back by serial number is a matter of sys.c itself, so a lie of the kernel never gets
 * to the caller: here it can only mean that sys.c was fooled. */
int sys_new_session_keyring(void) {
    WRITE(0, 0, 0);
    if (fake.keyctl_blocked)
        return 0;
    fake.keyring++;
    fake.keyring_owner = fake.uid.real;
    return 0;
}

/* The planted descriptor is a matter of sys.c itself: a lie never gets to the caller. */
int sys_close_above_stderr(void) {
    WRITE(0, 0, 0);
    fake.open_above_stderr = 0;
    return 0;
}

/* ---- user namespaces ---- */

bool sys_userns_known(void) { return !fake.userns_unknown; } /* no call */

int sys_userns_refused(void) {
    READ_SIMPLE(0, 0, 0);
    return fake.userns_disabled ? USERNS_ALL : fake.userns_refused;
}

int sys_get_seccomp_mode(void) {
    READ_SIMPLE(0, 0, 0);
    return fake.userns_disabled || fake.filtered ? 2 : 0;
}

int sys_disable_userns(void) {
    WRITE(0, 0, 0);
    if (fake.userns_unknown)
        return -EOPNOTSUPP;
    if (!fake.no_new_privs && !capable(CAP_SYS_ADMIN))
        return -EACCES;
    fake.userns_disabled = true;
    return 0;
}

/* ---- labels ---- */

int sys_enters_label(enum module module, const char *label) {
    READ_SIMPLE(module, 0, 0);
    if (fake.module_absent[module])
        return -EOPNOTSUPP;
    return fake.label[module] != NULL && strcmp(fake.label[module], label) == 0;
}

int sys_enter_label(enum module module, const char *label) {
    WRITE(module, 0, 0);
    if (fake.module_absent[module])
        return -EOPNOTSUPP;
    if (fake.known_label != NULL && strcmp(fake.known_label, label) != 0)
        return module == MODULE_APPARMOR ? -ENOENT : -EINVAL;
    if (fake.label_refused != 0)
        return -fake.label_refused;
    if (fake.no_new_privs)
        return -EPERM;
    fake.label[module] = label;
    return 0;
}

/* ---- the standard streams ---- */

int sys_stdio_owner(int fd, uid_t *owner) {
    READ(fd, 0, 0);
    if (fd < 0 || fd > 2)
        return 0;
    if (verdict == LIES)
        return 0;
    *owner = shown(fake.streams[fd].owner, fake.overflow_uid);
    return fake.streams[fd].handed_over;
}

int sys_may_reopen(int fd) {
    READ_SIMPLE(fd, 0, 0);
    bool may = fake.streams[fd].owner == fake.uid.fs || capable(CAP_DAC_OVERRIDE);
    return may && fake.reopen_error[fd] != ENXIO ? 0 : -fake.reopen_error[fd];
}

/* chown_ok(): the owner may give a file to himself only; CAP_CHOWN does not count for a file whose
 * owner is unmapped. */
int sys_chown_fd(int fd, uid_t uid) {
    WRITE(fd, uid, 0);
    if (fd < 0 || fd > 2)
        return -EBADF;
    if (mapped(&fake.uid_map, uid) >= BAD_ID)
        return -EINVAL;
    struct fake_stream *stream = &fake.streams[fd];
    bool gives_to_itself = fake.uid.fs == stream->owner && uid == stream->owner;
    if (!gives_to_itself && !(capable(CAP_CHOWN) && stream->owner <= UINT32_MAX))
        return -EPERM;
    stream->owner = uid;
    return 0;
}

/* ---- files ---- */

static bool in_group(gid_t gid) {
    if (fake.gid.fs == gid)
        return true;
    for (size_t i = 0; i < fake.group_count; i++)
        if (fake.groups[i] == gid)
            return true;
    return false;
}

/* generic_permission(); bits: 4 read, 1 execute or search. */
static bool permits(const struct fake_file *file, unsigned bits) {
    unsigned mode = file->mode & 7u;
    bool is_directory = S_ISDIR(file->mode);

    if (fake.uid.fs == file->owner)
        mode = (file->mode >> 6) & 7u;
    else if (in_group(file->group))
        mode = (file->mode >> 3) & 7u;
    if ((mode & bits) == bits)
        return true;
    if ((is_directory || bits == 4) && capable(CAP_DAC_READ_SEARCH))
        return true;
    return (is_directory || (bits & 1u) == 0 || (file->mode & 0111) != 0) &&
           capable(CAP_DAC_OVERRIDE);
}

/* Walks to a file or link. Directories that are not in the table exist and are open to everyone. */
static int walk_to(const char *path, struct fake_file **file) {
    if (path[0] == '\0')
        return -ENOENT;
    for (size_t i = 0; i < fake.file_count; i++) {
        const struct fake_file *parent = &fake.files[i];
        size_t length = strlen(parent->path);
        if (strncmp(parent->path, path, length) != 0 || path[length] != '/')
            continue;
        if (!S_ISDIR(parent->mode))
            return -ENOTDIR;
        if (!permits(parent, 1))
            return -EACCES;
    }
    *file = fake_find_file(path);
    if (*file != NULL && (*file)->through_fd && fake.open_above_stderr == 0)
        return -ENOENT;
    return *file != NULL ? 0 : -ENOENT;
}

/* The same, a link at the end followed. */
static int walk(const char *path, struct fake_file **file) {
    int error = walk_to(path, file);

    for (unsigned links = 0; error == 0 && (*file)->link != NULL; links++) {
        if (links == FAKE_FILES)
            return -ELOOP;
        error = walk_to((*file)->link, file);
    }
    return error;
}

int sys_read_link(const char *path, size_t capacity, char *target) {
    struct fake_file *file = NULL;

    READ(0, 0, 0);
    if (verdict == LIES)
        return 0;
    if (capacity == 0)
        return -EINVAL;
    int error = walk_to(path, &file);
    if (error != 0 || file->link == NULL)
        return error != 0 ? error : -EINVAL;
    size_t size = strlen(file->link) < capacity ? strlen(file->link) : capacity;
    memcpy(target, file->link, size);
    return (int)size;
}

int sys_may_execute(const char *path) {
    struct fake_file *file = NULL;

    READ_SIMPLE(strcmp(path, ".") == 0, 0, 0); /* apart in the record: not a program */
    int error = walk(path, &file);
    if (error != 0)
        return error;
    if (!permits(file, 1) || (S_ISREG(file->mode) && file->noexec))
        return -EACCES;
    return 0;
}

int sys_inspect(const char *path, struct sys_file *file) {
    struct fake_file *found = NULL;

    READ(0, 0, 0);
    int error = walk(path, &found);
    if (error != 0)
        return error;
    memset(file, 0, sizeof *file); /* what a false success leaves; 0xff would be no bool */
    if (verdict == OBEYS)
        *file = (struct sys_file){.mode = found->mode,
                                  .owner = found->owner,
                                  .group = found->group,
                                  .nosuid = found->nosuid,
                                  .noexec = found->noexec};
    return 0;
}

int sys_read_head(const char *path, size_t capacity, char *head) {
    struct fake_file *file = NULL;

    READ(0, 0, 0);
    if (verdict == LIES) {
        lie(kind, head, capacity);
        return 0;
    }
    int error = walk(path, &file);
    if (error != 0)
        return error;
    if (!permits(file, 4))
        return -EACCES;
    if (S_ISDIR(file->mode))
        return -EISDIR;
    size_t size = file->head_size < capacity ? file->head_size : capacity;
    memcpy(head, file->head, size);
    return (int)size;
}

int sys_read_at(const char *path, uint64_t offset, size_t capacity, void *bytes) {
    struct fake_file *file = NULL;

    READ(offset, 0, 0);
    if (verdict == LIES) {
        lie(kind, bytes, capacity);
        return 0;
    }
    int error = walk(path, &file);
    if (error != 0)
        return error;
    if (!permits(file, 4))
        return -EACCES;
    if (S_ISDIR(file->mode))
        return -EISDIR;
    if (offset > INT64_MAX)
        return -EINVAL;
    size_t there = offset < file->head_size ? file->head_size - (size_t)offset : 0;
    size_t size = there < capacity ? there : capacity;
    if (size > 0)
        memcpy(bytes, (const char *)file->head + offset, size);
    return (int)size;
}

int sys_read_file_caps(const char *path, size_t capacity, void *attribute) {
    struct fake_file *file = NULL;

    READ(0, 0, 0);
    if (verdict == LIES) {
        lie(kind, attribute, capacity);
        return 0;
    }
    int error = walk(path, &file); /* getxattr(2) needs no permission on the file itself */
    if (error != 0)
        return error;
    if (file->caps == NULL)
        return -ENODATA;
    if (file->caps_size > capacity)
        return -ERANGE;
    memcpy(attribute, file->caps, file->caps_size);
    return (int)file->caps_size;
}

int sys_has_formats(void) {
    READ_SIMPLE(0, 0, 0);
    return fake.has_formats;
}

/* do_open_execat(), and what a security module says */
static int open_exec(const char *path) {
    struct fake_file *file = NULL;

    int error = walk(path, &file);
    if (error != 0)
        return error;
    return !S_ISREG(file->mode) || file->noexec || file->denied || !permits(file, 1) ? -EACCES : 0;
}

/* With AT_EXECVE_CHECK: nothing of the format. */
int sys_execve_check(const char *path) {
    READ_SIMPLE(0, 0, 0);
    return fake.no_execve_check ? -EINVAL : open_exec(path);
}

/* Does what execve does up to the point of no return, and returns as no execve can. */
int sys_execve(const char *path, char *const argv[], char *const envp[]) {
    (void)argv;
    (void)envp;
    READ_SIMPLE(0, 0, 0);
    if (fake.exec_error != 0)
        return -fake.exec_error;
    int error = open_exec(path);
    if (error != 0)
        return error;
    fake.exec_reached = true;
    (void)snprintf(fake.exec_path, sizeof fake.exec_path, "%s", path);
    return 0;
}

/* ---- the working directory and the umask ---- */

static struct sys_directory directory_of(const struct fake_file *file) {
    return (struct sys_directory){.device = 1,
                                  .inode = file == NULL ? 1 : 2 + (uint64_t)(file - fake.files)};
}

int sys_get_directory(struct sys_directory *here) {
    READ(0, 0, 0);
    if (verdict == LIES)
        return -EIO; /* the poison is seen through */
    *here = directory_of(fake.directory);
    return 0;
}

/* A lie is that of fchdir(2): the opened directory is reported. */
int sys_enter_directory(const char *path, struct sys_directory *entered) {
    struct fake_file *file = NULL;

    ENTER_AS(true, 0, 0, 0);
    int error = walk(path, &file);
    if (error != 0)
        return error;
    if (!S_ISDIR(file->mode))
        return -ENOTDIR;
    if (!permits(file, 1))
        return -EACCES;
    *entered = directory_of(file);
    fake.directory = verdict == LIES ? fake.directory : file;
    return 0;
}

int sys_set_umask(unsigned mask) {
    WRITE(mask, 0, 0);
    fake.umask = mask & 0777;
    return 0;
}

int sys_read_umask(unsigned mask) {
    READ_SIMPLE(mask, 0, 0);
    unsigned before = fake.umask;
    fake.umask = mask;
    return (int)before;
}

/* ---- execve ---- */

/* get_file_caps(), bprm_caps_from_vfs_caps() */
static int file_caps(const struct exec_file *file, struct cred *new, bool *effective) {
    uint64_t known = new->cap_count < CAP_BITS ? CAP_MASK(new->cap_count) - 1 : UINT64_MAX;
    uint64_t permitted = file->caps_permitted & known;
    uint64_t inheritable = file->caps_inheritable & known;

    new->permitted = 0;
    *effective = false;
    if (!file->has_caps)
        return 0;
    *effective = file->caps_effective;
    new->permitted = (new->bounding &permitted) | (new->inheritable &inheritable);
    return *effective && !subset(permitted, new->permitted) ? -EPERM : 0;
}

/* handle_privileged_root() */
static void privileged_root(const struct cred *old, const struct exec_file *file, struct cred *new,
                            bool *effective) {
    if ((old->securebits & SECBIT_NOROOT) != 0)
        return;
    if (file->has_caps && new->uid.real != 0 && new->uid.effective == 0)
        return;
    if (new->uid.effective == 0 || new->uid.real == 0)
        new->permitted = old->bounding | old->inheritable;
    if (new->uid.effective == 0)
        *effective = true;
}

/* cap_bprm_creds_from_file(), after bprm_fill_uid(); nobody traces or shares the process. */
int fake_after_exec(const struct cred *old, const struct exec_file *file, struct cred *new) {
    bool effective;

    *new = *old;
    if (!old->no_new_privs && file->set_uid)
        new->uid.effective = file->owner;
    if (!old->no_new_privs && file->set_gid)
        new->gid.effective = file->group;

    int error = file_caps(file, new, &effective);
    if (error != 0)
        return error;
    privileged_root(old, file, new, &effective);

    bool is_setid = new->uid.effective != old->uid.real || new->gid.effective != old->gid.real;
    if ((is_setid || !subset(new->permitted, old->permitted)) && old->no_new_privs) {
        new->uid.effective = new->uid.real;
        new->gid.effective = new->gid.real;
        new->permitted &= old->permitted;
    }
    new->uid.saved = new->uid.fs = new->uid.effective;
    new->gid.saved = new->gid.fs = new->gid.effective;
    if (file->has_caps || is_setid)
        new->ambient = 0;
    new->permitted |= new->ambient;
    new->effective = effective ? new->permitted : new->ambient;
    new->securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
    return 0;
}
