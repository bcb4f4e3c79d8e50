/*
 * result - everything that one run of capwrap-learn has found out; the reports are made from it.
 */
#ifndef CAPWRAP_LEARN_RESULT_H
#define CAPWRAP_LEARN_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/checks/privilege.h"
#include "learn/checks/usage.h"
#include "learn/options.h"
#include "learn/trial/supervise.h"

enum state {
    STATE_OBSERVED,      /* asked for in a run with everything */
    STATE_CONFIRMED,     /* the program worked with exactly this set, and not with any one less */
    STATE_NOT_CONFIRMED, /* a smaller set was to be confirmed and could not be */
};

/* Why an answer is not confirmed: each reason with its word in JSON. */
/* clang-format off */
#define REASON_LIST(X)                                                                     \
    X(INTERRUPTED, "interrupted") X(TEST_NEVER_SUCCEEDED, "test-never-succeeded")          \
    X(FAILED, "failed-with-everything") X(STILL_RUNNING, "still-running")                  \
    X(LEFT, "left-processes") X(NOT_REPEATABLE, "not-repeatable")                          \
    X(DONE_ONCE, "not-repeated") X(RUNS, "run-limit")                                      \
    X(TEST_ALONE, "test-passes-without-program") X(END_STATE, "end-state-unknown")         \
    X(UNSTEADY, "unsteady") X(UNEXPLAINED, "unexplained")                                  \
    X(INPUT, "input-not-repeated")

#define REASON_ENUM(name, word) REASON_##name,
enum reason { REASON_LIST(REASON_ENUM) REASONS };
#undef REASON_ENUM
/* clang-format on */

/* What the runs have shown about one capability. */
struct fact {
    bool asked_first;   /* asked for in a way that counts, in the run with everything */
    bool refused;       /* asked for and refused in a run that worked without it */
    bool succeeded;     /* and the call succeeded nevertheless */
    bool outcome_known; /* whether that call succeeded was recorded */
    int error;          /* the call failed with this errno and the program continued; 0: none */
    const char *call;
    char process[USAGE_NAME];
    bool privileged; /* without it the program works but ends more privileged */
    char stays[STANDING_STAYS];
    bool other_path; /* asked for with everything, but never in a run that worked without it */
    int substitute;  /* another capability that suffices instead; -1: none */
};

struct result {
    struct learn_options options;
    struct subject subject;
    struct kallsyms kallsyms;
    struct watch *watch;        /* one for all runs; NULL: the runs are not watched */
    struct usage usage;         /* of the first run; empty without a watch */
    struct privilege privilege; /* of the first run */
    bool traced, kprobe;        /* whether the run was watched, and how */
    bool calls;                 /* whether changes of identity were recorded */
    uint64_t lost;              /* checks that were lost (no room), in all runs */
    uint64_t late;              /* records that arrived too late to be sorted */
    struct outcome first;       /* of the first run, with everything */
    bool first_made, first_works;
    uint64_t everything;   /* the capabilities kept in the first run */
    uint64_t missing;      /* capabilities of this kernel that this process does not have */
    bool own_capabilities; /* file capabilities of the program allow no other set */
    bool interrupted;      /* by a signal, before the end */
    unsigned runs;
    unsigned bound;       /* the maximum number of runs of the search */
    bool none_works;      /* without a watch: the run with nothing, before the first, worked */
    bool left;            /* the last run that worked left processes behind */
    bool search_failed;   /* no set worked */
    bool unknown_end;     /* it is unknown how the processes of the run with the answer ended */
    bool flaky;           /* the same set worked and failed */
    uint64_t unexplained; /* kept, but not seen asked for in the runs that failed without it */
    uint32_t reasons;     /* bits of enum reason, if the answer is not confirmed */
    struct fact facts[CAP_BITS];
    enum state state;
    uint64_t keep; /* the answer */
};

#endif
