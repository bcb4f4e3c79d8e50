/*
 * transition - the only place where privilege changes, in one visible order.
 */
#ifndef CAPWRAP_TRANSITION_H
#define CAPWRAP_TRANSITION_H

#include "core/fail.h"
#include "core/plan.h"
#include "core/program.h"

/* Whether a step is made, and whether it requires privilege. A call that changes nothing (setresuid
 * to the current IDs) is free, but still distinguishes a mapped ID from an unmapped one. */
enum wanted { NOT_WANTED, WANTED_FREE, WANTED };

/* The data that a step uses. */
struct transition {
    const struct plan *plan;
    struct program *program;
    struct fail *fail;
};

struct step {
    const char *name;
    enum wanted (*wanted)(const struct plan *plan);
    int needs; /* the capability that a WANTED step requires, or NEEDS_NONE */
    int (*run)(struct transition *t); /* 0; -errno of call; STEP_REFUSED with t->fail filled */
    const char *call;                 /* the call that run makes, for an error message */
    const char *why;                  /* the reason for its position in the table */
};

enum {
    NEEDS_NONE = -1,
    STEP_REFUSED = -4096, /* not an error of the kernel: those end at 4095 (MAX_ERRNO) */
};

/* Returns the table, in order; *count is its length. */
const struct step *transition_steps(size_t *count);

/* Returns the capabilities that wanted steps lack at the start, or would lack if only these were
 * added; 0 where --groups keep would be sufficient. */
uint64_t transition_missing(const struct plan *plan);

/* Refuses when a wanted step lacks its capability at the start, or when the user namespace is known
 * to refuse the step. Changes nothing. */
int transition_preflight(const struct plan *plan, struct fail *f);

/* Makes every wanted step. program: in, what to search for; out, what was found.
 * After -1 the process is not in a usable state: report the failure and exit. */
int transition_run(const struct plan *plan, struct program *program, struct fail *f);

/* As transition_run, with a table given by the caller (tests change it). */
int transition_run_steps(const struct step *steps, size_t count, const struct plan *plan,
                         struct program *program, struct fail *f);

#endif
