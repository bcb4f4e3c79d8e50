/*
 * search - finds the smallest set of capabilities with which a program works, by trying.
 *
 * Pure: the caller makes the trials. One run in which a set works is enough. One run in which it
 * fails is enough if later runs would reveal a mistake; if a capability is kept because of the
 * failure, several runs are made.
 */
#ifndef CAPWRAP_LEARN_SEARCH_H
#define CAPWRAP_LEARN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer { ANSWER_FAILS, ANSWER_WORKS, ANSWER_STOP }; /* stop: no more trials */

/* The result of one run. Without a watch the masks are empty. */
struct trial_report {
    enum answer answer;
    uint64_t asked;       /* capabilities asked for in a way that counts */
    uint64_t refused;     /* asked for and refused, if that can make a program fail */
    bool more_privileged; /* it worked, but ended more privileged than the first run */
    bool own_sets;        /* a change of its own sets was refused (unknown which) */
};

enum {
    SEARCH_RUNS = 60,     /* the limit of a search, including the runs before it */
    SEARCH_GIVE_UP = 5,   /* after so many runs it is clear that it does not work a second time */
    SEARCH_EXPLAINED = 2, /* runs of a failing set, if the watch shows why it fails */
    SEARCH_REPEAT = 3,    /* and if it does not */
};

struct search {
    struct trial_report (*run)(void *context, uint64_t set);
    void *context;
    unsigned repeat;     /* runs of a failing set; 0: as above */
    unsigned most;       /* runs; 0: SEARCH_RUNS */
    uint64_t everything; /* it works, as the first run showed */
    uint64_t traced;     /* what was asked for in the first run */
    uint64_t declared;   /* what the program put into its own sets in the first run */
    bool has_trace;
    bool first_failed; /* the first run failed: nothing can be confirmed, and few sets are tried
                        */
    bool none_failed;  /* a run with no capabilities was made before the first, and failed */
    bool none_worked;  /* or worked */
};

enum verdict {
    VERDICT_CONFIRMED,
    VERDICT_STOPPED,        /* interrupted by the caller */
    VERDICT_RUNS,           /* the limit of runs was reached */
    VERDICT_NOT_REPEATABLE, /* with everything, it does not work a second time */
    VERDICT_DONE_ONCE,      /* with everything, it does not ask again for what it asked */
    VERDICT_UNSTEADY,       /* the same set both works and fails */
    VERDICT_UNEXPLAINED,    /* it fails without something that it was never seen to ask for */
    VERDICT_FAILED,         /* the first run did not work */
};

struct found {
    uint64_t keep;        /* the smallest set that worked */
    enum verdict verdict; /* confirmed: this set worked, and no set with one less did */
    bool flaky;           /* the same set both worked and failed */
    uint64_t unexplained; /* kept, but not seen asked for in the runs that failed without it */
    uint64_t other_path;  /* asked for at first, but never in a run that worked without it */
    uint64_t privileged;  /* without it, the program works but ends more privileged */
    int substitute[64];   /* for each omitted capability: the one that sufficed; -1: none */
};

/* Tries in this order: no capability; what was traced; otherwise the shortest prefixes of the list
 * of capabilities, least dangerous first. Then omits each one, most dangerous first, until none can
 * be omitted. The last run is one with the set that is the answer. */
struct found search_run(const struct search *search);

/* Orders capabilities from the least to the most dangerous; unknown ones come last. */
size_t search_order(uint64_t set, unsigned order[64]);

#endif
