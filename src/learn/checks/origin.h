/*
 * origin - where in the kernel a check came from: the system call, and the noise rules that match.
 *
 * Thousands of checks come from few places, so the result for each chain is cached.
 */
#ifndef CAPWRAP_LEARN_ORIGIN_H
#define CAPWRAP_LEARN_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/checks/kallsyms.h"
#include "learn/checks/noise.h"

struct origin {
    const char *call;   /* as strace prints it, or the outermost known function, or "?" */
    bool whole;         /* the chain reaches the system call, or a page fault or io_uring */
    bool answers_later; /* its return value does not report the outcome */
    const struct noise_rule *noise;   /* a rule that the chain alone fulfils; or NULL */
    const struct noise_rule *foreign; /* a rule that also requires foreign credentials; or NULL */
};

enum { ORIGINS = 4096 };

/* Cached origins, indexed by their hash; initialise with zeros. */
struct origins {
    struct {
        uint64_t hash;
        struct origin origin;
    } known[ORIGINS];
};

/* Where a check of cap with these callers came from. The result is valid as long as kallsyms. */
struct origin origin_of(struct origins *origins, const struct kallsyms *kallsyms, unsigned cap,
                        const uint64_t *chain, size_t depth);

#endif
