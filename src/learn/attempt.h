/*
 * attempt - one run of the program with what was seen of it: the checks, the calls, how its
 * processes ended.
 */
#ifndef CAPWRAP_LEARN_ATTEMPT_H
#define CAPWRAP_LEARN_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/checks/privilege.h"
#include "learn/checks/usage.h"
#include "learn/trial/supervise.h"

struct attempt {
    struct outcome outcome;
    struct usage usage; /* empty without a watch */
    struct privilege privilege;
    bool watched, kprobe;
    bool calls;    /* the changes of identity were recorded */
    uint64_t lost; /* checks that found no room */
    uint64_t late; /* records that came too late to be put in order */
};

/* How it is to be made. */
struct attempt_plan {
    uint64_t keep;
    unsigned limit;      /* seconds, where the subject has no timeout; 0: none */
    struct watch *watch; /* NULL: it is not watched */
    bool failures;       /* record the calls that fail */
};

/* Makes it. Returns 0, or -1 with *f filled when the run as such could not be made. Release with
 * attempt_free() in any case. */
int attempt_run(struct subject *subject, const struct kallsyms *kallsyms,
                const struct attempt_plan *plan, struct attempt *attempt, struct fail *f);

void attempt_free(struct attempt *attempt);

#endif
