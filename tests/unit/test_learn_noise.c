/* Noise is distinguished from need by where in the kernel a check came from, and by its process. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "core/cred.h"
#include "learn/checks/noise.h"
#include "learn/checks/usage.h"

/* A kernel of a few functions, 16 bytes each. */
static const char KALLSYMS[] = "1000 T cap_capable\n"
                               "1010 T security_vm_enough_memory_mm\n"
                               "1020 t bpf_int_jit_compile\n"
                               "1030 t pid_table_root_permissions\n"
                               "1040 T cap_capset\n"
                               "1050 t ovl_permission\n"
                               "1060 T ns_capable\n"
                               "1070 T __x64_sys_openat\n"
                               "1080 T do_syscall_64\n"
                               "1090 T __x64_sys_mount\n"
                               "10a0 T asm_exc_page_fault\n"
                               "10b0 T do_brk_flags\n"
                               "10c0 t cap_capset.cold\n"
                               "10d0 T cap_capset_elsewhere\n"
                               "10e0 t io_wq_worker\n"
                               "10f0 T ret_from_fork_asm\n"
                               "1100 T entry_SYSCALL_64_after_hwframe\n"
                               "1110 T generic_permission\n"
                               "1120 T inode_permission\n"
                               "1130 t xattr_permission\n"
                               "1140 T vfs_setxattr\n"
                               "1150 t net_ctl_permissions\n"
                               "1160 t ipc_permissions\n"
                               "1170 t set_permissions\n"
                               "1180 T vfs_write\n"
                               "1190 t proc_sys_permission\n"
                               "11a0 t sysctl_perm\n"
                               "11b0 T __x64_sys_setuid\n"
                               "11c0 T netlink_unicast\n"
                               "11d0 T __x64_sys_io_uring_enter\n"
                               "11e0 t io_sq_thread\n"
                               "11f0 T __x64_sys_setfsgid\n";

enum {
    CAPABLE = 0x1005,
    ENOUGH = 0x1015,
    JIT = 0x1025,
    PIDS = 0x1035,
    CAPSET = 0x1045,
    OVL = 0x1055,
    NS = 0x1065,
    OPENAT = 0x1075,
    SYSCALL = 0x1085,
    MOUNT = 0x1095,
    FAULT = 0x10a5,
    BRK = 0x10b5,
    COLD = 0x10c5,
    ELSEWHERE = 0x10d5,
    WORKER = 0x10e5,
    FORK = 0x10f5,
    ENTRY = 0x1105,
    PERMISSION = 0x1115,
    REAL = 0x1125,
    XATTR = 0x1135,
    SETXATTR = 0x1145,
    NET_SYSCTL = 0x1155,
    IPC_SYSCTL = 0x1165,
    USER_SYSCTL = 0x1175,
    WRITE = 0x1185,
    PROC_SYS = 0x1195,
    SYSCTL_PERM = 0x11a5,
    SETUID = 0x11b5,
    NETLINK = 0x11c5,
    URING = 0x11d5,
    SQ_THREAD = 0x11e5,
    SETFSGID = 0x11f5,
};

enum { HOME = 0x5000, OTHER = 0x6000, MINE = 0xa00, MOUNTER = 0xb00 };

struct fixture {
    struct kallsyms kallsyms;
    struct usage usage;
};

static int set_up(void **state) {
    static struct fixture fixture;
    char text[sizeof KALLSYMS];

    memcpy(text, KALLSYMS, sizeof text);
    FILE *file = fmemopen(text, strlen(text), "r");
    if (file == NULL || kallsyms_read(&fixture.kallsyms, file) != 0)
        return -1;
    (void)fclose(file);
    *state = &fixture;
    return usage_begin(&fixture.usage, &fixture.kallsyms, UINT64_MAX);
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;

    usage_free(&fixture->usage);
    kallsyms_free(&fixture->kallsyms);
    return 0;
}

static struct usage *tally_of(void **state) { return &((struct fixture *)*state)->usage; }

/* A check of cap with these credentials, and these callers. */
static void check_chain(void **state, unsigned cap, uint64_t cred, const uint64_t *chain,
                        size_t depth) {
    struct record record = {.kind = RECORD_CHECK,
                            .pid = 10,
                            .tid = 10,
                            .cap = cap,
                            .cred = cred,
                            .capable_ns = HOME,
                            .chain = chain,
                            .depth = depth};

    usage_add(tally_of(state), &record);
}

/* The same below two functions. */
static void check(void **state, unsigned cap, uint64_t cred, uint64_t below, uint64_t call) {
    const uint64_t chain[] = {
        UINT64_MAX - 127 /* PERF_CONTEXT_KERNEL */, CAPABLE, NS, below, call, SYSCALL};

    check_chain(state, cap, cred, chain, sizeof chain / sizeof chain[0]);
}

/* After all: whether cap counts. */
static bool counts(void **state, unsigned cap) {
    usage_end(tally_of(state));
    return (usage_caps(tally_of(state)) & CAP_MASK(cap)) != 0;
}

static const char *rule_of(void **state, unsigned cap) {
    const struct uses *ignored = &tally_of(state)->asked[cap].ignored;

    return ignored->count == 0 ? NULL : ignored->list[0].noise->name;
}

/* ---- one for each rule, and what is next to it ---- */

/* It does not count, by that rule. */
static void is_noise(void **state, unsigned cap, const char *rule) {
    assert_false(counts(state, cap));
    assert_string_equal(rule_of(state, cap), rule);
}

static void overcommit_is_noise(void **state) {
    check(state, CAP_SYS_ADMIN, MINE, ENOUGH, BRK);
    is_noise(state, CAP_SYS_ADMIN, "overcommit");
}

static void the_jit_is_noise(void **state) {
    check(state, CAP_SYS_ADMIN, MINE, JIT, OPENAT);
    is_noise(state, CAP_SYS_ADMIN, "jit");
}

static void a_sysctl_of_the_process_namespace_is_noise(void **state) {
    check(state, CAP_SYS_ADMIN, MINE, PIDS, OPENAT);
    is_noise(state, CAP_SYS_ADMIN, "pid-sysctl");
}

static void capset_is_noise_for_setpcap_alone(void **state) {
    check(state, CAP_SETPCAP, MINE, CAPSET, OPENAT);
    check(state, CAP_SETPCAP, MINE, COLD, OPENAT);
    check(state, CAP_SYS_PTRACE, MINE, CAPSET, OPENAT);
    is_noise(state, CAP_SETPCAP, "capset");
    assert_true(counts(state, CAP_SYS_PTRACE));
}

static void a_function_that_begins_alike_is_another(void **state) {
    check(state, CAP_SETPCAP, MINE, ELSEWHERE, OPENAT);
    assert_true(counts(state, CAP_SETPCAP));
}

static void the_same_capability_elsewhere_counts(void **state) {
    check(state, CAP_SYS_ADMIN, MINE, ENOUGH, BRK);
    check(state, CAP_SYS_ADMIN, MINE, NS, MOUNT);
    assert_true(counts(state, CAP_SYS_ADMIN));
    assert_int_equal(tally_of(state)->asked[CAP_SYS_ADMIN].counted.checks, 1);
    assert_int_equal(tally_of(state)->asked[CAP_SYS_ADMIN].ignored.checks, 1);
}

static void another_capability_below_the_same_counts(void **state) {
    check(state, CAP_SYS_RESOURCE, MINE, ENOUGH, BRK);
    assert_true(counts(state, CAP_SYS_RESOURCE));
}

static void the_mounter_of_an_overlay_is_not_the_program(void **state) {
    check(state, CAP_SYS_ADMIN, MINE, ENOUGH, OPENAT);
    check(state, CAP_DAC_OVERRIDE, MOUNTER, OVL, OPENAT);
    is_noise(state, CAP_DAC_OVERRIDE, "overlay");
}

static void the_program_itself_below_an_overlay_counts(void **state) {
    check(state, CAP_DAC_OVERRIDE, MINE, OVL, OPENAT);
    check(state, CAP_DAC_OVERRIDE, MINE, OVL, OPENAT);
    check(state, CAP_SYS_ADMIN, MINE, ENOUGH, OPENAT); /* its credentials are known later only */
    assert_true(counts(state, CAP_DAC_OVERRIDE));
    assert_int_equal(tally_of(state)->asked[CAP_DAC_OVERRIDE].counted.checks, 2);
}

static void attributes_of_an_overlay_are_told_by_credentials(void **state) {
    check(state, CAP_SETUID, MINE, NS, OPENAT);
    check_chain(state, CAP_SYS_ADMIN, MOUNTER, (uint64_t[]){CAPABLE, NS, XATTR, SETXATTR}, 4);
    is_noise(state, CAP_SYS_ADMIN, "overlay-xattr");
    check_chain(state, CAP_SYS_ADMIN, MINE, (uint64_t[]){CAPABLE, NS, XATTR, SETXATTR}, 4);
    assert_true(counts(state, CAP_SYS_ADMIN));
}

/* New credentials of the program may never be seen outside of the overlay. */
static void what_an_overlay_asks_of_the_program_itself_counts(void **state) {
    check_chain(state, CAP_DAC_OVERRIDE, MINE, (uint64_t[]){CAPABLE, PERMISSION, OVL, OPENAT}, 4);
    assert_true(counts(state, CAP_DAC_OVERRIDE));
    check_chain(state, CAP_FOWNER, MOUNTER,
                (uint64_t[]){CAPABLE, PERMISSION, OVL, REAL, OVL, OPENAT}, 6); /* one on another */
    assert_false(counts(state, CAP_FOWNER));
}

/* As when an overlay on files in memory grows them. */
static void a_chain_that_ends_early_says_nothing_of_credentials(void **state) {
    check(state, CAP_DAC_OVERRIDE, MOUNTER, OVL, OPENAT);
    check(state, CAP_SYS_ADMIN, MOUNTER, ENOUGH, BRK);
    assert_false(counts(state, CAP_DAC_OVERRIDE));
}

static void a_namespace_of_its_own_gives_its_own_capabilities(void **state) {
    struct record record = {.kind = RECORD_CHECK,
                            .pid = 10,
                            .tid = 10,
                            .cap = CAP_SYS_ADMIN,
                            .cred = MINE,
                            .capable_ns = OTHER};

    check(state, CAP_SYS_ADMIN, MINE, ENOUGH, BRK);
    usage_add(tally_of(state), &record);
    assert_false(counts(state, CAP_SYS_ADMIN));
    assert_string_equal(tally_of(state)->asked[CAP_SYS_ADMIN].ignored.list[1].noise->name,
                        "own-namespace");
}

/* A callback of a sysctl checks: when it is opened, and when it is written. */
static void a_sysctl(void **state, unsigned cap, uint64_t callback, const char *rule) {
    const uint64_t open[] = {CAPABLE, NS, callback, PROC_SYS, REAL, OPENAT, SYSCALL};
    const uint64_t write[] = {CAPABLE, NS, callback, SYSCTL_PERM, WRITE, SYSCALL};

    check_chain(state, cap, MINE, open, sizeof open / sizeof open[0]);
    assert_string_equal(rule_of(state, cap), rule);
    assert_false(counts(state, cap));
    check_chain(state, cap, MINE, write, sizeof write / sizeof write[0]);
    assert_true(counts(state, cap));
}

static void opening_a_sysctl_is_noise_and_writing_it_counts(void **state) {
    a_sysctl(state, CAP_NET_ADMIN, NET_SYSCTL, "net-sysctl");
    a_sysctl(state, CAP_CHECKPOINT_RESTORE, IPC_SYSCTL, "ipc-sysctl");
    a_sysctl(state, CAP_SYS_RESOURCE, USER_SYSCTL, "user-sysctl");
    a_sysctl(state, CAP_SYS_ADMIN, PIDS, "pid-sysctl");
    check(state, CAP_KILL, MINE, NET_SYSCTL, OPENAT); /* another capability is not theirs */
    assert_true(counts(state, CAP_KILL));
}

/* ---- the result of a call that was refused ---- */

/* chain: four addresses. */
static void refuse_by(void **state, unsigned cap, uint32_t tid, uint64_t where,
                      const uint64_t *chain) {
    struct record record = {.kind = RECORD_CHECK,
                            .pid = tid,
                            .tid = tid,
                            .cap = cap,
                            .where = where,
                            .result = RESULT_REFUSED,
                            .capable_ns = HOME,
                            .chain = chain,
                            .depth = 4};

    tally_of(state)->kept &= ~CAP_MASK(cap);
    usage_add(tally_of(state), &record);
}

static void refuse_at(void **state, unsigned cap, uint32_t tid, uint64_t where) {
    const uint64_t chain[] = {CAPABLE, NS, MOUNT, SYSCALL};

    refuse_by(state, cap, tid, where, chain);
}

static void fail_at(void **state, uint32_t tid, uint64_t where, int64_t value) {
    struct record record = {
        .kind = RECORD_FAILURE, .pid = tid, .tid = tid, .where = where, .value = value};

    usage_add(tally_of(state), &record);
}

static const struct refusals *refusals_of(void **state, unsigned cap) {
    usage_end(tally_of(state));
    return &tally_of(state)->asked[cap].refusals;
}

static void the_error_is_that_of_the_call_that_was_refused(void **state) {
    refuse_at(state, CAP_KILL, 10, 7);
    fail_at(state, 11, 7, -5); /* another thread, another call, no error at all */
    fail_at(state, 10, 8, -5);
    fail_at(state, 10, 7, -4000);
    fail_at(state, 10, 7, -1);
    fail_at(state, 10, 7, -9); /* the next one there */
    const struct refusals *refusals = refusals_of(state, CAP_KILL);
    assert_int_equal(refusals->checks, 1);
    assert_int_equal(refusals->failed, 1);
    assert_int_equal(refusals->error, 1);
    assert_string_equal(refusals->call, "mount");
    assert_true((tally_of(state)->refused & CAP_MASK(CAP_KILL)) != 0);
}

static void a_call_that_goes_on_to_another_has_succeeded(void **state) {
    refuse_at(state, CAP_KILL, 10, 7);
    refuse_at(state, CAP_CHOWN, 10, 8);
    fail_at(state, 10, 7, -1);
    fail_at(state, 10, 8, -13);
    assert_int_equal(refusals_of(state, CAP_KILL)->failed, 0);
    assert_string_equal(refusals_of(state, CAP_KILL)->call, "mount");
    assert_int_equal(refusals_of(state, CAP_CHOWN)->error, 13);
}

static void refuse_below(void **state, unsigned cap, uint64_t below, uint64_t call) {
    const uint64_t chain[] = {CAPABLE, NS, below, call};

    refuse_by(state, cap, 10, 7, chain);
    fail_at(state, 10, 7, -1); /* which says nothing of what was asked for in there */
}

/* Neither success nor failure of such a call is the answer to what it was given. */
static void a_call_that_is_answered_later_has_no_outcome(void **state) {
    refuse_below(state, CAP_NET_ADMIN, NETLINK, MOUNT);
    refuse_below(state, CAP_DAC_OVERRIDE, PERMISSION, URING);
    refuse_below(state, CAP_CHOWN, PERMISSION, WORKER);
    refuse_below(state, CAP_FOWNER, PERMISSION, SQ_THREAD);
    refuse_below(state, CAP_IPC_LOCK, PERMISSION, FAULT);
    refuse_below(state, CAP_SETGID, NS, SETFSGID);
    refuse_below(state, CAP_KILL, PERMISSION, MOUNT);
    static const struct {
        unsigned cap;
        const char *call;
    } later[] = {{CAP_NET_ADMIN, "mount"},     {CAP_DAC_OVERRIDE, "io_uring_enter"},
                 {CAP_CHOWN, "io_uring"},      {CAP_FOWNER, "io_uring"},
                 {CAP_IPC_LOCK, "page fault"}, {CAP_SETGID, "setfsgid"}};
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        const struct refusals *refusals = refusals_of(state, later[i].cap);
        assert_int_equal(refusals->unanswered, 1);
        assert_int_equal(refusals->failed, 0);
        assert_string_equal(refusals->call, later[i].call);
    }
    assert_int_equal(refusals_of(state, CAP_KILL)->unanswered, 0);
    assert_int_equal(refusals_of(state, CAP_KILL)->failed, 1);
}

static void what_never_does_harm_explains_no_failure(void **state) {
    const uint64_t chain[] = {CAPABLE, ENOUGH, BRK, SYSCALL};
    struct record record = {.kind = RECORD_CHECK,
                            .pid = 10,
                            .tid = 10,
                            .cap = CAP_SYS_ADMIN,
                            .result = RESULT_REFUSED,
                            .capable_ns = HOME,
                            .chain = chain,
                            .depth = 4};

    tally_of(state)->kept = 0;
    usage_add(tally_of(state), &record);
    assert_int_equal(tally_of(state)->refused, 0);
}

static void raising_an_ambient_capability_is_asking_for_it(void **state) {
    struct record call = {.kind = RECORD_CALL,
                          .pid = 10,
                          .tid = 10,
                          .call = CALL_PRCTL,
                          .args = {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW}};
    struct record back = {
        .kind = RECORD_RETURN, .pid = 10, .tid = 10, .call = CALL_PRCTL, .value = -1};

    assert_int_equal(usage_add(tally_of(state), &call), CAP_NET_RAW);
    usage_add(tally_of(state), &back);
    assert_true(counts(state, CAP_NET_RAW));
    assert_int_equal(refusals_of(state, CAP_NET_RAW)->error, 1);
    call.args[1] = PR_CAP_AMBIENT_LOWER;
    assert_int_equal(usage_add(tally_of(state), &call), -1);
}

static void a_change_of_identity_is_told_by_its_call(void **state) {
    const uint64_t chain[] = {CAPABLE, NS, SETUID, SYSCALL};
    struct record record = {.kind = RECORD_CHECK,
                            .pid = 10,
                            .cap = CAP_SETUID,
                            .capable_ns = HOME,
                            .chain = chain,
                            .depth = 4};

    assert_true(usage_changes_identity(tally_of(state), &record));
    record.cap = CAP_KILL;
    assert_false(usage_changes_identity(tally_of(state), &record));
    check(state, CAP_KILL, MINE, NS, OPENAT); /* the program's own namespace is HOME */
    record.cap = CAP_SETUID;
    record.capable_ns = OTHER;
    assert_false(usage_changes_identity(tally_of(state), &record));
}

static void credentials_are_those_of_one_process(void **state) {
    struct record fork = {.kind = RECORD_FORK, .pid = 11, .tid = 11, .parent = 12};

    /* Process 11 was seen with credentials at an address where, later, an overlay's are. */
    check(state, CAP_KILL, MINE, NS, OPENAT);
    fork.pid = 10;
    usage_add(tally_of(state), &fork); /* the number of the process came back */
    check(state, CAP_CHOWN, MINE, OVL, OPENAT);
    assert_false(counts(state, CAP_CHOWN));
}

/* An overlay makes credentials for one operation; the program's next ones may be at their place,
 * and its last ones may have been there. */
static void credentials_are_those_of_one_time(void **state) {
    check(state, CAP_KILL, MINE, NS, OPENAT);
    check(state, CAP_CHOWN, MOUNTER, OVL, OPENAT);
    check(state, CAP_KILL, MINE, NS, OPENAT);
    check(state, CAP_KILL, MOUNTER, NS, OPENAT); /* the program's own now */
    check(state, CAP_FOWNER, MINE, OVL, OPENAT); /* and these no longer */
    check(state, CAP_KILL, MOUNTER, NS, OPENAT);
    check(state, CAP_FSETID, MOUNTER, OVL, OPENAT);
    assert_false(counts(state, CAP_CHOWN));
    assert_false(counts(state, CAP_FOWNER));
    assert_true(counts(state, CAP_FSETID));
}

/* More checks of an overlay than are kept until the thread is seen again. */
static void many_checks_of_an_overlay_are_decided_at_the_end(void **state) {
    check(state, CAP_KILL, MINE, NS, OPENAT);
    for (unsigned i = 0; i < 100; i++)
        check(state, CAP_CHOWN, MOUNTER, OVL, OPENAT);
    check(state, CAP_KILL, MINE, NS, OPENAT);
    assert_false(counts(state, CAP_CHOWN));
    assert_int_equal(tally_of(state)->asked[CAP_CHOWN].ignored.checks, 100);
}

static void what_was_refused_is_not_needed(void **state) {
    const uint64_t chain[] = {CAPABLE, NS, MOUNT, SYSCALL};
    struct record record = {.kind = RECORD_CHECK,
                            .pid = 10,
                            .tid = 10,
                            .cap = CAP_SYS_TIME,
                            .result = RESULT_REFUSED,
                            .chain = chain,
                            .depth = 4};

    usage_add(tally_of(state), &record);
    is_noise(state, CAP_SYS_TIME, "refused");
    record.result = RESULT_UNKNOWN; /* as with a kprobe */
    usage_add(tally_of(state), &record);
    assert_true(counts(state, CAP_SYS_TIME));
}

static void without_symbols_everything_counts(void **state) {
    struct fixture *fixture = *state;

    kallsyms_free(&fixture->kallsyms);
    check(state, CAP_SYS_ADMIN, MINE, ENOUGH, BRK);
    assert_true(counts(state, CAP_SYS_ADMIN));
    assert_string_equal(fixture->usage.asked[CAP_SYS_ADMIN].counted.list[0].call, "?");
}

static void every_rule_has_a_name_and_a_reason(void **state) {
    (void)state;
    size_t count;
    const struct noise_rule *rules = noise_rules(&count);

    assert_int_equal(count, 11); /* one test each, above */
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(rules[i].name) > 0);
        assert_true(strlen(rules[i].reason) > 20);
        assert_true(rules[i].caps != 0);
    }
}

/* ---- who asked ---- */

static void a_use_is_told_by_process_and_system_call(void **state) {
    struct record fork = {.kind = RECORD_FORK, .pid = 11, .tid = 11, .parent = 10};
    struct record name = {.kind = RECORD_COMM, .pid = 10, .tid = 10, .comm = "nginx"};
    struct record thread = {.kind = RECORD_COMM, .pid = 10, .tid = 99, .comm = "worker"};

    usage_add(tally_of(state), &name);
    usage_add(tally_of(state), &thread);
    usage_add(tally_of(state), &fork);
    check(state, CAP_KILL, MINE, NS, OPENAT);
    check(state, CAP_KILL, MINE, NS, OPENAT);
    check(state, CAP_KILL, MINE, NS, MOUNT);
    const struct uses *uses = usage_of(&tally_of(state)->asked[CAP_KILL]);
    assert_int_equal(uses->count, 2);
    assert_string_equal(uses->list[0].process, "nginx");
    assert_string_equal(uses->list[0].call, "openat");
    assert_int_equal(uses->list[0].checks, 2);
    assert_string_equal(uses->list[1].call, "mount");
}

/* How a check with these callers is classified. */
static const char *call_of(void **state, const uint64_t *chain, size_t depth) {
    struct record record = {.kind = RECORD_CHECK,
                            .pid = 10,
                            .tid = 10,
                            .cap = CAP_KILL,
                            .chain = chain,
                            .depth = depth};

    usage_add(tally_of(state), &record);
    const struct uses *uses = usage_of(&tally_of(state)->asked[CAP_KILL]);
    return uses->list[uses->count - 1].call;
}

static void what_is_no_system_call_is_told_as_what_it_is(void **state) {
    const uint64_t fault[] = {CAPABLE, ENOUGH, FAULT};
    const uint64_t worker[] = {CAPABLE, NS, WORKER, FORK};
    const uint64_t thread[] = {CAPABLE, NS, FORK};

    assert_string_equal(call_of(state, fault, 3), "page fault");
    assert_string_equal(call_of(state, worker, 4), "io_uring");
    assert_string_equal(call_of(state, thread, 3), "ret_from_fork_asm");
    assert_string_equal(call_of(state, NULL, 0), "?");
}

static void where_the_entry_is_missing_the_next_function_is_told(void **state) {
    const uint64_t chain[] = {CAPABLE, NS, BRK, SYSCALL};
    const uint64_t longer[] = {CAPABLE, NS, CAPSET, SYSCALL, ENTRY};

    assert_string_equal(call_of(state, chain, 4), "do_brk_flags");
    assert_string_equal(call_of(state, longer, 5), "cap_capset");
}

/* Checks of the same below one function, by processes with as many names. */
static void check_as_many(void **state, unsigned processes, unsigned cap, uint64_t below) {
    for (unsigned i = 0; i < processes; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "process-%u", i);
        struct record name = {.kind = RECORD_COMM, .pid = 10, .tid = 10, .comm = text};
        usage_add(tally_of(state), &name);
        check(state, cap, MINE, below, OPENAT);
    }
}

static void more_askers_than_fit_are_counted(void **state) {
    check_as_many(state, 2 * USAGE_ASKERS, CAP_KILL, NS);
    const struct uses *uses = &tally_of(state)->asked[CAP_KILL].counted;
    assert_int_equal(uses->checks, 2 * USAGE_ASKERS);
    assert_int_equal(uses->count, USAGE_ASKERS);
    assert_int_equal(uses->others, USAGE_ASKERS);
}

static void noise_takes_no_room_from_what_counts(void **state) {
    check_as_many(state, 2 * USAGE_ASKERS, CAP_SYS_ADMIN, ENOUGH);
    check(state, CAP_SYS_ADMIN, MINE, NS, MOUNT);
    const struct uses *uses = usage_of(&tally_of(state)->asked[CAP_SYS_ADMIN]);
    assert_int_equal(uses->count, 1);
    assert_string_equal(uses->list[0].call, "mount");
}

static void many_credentials_are_remembered(void **state) {
    enum { MANY = 10000 };

    for (uint64_t i = 1; i <= MANY; i++)
        check(state, CAP_SYS_ADMIN, 0xffff888000000000 + i * 192, ENOUGH, OPENAT);
    for (uint64_t i = 1; i <= MANY; i += 1000)
        check(state, CAP_FOWNER, 0xffff888000000000 + i * 192, OVL, OPENAT);
    check(state, CAP_CHOWN, 0xffff888000000000, OVL, OPENAT);
    assert_true(counts(state, CAP_FOWNER));
    assert_false(counts(state, CAP_CHOWN));
}

static void numbers_beyond_every_table_are_harmless(void **state) {
    struct record record = {.kind = RECORD_CHECK, .pid = UINT32_MAX, .tid = 1, .cap = UINT32_MAX};
    struct record name = {.kind = RECORD_COMM, .pid = UINT32_MAX, .tid = UINT32_MAX, .comm = "x"};

    usage_add(tally_of(state), &record);
    usage_add(tally_of(state), &name);
    record.cap = 63;
    usage_add(tally_of(state), &record);
    assert_true(counts(state, 63));
}

#define each(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        each(overcommit_is_noise),
        each(the_jit_is_noise),
        each(a_sysctl_of_the_process_namespace_is_noise),
        each(capset_is_noise_for_setpcap_alone),
        each(a_function_that_begins_alike_is_another),
        each(the_same_capability_elsewhere_counts),
        each(another_capability_below_the_same_counts),
        each(the_mounter_of_an_overlay_is_not_the_program),
        each(the_program_itself_below_an_overlay_counts),
        each(attributes_of_an_overlay_are_told_by_credentials),
        each(what_an_overlay_asks_of_the_program_itself_counts),
        each(a_chain_that_ends_early_says_nothing_of_credentials),
        each(a_namespace_of_its_own_gives_its_own_capabilities),
        each(opening_a_sysctl_is_noise_and_writing_it_counts),
        each(the_error_is_that_of_the_call_that_was_refused),
        each(a_call_that_goes_on_to_another_has_succeeded),
        each(a_call_that_is_answered_later_has_no_outcome),
        each(what_never_does_harm_explains_no_failure),
        each(raising_an_ambient_capability_is_asking_for_it),
        each(a_change_of_identity_is_told_by_its_call),
        each(credentials_are_those_of_one_process),
        each(credentials_are_those_of_one_time),
        each(many_checks_of_an_overlay_are_decided_at_the_end),
        each(what_was_refused_is_not_needed),
        each(without_symbols_everything_counts),
        each(every_rule_has_a_name_and_a_reason),
        each(a_use_is_told_by_process_and_system_call),
        each(what_is_no_system_call_is_told_as_what_it_is),
        each(where_the_entry_is_missing_the_next_function_is_told),
        each(more_askers_than_fit_are_counted),
        each(noise_takes_no_room_from_what_counts),
        each(many_credentials_are_remembered),
        each(numbers_beyond_every_table_are_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
