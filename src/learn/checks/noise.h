/*
 * noise - recognises checks for a capability that the program does not need: the kernel asks
 * incidentally and also continues without it. The calling kernel function identifies such a check.
 */
#ifndef CAPWRAP_LEARN_NOISE_H
#define CAPWRAP_LEARN_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/kallsyms.h"

/* What makes a check noise. */
enum noise_sign {
    NOISE_BELOW,         /* a certain function is among the callers */
    NOISE_FOREIGN,       /* and no process of the program has the credentials of the check */
    NOISE_OWN_NAMESPACE, /* by a process in its own user namespace, where it has all capabilities
                          */
    NOISE_REFUSED,       /* it was refused, and the program held everything that can be kept */
};

struct noise_rule {
    const char *name;
    uint64_t caps;     /* the capabilities to which the rule applies */
    const char *below; /* the function; with '*' at its end, the start of its name */
    const char *reason;
    enum noise_sign sign;
    bool harmless;   /* this refusal alone never makes a call fail */
    bool but_writes; /* the rule does not apply to a call that writes */
};

/* The table; *count is its length. */
const struct noise_rule *noise_rules(size_t *count);

/* The rule with that sign for a check of cap. chain: the addresses of its callers, innermost first;
 * ignored if the sign does not use the callers. NULL if there is none. */
const struct noise_rule *noise_find(enum noise_sign sign, unsigned cap,
                                    const struct kallsyms *kallsyms, const uint64_t *chain,
                                    size_t depth);

#endif
