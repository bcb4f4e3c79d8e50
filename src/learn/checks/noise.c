#include "learn/checks/noise.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>

#include "core/cred.h"
#include "learn/checks/callchain.h"

#define ALL_CAPS UINT64_MAX

/* The callback of a sysctl checks a capability to decide whether an access beyond the file mode is
 * allowed, even if none is requested. A write to the sysctl is checked once more. */
static const char SYSCTL[] = "asked whenever this sysctl is opened or looked up, for reading too";

static const struct noise_rule RULES[] = {
    {.name = "overcommit",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_SYS_ADMIN),
     .below = "security_vm_enough_memory_mm",
     .reason = "asked whenever memory grows, for a reserve that strict overcommit leaves to root",
     .harmless = true},
    {.name = "jit",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_SYS_ADMIN),
     .below = "bpf_int_jit_compile",
     .reason = "asked while a filter is compiled, to leave out a mitigation",
     .harmless = true},
    {.name = "pid-sysctl",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_SYS_ADMIN),
     .below = "pid_table_root_permissions",
     .reason = SYSCTL,
     .but_writes = true},
    {.name = "net-sysctl",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_NET_ADMIN),
     .below = "net_ctl_permissions",
     .reason = SYSCTL,
     .but_writes = true},
    {.name = "ipc-sysctl",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_CHECKPOINT_RESTORE) | CAP_MASK(CAP_SYS_ADMIN),
     .below = "ipc_permissions",
     .reason = SYSCTL,
     .but_writes = true},
    {.name = "user-sysctl",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_SYS_RESOURCE),
     .below = "set_permissions",
     .reason = SYSCTL,
     .but_writes = true},
    {.name = "capset",
     .sign = NOISE_BELOW,
     .caps = CAP_MASK(CAP_SETPCAP),
     .below = "cap_capset",
     .reason = "asked at every capset, also for one that only gives up"},
    {.name = "overlay",
     .sign = NOISE_FOREIGN,
     .caps = ALL_CAPS,
     .below = "ovl_*",
     .reason = "asked of whoever mounted the overlay, not of the program"},
    /* ovl_* itself is beyond the callers recorded for SYS_ADMIN (watch/perf.c). */
    {.name = "overlay-xattr",
     .sign = NOISE_FOREIGN,
     .caps = CAP_MASK(CAP_SYS_ADMIN),
     .below = "xattr_permission",
     .reason = "asked of whoever mounted the overlay, not of the program"},
    {.name = "own-namespace",
     .sign = NOISE_OWN_NAMESPACE,
     .caps = ALL_CAPS,
     .below = NULL,
     .reason = "held by a user namespace that the program made itself"},
    {.name = "refused",
     .sign = NOISE_REFUSED,
     .caps = ALL_CAPS,
     .below = NULL,
     .reason = "refused although everything was kept: the program gave it up, or nothing can grant "
               "it here"},
};

/* With these, an overlay checks the program's own access before it acts as its mounter. */
static const char *const OF_THE_PROGRAM[] = {"generic_permission", "setattr_prepare"};

const struct noise_rule *noise_rules(size_t *count) {
    *count = sizeof RULES / sizeof RULES[0];
    return RULES;
}

static bool is_called(const char *function, const char *name) {
    size_t length = strlen(name);

    return name[length - 1] == '*' ? strncmp(function, name, length - 1) == 0
                                   : strcmp(function, name) == 0;
}

static bool is_of_the_program(const char *function) {
    for (size_t i = 0; i < sizeof OF_THE_PROGRAM / sizeof OF_THE_PROGRAM[0]; i++)
        if (function != NULL && strcmp(function, OF_THE_PROGRAM[i]) == 0)
            return true;
    return false;
}

/* Whether the check is in a write to a file; opening a file for writing is not a write. */
static bool is_a_write(const struct kallsyms *kallsyms, const uint64_t *chain, size_t depth) {
    static const char *const names[] = {"proc_sys_write", "vfs_write", "vfs_iter_write",
                                        "do_iter_readv_writev", "iter_file_splice_write"};

    for (size_t i = 0; i < depth; i++) {
        const char *function = callchain_function(kallsyms, chain, i);
        for (size_t name = 0; function != NULL && name < sizeof names / sizeof names[0]; name++)
            if (strcmp(function, names[name]) == 0)
                return true;
    }
    return false;
}

/* The outermost function of the rule decides: an overlay may be on top of another. */
static bool is_below(const struct noise_rule *rule, const struct kallsyms *kallsyms,
                     const uint64_t *chain, size_t depth) {
    for (size_t i = depth; i > 0; i--) {
        const char *function = callchain_function(kallsyms, chain, i - 1);
        if (function != NULL && is_called(function, rule->below) && rule->but_writes)
            return !is_a_write(kallsyms, chain, depth);
        if (function != NULL && is_called(function, rule->below))
            return rule->sign != NOISE_FOREIGN || i == 1 ||
                   !is_of_the_program(callchain_function(kallsyms, chain, i - 2));
    }
    return false;
}

const struct noise_rule *noise_find(enum noise_sign sign, unsigned cap,
                                    const struct kallsyms *kallsyms, const uint64_t *chain,
                                    size_t depth) {
    size_t count;
    const struct noise_rule *rule = noise_rules(&count);

    for (; count > 0; count--, rule++)
        if (rule->sign == sign && (rule->caps & CAP_MASK(cap)) != 0 &&
            (rule->below == NULL || is_below(rule, kallsyms, chain, depth)))
            return rule;
    return NULL;
}
