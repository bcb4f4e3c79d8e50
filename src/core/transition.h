/*
 * transition - the one place where privilege changes, in one visible order.
 */
#ifndef CAPWRAP_TRANSITION_H
#define CAPWRAP_TRANSITION_H

#include "core/fail.h"
#include "core/plan.h"
#include "core/program.h"

/* Whether a step is to be made, and whether making it takes privilege. A call that changes
 * nothing (setresuid to the ids one has) is free, and still tells a mapped id from an unmapped. */
enum wanted { NOT_WANTED, WANTED_FREE, WANTED };

/* What a step works on. */
struct transition {
    const struct plan *plan;
    struct program *program;
    struct fail *fail;
};

struct step {
    const char *name;
    enum wanted (*wanted)(const struct plan *plan);
    int needs;                        /* the capability that a WANTED step takes, or NEEDS_NONE */
    int (*run)(struct transition *t); /* 0; -errno of call; STEP_REFUSED with t->fail filled */
    const char *call;                 /* what run does, for an error */
    const char *why;                  /* why it stands where it stands */
};

enum {
    NEEDS_NONE = -1,
    STEP_REFUSED = -4096, /* no answer of the kernel: the errors end at 4095 (MAX_ERRNO) */
};

/* The table, in order; *count is its length. */
const struct step *transition_steps(size_t *count);

/* The capabilities that wanted steps lack at the start, or would lack with these alone; none where
 * --groups keep would do. */
uint64_t transition_missing(const struct plan *plan);

/* Refuses when a wanted step lacks its capability at the start, or when the user namespace is known
 * to refuse it. Changes nothing. */
int transition_preflight(const struct plan *plan, struct fail *f);

/* Makes every wanted step. program: in, what to look for; out, what was found.
 * After -1 the process is in no useful state: report and exit. */
int transition_run(const struct plan *plan, struct program *program, struct fail *f);

/* As transition_run, with a table of the caller's (tests change it). */
int transition_run_steps(const struct step *steps, size_t count, const struct plan *plan,
                         struct program *program, struct fail *f);

#endif
