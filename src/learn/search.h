/*
 * search - the smallest set of capabilities under which a program works, found by trying.
 *
 * Pure: what trying means is the caller's. A set that works once is enough; one that fails is tried
 * again as often as `repeat` says before that is believed.
 */
#ifndef CAPWRAP_LEARN_SEARCH_H
#define CAPWRAP_LEARN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer { ANSWER_FAILS, ANSWER_WORKS, ANSWER_STOP }; /* stop: no more trials */

enum { SEARCH_TRIALS = 512 };

struct search {
    enum answer (*works)(void *context, uint64_t set);
    void *context;
    unsigned repeat;     /* how often a failing set is tried; at least 1 */
    uint64_t everything; /* what works: the first run showed it */
    uint64_t traced;     /* what was asked for in that run */
    bool has_trace;
};

struct found {
    uint64_t keep;  /* the smallest set that worked */
    bool confirmed; /* it worked in the last run; with any one less it did not */
};

/* The order: none; what was traced; else the shortest prefixes of the list of capabilities, the
 * least dangerous first. Then each one is left out, the most dangerous first, until nothing more
 * can go. The last run is one with the set that is the answer. */
struct found search_run(const struct search *search);

/* Every capability from the least dangerous to the most; those that it does not know are behind. */
size_t search_order(uint64_t set, unsigned order[64]);

#endif
