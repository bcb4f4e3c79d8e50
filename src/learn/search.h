/*
 * search - the smallest set of capabilities under which a program works, found by trying.
 *
 * Pure: what trying means is the caller's. A set that works once is enough; that one fails is
 * believed after one run where more runs follow that would show a mistake, and after several where
 * a capability is kept because of it.
 */
#ifndef CAPWRAP_LEARN_SEARCH_H
#define CAPWRAP_LEARN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer { ANSWER_FAILS, ANSWER_WORKS, ANSWER_STOP }; /* stop: no more trials */

/* One run. Without a watch the masks are empty. */
struct trial_report {
    enum answer answer;
    uint64_t asked;       /* capabilities asked for, which count */
    uint64_t refused;     /* asked for and refused, where that can make a program fail */
    bool more_privileged; /* it did its work, and ended more privileged than the first run */
    bool own_sets;        /* a change of its own sets was refused: which capability is not told */
};

enum {
    SEARCH_RUNS = 60,     /* no search makes more, with the runs before it */
    SEARCH_GIVE_UP = 5,   /* so many are enough to see that it does not work a second time */
    SEARCH_EXPLAINED = 2, /* so often a failing set is tried where the watch tells why it fails */
    SEARCH_REPEAT = 3,    /* and where it does not */
};

struct search {
    struct trial_report (*run)(void *context, uint64_t set);
    void *context;
    unsigned repeat;     /* how often a failing set is tried; 0: as above */
    unsigned most;       /* runs; 0: SEARCH_RUNS */
    uint64_t everything; /* what works: the first run showed it */
    uint64_t traced;     /* what was asked for in that run */
    uint64_t declared;   /* what the program put into its own sets in that run */
    bool has_trace;
    bool first_failed; /* the first run did not work: nothing can be confirmed, and little is tried
                        */
    bool none_failed;  /* a run with nothing was made before the first, and failed */
    bool none_worked;  /* or worked */
};

enum verdict {
    VERDICT_CONFIRMED,
    VERDICT_STOPPED,        /* somebody said so */
    VERDICT_RUNS,           /* the bound was reached */
    VERDICT_NOT_REPEATABLE, /* with everything it does not work a second time */
    VERDICT_DONE_ONCE,      /* with everything it does not ask a second time for what it asked */
    VERDICT_UNSTEADY,       /* the same set works and fails */
    VERDICT_UNEXPLAINED,    /* it fails without something that it was never seen to ask for */
    VERDICT_FAILED,         /* the first run did not work */
};

struct found {
    uint64_t keep;        /* the smallest set that worked */
    enum verdict verdict; /* confirmed: it worked, and with any one less it did not */
    bool flaky;           /* the same set worked and failed */
    uint64_t unexplained; /* kept, and not seen to be asked for when it failed without */
    uint64_t other_path;  /* asked for at first, and never when it worked without */
    uint64_t privileged;  /* without it, it works and ends more privileged */
    int substitute[64];   /* by capability that was left out: which one did; -1: none */
};

/* The order: none; what was traced; else the shortest prefixes of the list of capabilities, the
 * least dangerous first. Then each one is left out, the most dangerous first, until nothing more
 * can go. The last run is one with the set that is the answer. */
struct found search_run(const struct search *search);

/* Every capability from the least dangerous to the most; those that it does not know are behind. */
size_t search_order(uint64_t set, unsigned order[64]);

#endif
