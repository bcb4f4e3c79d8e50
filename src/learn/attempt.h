/*
 * attempt - one run of the program and what was recorded of it: the checks, the calls, and how its
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
    const char *name;   /* of the file of the program */
    struct usage usage; /* empty without a watch */
    struct privilege privilege;
    bool watched, kprobe;
    bool calls;    /* the changes of identity were recorded */
    uint64_t lost; /* checks that were lost: no room in the buffer */
    uint64_t late; /* records that arrived too late to be sorted */
};

/* How to make the run. */
struct attempt_plan {
    uint64_t keep;
    unsigned limit;      /* seconds, if the subject has no timeout; 0: no limit */
    struct watch *watch; /* NULL: the run is not watched */
    bool failures;       /* record the calls that fail */
};

/* Makes the run. Returns 0, or -1 with *f filled if the run could not be made. Release with
 * attempt_free() in either case. */
int attempt_run(struct subject *subject, const struct kallsyms *kallsyms,
                const struct attempt_plan *plan, struct attempt *attempt, struct fail *f);

void attempt_free(struct attempt *attempt);

#endif
