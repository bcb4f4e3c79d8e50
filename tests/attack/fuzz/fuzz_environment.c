#include "fuzz_environment.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc_fake.h"
#include "ref.h"
#include "users_fake.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool bit(unsigned flags, unsigned n) { return (flags >> n & 1) != 0; }

/* ---- the user database ---- */

static char PASSWD[] = "root:x:0:0:root:/root:/bin/sh\n"
                       "www:x:33:33::/var/www:\n"
                       "jo:x:1000:1000::/home/jo:/bin/sh\n"
                       "homeless:x:1001:100:::\n"
                       "nobody:x:65534:65534::/:/bin/false\n"
                       "wrapped:x:4294967295:5::/:\n";
static char GROUP[] = "root:x:0:\n"
                      "www:x:33:\n"
                      "ops:x:44:root,www\n"
                      "log:x:45:www,jo\n"
                      "wrapped:x:4294967295:homeless\n";

static void make_users(struct input *input) {
    static const int errors[] = {EIO, EACCES, ENOMEM, 0};
    static struct ref_database database;
    uint8_t calls = input_byte(input), how = input_byte(input);

    if (database.user_count == 0)
        ref_read_by_libc(PASSWD, sizeof PASSWD - 1, GROUP, sizeof GROUP - 1, &database);
    users_fake = (struct users_fake){.database = &database};
    users_fake.fails_at = bit(how, 0) ? calls : 0;
    users_fake.wrong_at = bit(how, 0) ? 0 : calls;
    users_fake.error = errors[how >> 1 & 3];
    users_fake.wrong = (enum users_wrong)((how >> 3) % WRONG_KINDS);
}

/* ---- the process ---- */

/* Some capabilities that matter to capwrap, some that do not, and the last one. */
static uint64_t choose(uint8_t bits) {
    static const unsigned caps[] = {CAP_SETUID,  CAP_SETGID,           CAP_SETPCAP,      CAP_CHOWN,
                                    CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_DAC_OVERRIDE, 40};
    uint64_t set = 0;

    for (unsigned i = 0; i < COUNT(caps); i++)
        set |= (uint64_t)bit(bits, i) << caps[i];
    return set;
}

/* As execve leaves them: what is effective is permitted, what is ambient permitted and
 * inheritable. */
static void make_caps(struct input *input) {
    static const unsigned counts[] = {41, 41, 41, 41, 41, 41, 40, 38, 64, 14, 9, 1, 41, 41, 0, 41};
    uint8_t how = input_byte(input);

    fake.cap_count = counts[input_byte(input) % COUNT(counts)];
    uint64_t all = fake.cap_count < CAP_BITS ? CAP_MASK(fake.cap_count) - 1 : ~UINT64_C(0);
    /* Zeros are everything permitted, effective and bounding, nothing inheritable or ambient. */
    uint64_t permitted = choose(input_byte(input)), effective = choose(input_byte(input));
    uint64_t bounding = choose(input_byte(input)), inheritable = choose(input_byte(input));
    uint64_t ambient = choose(input_byte(input));
    fake.permitted = (bit(how, 0) ? permitted : ~permitted) & all;
    fake.effective = (bit(how, 1) ? effective : ~effective) & fake.permitted;
    fake.bounding = (bit(how, 2) ? bounding : ~bounding) & all;
    fake.inheritable = (bit(how, 3) ? ~inheritable : inheritable) & all;
    fake.ambient = (bit(how, 4) ? ~ambient : ambient) & fake.permitted & fake.inheritable;
    fake.no_new_privs = bit(how, 5);
    fake.parent_death_signal = bit(how, 6) ? 15 : 0;
    fake.open_above_stderr = bit(how, 7) ? 5 : 0;
    fake.securebits = (unsigned)input_number(input, 2) & 0xfffu & ~(unsigned)SECBIT_KEEP_CAPS;
}

static void make_ids(struct input *input) {
    static const fake_id ids[] = {0, 33, 1000, 44, 65534, FAKE_UNMAPPED(0), FAKE_UNMAPPED(7), 1};
    uint8_t uids = input_byte(input), gids = input_byte(input), groups = input_byte(input);
    fake_id real = ids[uids & 7], effective = bit(uids, 7) ? ids[uids >> 3 & 7] : real;

    /* execve makes the saved and the filesystem id equal to the effective one. */
    fake.uid = (struct fake_ids){real, effective, effective, effective};
    real = ids[gids & 7];
    effective = bit(gids, 7) ? ids[gids >> 3 & 7] : real;
    fake.gid = (struct fake_ids){real, effective, effective, effective};
    fake.group_count = groups & 3;
    for (size_t i = 0; i < fake.group_count; i++)
        fake.groups[i] = ids[((groups >> 2) + 3 * i) % COUNT(ids)];
    if (groups == 0)
        fake_set_groups(1, (const gid_t[]){0});
}

static bool is_unmapped(fake_id id) { return id >= FAKE_UNMAPPED(0); }

/* Where all ids are mapped none is held that is not (user_namespaces(7)). */
static void leave_out_unmapped(void) {
    const struct fake_map partial = {.first = 0, .count = 70000};
    bool uid = is_unmapped(fake.uid.real) || is_unmapped(fake.uid.effective);
    bool gid = is_unmapped(fake.gid.real) || is_unmapped(fake.gid.effective);

    for (size_t i = 0; i < fake.group_count; i++)
        gid |= is_unmapped(fake.groups[i]);
    if (uid && fake.uid_map.count == UINT32_MAX)
        fake.uid_map = partial;
    if (gid && fake.gid_map.count == UINT32_MAX)
        fake.gid_map = partial;
}

static void make_machine(struct input *input, struct fuzz_environment *environment) {
    static const int ended[] = {0, 125 << 8, 126 << 8, 31, 60};
    uint8_t flags = input_byte(input), streams = input_byte(input), child = input_byte(input);

    fake.keyctl_blocked = bit(flags, 0);
    fake.setgroups_denied = bit(flags, 1);
    fake.no_ambient = bit(flags, 2);
    fake.caps_never_end = bit(flags, 3) && bit(flags, 4);
    fake.caps_always_set = bit(flags, 3) && bit(flags, 5);
    if (bit(flags, 6))
        fake.uid_map = (struct fake_map){.first = 0, .count = 1001};
    if (bit(flags, 7))
        fake.gid_map = (struct fake_map){.first = 0, .count = bit(flags, 5) ? 0 : 1001};
    leave_out_unmapped();
    for (unsigned fd = 0; fd < 3; fd++) {
        fake.streams[fd].handed_over = bit(streams, fd);
        fake.streams[fd].owner = bit(streams, fd + 3) ? 33 : (uid_t)fake.uid.real;
        environment->stream_owners[fd] = (uid_t)fake.streams[fd].owner;
    }
    environment->fork_result = child < 0xc0 ? 0 : child < 0xd0 ? -1 : 4711;
    environment->wait_status = ended[child % COUNT(ended)];
}

/* ---- files ---- */

/* What every ELF file in the environment holds. */
static struct fake_elf whole_program;

static void make_server(struct input *input) {
    static uint8_t attribute[24]; /* lives as long as the file */
    static const char *const heads[] = {"\177ELF",         "#!/bin/sh\n", "#! /srv/script -x\n",
                                        "#!/gone",         "text",        "",
                                        "#!/srv/server\n", "#!\n"};
    static const uid_t owners[] = {0, 33, 1000, 44};
    uint8_t modes = input_byte(input), how = input_byte(input), caps = input_byte(input);
    struct fake_file *server = fake_add_file("/srv/server", S_IFREG | 0755, owners[how & 3],
                                             owners[how >> 2 & 3], heads[how >> 4 & 7]);

    if ((how >> 4 & 7) == 0) {
        server->head = &whole_program;
        server->head_size = sizeof whole_program;
    }
    server->mode ^= (modes & 7u) | (modes & 0x38u) | (bit(modes, 6) ? S_ISUID : 0) |
                    (bit(modes, 7) ? S_ISGID : 0);
    server->nosuid = bit(caps, 0);
    server->noexec = bit(caps, 1);
    if (bit(caps, 2))
        server->mode = S_IFDIR | 0755;
    if (!bit(caps, 3))
        return;
    memset(attribute, 0, sizeof attribute);
    uint64_t permitted = choose(input_byte(input)), inheritable = choose(input_byte(input));
    attribute[0] = bit(caps, 4);
    attribute[3] = bit(caps, 5) ? 3 : 2;
    attribute[20] = bit(caps, 6);
    for (unsigned i = 0; i < 4; i++) {
        attribute[4 + i] = (uint8_t)(permitted >> 8 * i);
        attribute[8 + i] = (uint8_t)(inheritable >> 8 * i);
        attribute[12 + i] = (uint8_t)(permitted >> 32 >> 8 * i);
        attribute[16 + i] = (uint8_t)(inheritable >> 32 >> 8 * i);
    }
    server->caps = attribute;
    server->caps_size = bit(caps, 7) ? 12 : bit(caps, 5) ? 24 : 20;
}

static void make_files(struct input *input) {
    static const uid_t owners[] = {0, 33, 1000, 44};
    uint8_t folder = input_byte(input);

    whole_program = fake_elf(NULL);
    make_server(input);
    (void)fake_add_file("/srv", S_IFDIR | (bit(folder, 0) ? 0700u : 0755u), owners[folder >> 1 & 3],
                        owners[folder >> 3 & 3], "");
    (void)fake_add_file("/srv/script", S_IFREG | 0755, 0, 0, "#!/bin/sh\n");
    (void)fake_add_program("/bin/sh", &whole_program);
    fake_add_program("/bin/secret", &whole_program)->mode = S_IFREG | 0711;
}

bool fuzz_environment_exec_file(const char *path, struct exec_file *file) {
    struct ref_file_caps caps = {0};
    enum ref_caps found = REF_NO_CAPS;
    char name[REF_HEAD];
    const struct fake_file *last = fake_find_file(path);

    for (unsigned depth = 0; last != NULL; depth++) {
        int script = ref_interpreter(last->head, last->head_size, name);
        if (script == 0)
            break;
        if (script < 0 || depth == 5)
            return false;
        last = fake_find_file(name);
    }
    if (last == NULL)
        return false;
    bool counts = !last->nosuid && last->caps != NULL;
    if (counts)
        found = ref_file_caps(last->caps, last->caps_size, &caps);
    if (counts && found == REF_NO_CAPS && sys_all_ids_mapped() == 0)
        found = REF_UNCLEAR;
    *file = (struct exec_file){.set_uid = !last->nosuid && (last->mode & S_ISUID) != 0,
                               .set_gid = !last->nosuid && (last->mode & S_ISGID) != 0 &&
                                          (last->mode & S_IXGRP) != 0,
                               .owner = last->owner,
                               .group = last->group,
                               .has_caps = found == REF_CAPS,
                               .caps_effective = caps.effective,
                               .caps_permitted = caps.permitted,
                               .caps_inheritable = caps.inheritable};
    return found != REF_UNCLEAR;
}

/* ---- the environment ---- */

static void make_variables(struct input *input, struct fuzz_environment *environment) {
    static char path[64], listen[32],
        other_listen[] = "LISTEN_PID=1", foo[] = "FOO=\xff\n", home[] = "HOME=/root",
        second_home[] = "HOME=/second", bare[] = "HOME", user[] = "USER=root",
        logname[] = "LOGNAME=root", place[] = "KUBERNETES_SERVICE_HOST=10.0.0.1";
    static const char *const paths[] = {"/srv:/bin",        "",      ":",   ".:/srv",
                                        "/srv/server:/bin", "/none", "srv", "/bin//"};
    uint8_t which = input_byte(input), flags = input_byte(input);
    size_t count = 0;
    char *const optional[] = {home, second_home, user, logname, place, other_listen, foo, bare};

    (void)snprintf(path, sizeof path, "PATH=%s", paths[which & 7]);
    if (!bit(which, 3))
        environment->variables[count++] = path;
    environment->listen_pid = bit(which, 4);
    (void)snprintf(listen, sizeof listen, "LISTEN_PID=%d", (int)getpid());
    if (environment->listen_pid)
        environment->variables[count++] = listen;
    for (unsigned i = 0; i < COUNT(optional); i++)
        if (bit(flags, i))
            environment->variables[count++] = optional[i];
}

/* ---- faults ---- */

/* The result of each call: 0 served, else 1 + enum fake_fault_kind. */
static struct {
    uint8_t calls[FAKE_CALLS];
    unsigned fired[FAKE_FAULTS];
} faulted;

/* Checks which faults have fired since the last time: at the previous call. */
static void note_faults(size_t index) {
    if (index >= FAKE_CALLS)
        return;
    faulted.calls[index] = 0;
    for (size_t i = 0; i < fake.fault_count; i++) {
        if (fake.faults[i].fired != faulted.fired[i])
            faulted.calls[index] = (uint8_t)(1 + fake.faults[i].kind);
        faulted.fired[i] = fake.faults[i].fired;
    }
}

static void before_call(const char *name) {
    (void)name;
    if (fake.call_count >= 2)
        note_faults(fake.call_count - 2);
}

void fuzz_environment_end(void) {
    if (fake.call_count > 0)
        note_faults(fake.call_count - 1);
    fake.before = NULL;
    fake_disarm();
}

static const char *const MAY_FAIL[] = {"sys_get_uids",
                                       "sys_get_gids",
                                       "sys_get_groups",
                                       "sys_get_caps",
                                       "sys_bounding_has",
                                       "sys_ambient_has",
                                       "sys_get_securebits",
                                       "sys_get_keepcaps",
                                       "sys_get_no_new_privs",
                                       "sys_get_parent_death_signal",
                                       "sys_all_ids_mapped",
                                       "sys_overflow_id",
                                       "sys_ids_are_mapped",
                                       "sys_setgroups_denied",
                                       "sys_confirm_uid",
                                       "sys_confirm_gid",
                                       "sys_get_parent",
                                       "sys_set_caps",
                                       "sys_bounding_drop",
                                       "sys_ambient_raise",
                                       "sys_ambient_lower",
                                       "sys_set_keepcaps",
                                       "sys_set_groups",
                                       "sys_set_gids",
                                       "sys_set_uids",
                                       "sys_set_securebits",
                                       "sys_set_no_new_privs",
                                       "sys_set_parent_death_signal",
                                       "sys_enter_label",
                                       "sys_enters_label",
                                       "sys_stdio_owner",
                                       "sys_chown_fd",
                                       "sys_may_execute",
                                       "sys_inspect",
                                       "sys_read_head",
                                       "sys_read_file_caps",
                                       "sys_read_at",
                                       "sys_has_formats",
                                       "sys_execve_check",
                                       "sys_execve",
                                       "sys_filter_is_refused",
                                       "sys_try_setpcap",
                                       "sys_try_uids",
                                       "sys_try_gids",
                                       "sys_try_unset_keepcaps",
                                       "sys_new_session_keyring",
                                       "sys_close_above_stderr"};
enum { ONLY_FAIL = 2 }; /* the last ones never lie */

static void arm(struct input *input) {
    static const int errors[] = {EPERM,   EINVAL,    ENOSYS, ENOMEM, EIO,    EACCES, ENOENT,
                                 ENODATA, EOVERFLOW, EAGAIN, EBADF,  EPROTO, E2BIG,  EINTR};
    uint8_t count = input_byte(input);

    for (unsigned i = 0; i < count && i < FAKE_FAULTS && input->next != input->end; i++) {
        uint8_t kind = input_byte(input), name = input_byte(input), nth = input_byte(input);
        int error = errors[input_byte(input) % COUNT(errors)];
        bool lies = kind % 3 != FAKE_FAILS;
        size_t which = name % (lies ? COUNT(MAY_FAIL) - ONLY_FAIL : COUNT(MAY_FAIL));
        bool ids = lies && which < 2;
        (void)fake_arm(ids ? FAKE_LIES_ZERO : (enum fake_fault_kind)(kind % 3),
                       !lies && name == 0xff ? NULL : MAY_FAIL[which], nth, error);
    }
    memset(faulted.fired, 0, sizeof faulted.fired);
    fake.before = before_call;
}

static bool is(size_t call, const char *name) { return strcmp(fake.calls[call].name, name) == 0; }

/* Where the read-back of verify starts: at the last of at least two reads of the uids. */
static size_t read_back(void) {
    size_t last = fake.call_count;
    unsigned found = 0;

    for (size_t i = 0; i < fake.call_count; i++) {
        if (is(i, "sys_get_uids")) {
            found++;
            last = i;
        }
    }
    return found < 2 ? fake.call_count : last;
}

/* A call of that name, from first up to before end, lied; zeros: by returning zeros. */
static bool lied(const char *name, size_t first, size_t end, bool zeros) {
    for (size_t i = first; i < end; i++)
        if (is(i, name) && (faulted.calls[i] == 1 + FAKE_LIES_ZERO ||
                            (!zeros && faulted.calls[i] == 1 + FAKE_LIES)))
            return true;
    return false;
}

/* The bits that were reported as clear, or as not a capability. */
static uint64_t told_clear(const char *name, size_t first) {
    uint64_t bits = 0;

    for (size_t i = first; i < fake.call_count; i++)
        if (is(i, name) && faulted.calls[i] != 0 && fake.calls[i].a < CAP_BITS)
            bits |= CAP_MASK(fake.calls[i].a);
    return bits;
}

static bool inspection_was_disturbed(void) {
    static const char *const calls[] = {"sys_may_execute", "sys_inspect", "sys_read_head",
                                        "sys_read_file_caps", "sys_all_ids_mapped"};

    for (size_t i = 0; i < fake.call_count; i++)
        for (size_t n = 0; n < COUNT(calls); n++)
            if (faulted.calls[i] != 0 && is(i, calls[n]))
                return true;
    return false;
}

void fuzz_environment_excuses(const struct cred *expected, struct excuses *excuses) {
    const struct ids zeros = ids_all(0);
    size_t from = read_back(), to = fake.call_count;
    bool no_caps = (expected->permitted | expected->effective | expected->inheritable) == 0 &&
                   lied("sys_get_caps", from, to, true);

    bool uids = lied("sys_get_uids", 0, from, true), gids = lied("sys_get_gids", 0, from, true);
    bool nothing_held = no_caps && lied("sys_get_caps", 0, from, true);
    bool uids_after = lied("sys_get_uids", from, to, true);
    bool gids_after = lied("sys_get_gids", from, to, true);
    bool mapping = lied("sys_all_ids_mapped", 0, from, false); /* /proc says that all are mapped */

    *excuses = (struct excuses){
        .uid = ids_equal(&expected->uid, &zeros) && uids_after,
        .gid = ids_equal(&expected->gid, &zeros) && gids_after,
        .groups =
            mapping || (expected->groups.count == 0 && lied("sys_get_groups", from, to, false)),
        .permitted = no_caps,
        .effective = no_caps,
        .inheritable = no_caps,
        .bounding = nothing_held ? ~UINT64_C(0)
                                 : told_clear("sys_bounding_has", from) & ~expected->bounding,
        .ambient = told_clear("sys_ambient_has", from) & ~expected->ambient,
        .securebits = expected->securebits == 0 && lied("sys_get_securebits", from, to, false),
        .no_new_privs = !expected->no_new_privs && lied("sys_get_no_new_privs", from, to, false),
        .signal = lied("sys_get_parent_death_signal", 0, from, true),
        .keyring = uids || gids || mapping,
        .streams = mapping || lied("sys_stdio_owner", 0, to, false),
        .who = (uids && uids_after) || (gids && gids_after),
        .file = inspection_was_disturbed() || uids_after || gids_after,
    };
}

void fuzz_environment_print(FILE *out) {
    static const char *const fates[] = {"", " FAILS", " LIES", " LIES (zeros)"};

    for (size_t i = 0; i < fake.call_count; i++) {
        const struct fake_call *call = &fake.calls[i];
        if (faulted.calls[i] != 0 || i == 0 || call->name != call[-1].name)
            (void)fprintf(out, "  %s(%llu, %llu, %llu)%s\n", call->name,
                          (unsigned long long)call->a, (unsigned long long)call->b,
                          (unsigned long long)call->c, fates[faulted.calls[i]]);
    }
    (void)fprintf(out, "  uid %llx %llx, gid %llx %llx, P %llx E %llx I %llx B %llx A %llx\n",
                  (unsigned long long)fake.uid.real, (unsigned long long)fake.uid.effective,
                  (unsigned long long)fake.gid.real, (unsigned long long)fake.gid.effective,
                  (unsigned long long)fake.permitted, (unsigned long long)fake.effective,
                  (unsigned long long)fake.inheritable, (unsigned long long)fake.bounding,
                  (unsigned long long)fake.ambient);
    (void)fprintf(out, "  securebits %x, no_new_privs %d, signal %d, %u capabilities\n",
                  fake.securebits, fake.no_new_privs, fake.parent_death_signal, fake.cap_count);
}

/* ---- all of it ---- */

static const char STATUS[] = "Name:\tserver\nUid:\t33\t33\t33\t33\nGid:\t33\t33\t33\t33\n"
                             "Groups:\t44 45 \nCapInh:\t0000000000000400\n"
                             "CapPrm:\t0000000000000400\nCapEff:\t0000000000000400\n"
                             "CapBnd:\t0000000000000400\nCapAmb:\t0000000000000400\n"
                             "NoNewPrivs:\t1\n";

void fuzz_environment_make(struct input *input, struct fuzz_environment *environment) {
    fake_reset();
    arm(input);
    make_ids(input);
    make_caps(input);
    make_machine(input, environment);
    make_users(input);
    make_variables(input, environment);
    make_files(input);
    fake.exec_error = input_byte(input) % 134;
    proc_fake = (struct proc_fake){.text = STATUS};
}
