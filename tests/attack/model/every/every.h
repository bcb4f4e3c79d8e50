/*
 * every - every state of one capability: the two enumerations, and what they have in common.
 */
#ifndef CAPWRAP_EVERY_H
#define CAPWRAP_EVERY_H

#include <stdint.h>
#include <stdio.h>

#include "core/fail.h"
#include "rules.h"

enum {
    CAPS = 41,      /* of the kernel that is asked about */
    OTHER_CAP = 13, /* another one, in a file and outside of the bounding set: CAP_NET_RAW */
    ROOT = 0,
    USER = 41001,
    OTHER_USER = 41002,
    OVERFLOW = 65534, /* what an unmapped id reads as */
    SETS = 16,        /* states of the capability: what P, E, I, B and A can be together */
    SECUREBITS = 512, /* eight bits, and the four of Linux 6.14 as one */
};

/* The one capability: CAP_NET_BIND_SERVICE, which the core does not name, or another one. */
extern unsigned every_cap;

struct counts {
    uint64_t states, refused, accepted, differences;
};

/* The sets of state number n: of every_cap alone, with E and A as the kernel allows them. */
struct sets every_sets(unsigned n);
unsigned every_securebits(unsigned n);

bool every_same_sets(const struct sets *a, const struct sets *b);
/* Whether code means one of the reasons. */
bool every_is_reason(enum fail_code code, unsigned reasons);
void every_print_sets(const char *name, const struct sets *sets);
void every_print_reasons(unsigned reasons);

/* ---- what every_plan.c and every_execve.c each define ---- */

/* The states from first on, in steps; *counts is filled. Differences are printed, the first ten. */
void every_state(uint64_t first, uint64_t step, struct counts *counts);
/* One state as a line of JSON, with what the rules say. number: any. */
void every_print(uint64_t number);

#endif
