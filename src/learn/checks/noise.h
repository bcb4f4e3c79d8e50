/*
 * noise - checks that ask for a capability which the program does not need: the kernel asks by the
 * way, and goes on as well without it. Told by where in the kernel the question came from.
 */
#ifndef CAPWRAP_LEARN_NOISE_H
#define CAPWRAP_LEARN_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/kallsyms.h"

/* What makes a check noise. */
enum noise_sign {
    NOISE_BELOW,         /* a function is among its callers */
    NOISE_FOREIGN,       /* and it was made with credentials that no process of the program has */
    NOISE_OWN_NAMESPACE, /* by a process that has a user namespace of its own, and everything in it
                          */
    NOISE_REFUSED,       /* it was refused, and the program held all that can be kept */
};

struct noise_rule {
    const char *name;
    uint64_t caps;     /* the capabilities that it is about */
    const char *below; /* the function, or with a '*' at its end how its name begins */
    const char *reason;
    enum noise_sign sign;
    bool harmless;   /* a refusal never makes a call fail where nothing else is amiss */
    bool but_writes; /* not for a call that writes */
};

/* The table; *count is its length. */
const struct noise_rule *noise_rules(size_t *count);

/* The rule of that sign for a check of cap; chain: the addresses of its callers, innermost first,
 * of no account for a sign that is not about them. NULL when there is none. */
const struct noise_rule *noise_find(enum noise_sign sign, unsigned cap,
                                    const struct kallsyms *kallsyms, const uint64_t *chain,
                                    size_t depth);

#endif
