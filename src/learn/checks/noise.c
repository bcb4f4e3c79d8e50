#include "learn/checks/noise.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>

#include "core/cred.h"
#include "learn/checks/callchain.h"

#define ALL_CAPS UINT64_MAX

static const struct noise_rule RULES[] = {
    {"overcommit", NOISE_BELOW, CAP_MASK(CAP_SYS_ADMIN), "security_vm_enough_memory_mm",
     "asked whenever memory grows, for a reserve that strict overcommit leaves to root"},
    {"jit", NOISE_BELOW, CAP_MASK(CAP_SYS_ADMIN), "bpf_int_jit_compile",
     "asked while a filter is compiled, to leave out a mitigation"},
    {"pid-sysctl", NOISE_BELOW, CAP_MASK(CAP_SYS_ADMIN), "pid_table_root_permissions",
     "asked whenever a sysctl of the process namespace is opened, for reading too"},
    {"capset", NOISE_BELOW, CAP_MASK(CAP_SETPCAP), "cap_capset",
     "asked at every capset, also for one that only gives up"},
    {"overlay", NOISE_FOREIGN, ALL_CAPS, "ovl_*",
     "asked of whoever mounted the overlay, not of the program"},
    /* The overlay itself is beyond what is recorded of SYS_ADMIN's callers (watch_perf.c). */
    {"overlay-xattr", NOISE_FOREIGN, CAP_MASK(CAP_SYS_ADMIN), "xattr_permission",
     "asked of whoever mounted the overlay, not of the program"},
    {"own-namespace", NOISE_OWN_NAMESPACE, ALL_CAPS, NULL,
     "held by a user namespace that the program made itself"},
    {"refused", NOISE_REFUSED, ALL_CAPS, NULL,
     "refused although everything was kept: the program gave it up, or nothing can grant it here"},
};

/* By these an overlay asks whether the program itself may, before it works as its mounter. */
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

/* The outermost of the rule's functions decides: an overlay may lie on another. */
static bool is_below(const struct noise_rule *rule, const struct kallsyms *kallsyms,
                     const uint64_t *chain, size_t depth) {
    for (size_t i = depth; i > 0; i--) {
        const char *function = callchain_function(kallsyms, chain, i - 1);
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
