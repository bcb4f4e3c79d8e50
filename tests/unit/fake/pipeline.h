/*
 * pipeline - the whole pipeline of core/pipeline, and execve, on the fake kernel.
 */
#ifndef CAPWRAP_FAKE_PIPELINE_H
#define CAPWRAP_FAKE_PIPELINE_H

#include "core/pipeline.h"
#include "core/transition.h"
#include "fake/kernel.h"

#define SERVER "/srv/server"

/* How far it got, and what was made on the way: p.next is the stage that failed, or STAGES when
 * execve was reached. */
struct run {
    struct pipeline p;
    struct fail f;
};

/* A table of steps; all zero: the real one. */
struct table {
    const struct step *steps;
    size_t count;
};

/* Adds SERVER, an executable that anyone may run, to the fake files. */
void run_add_server(void);

/* Runs the pipeline on fake as it is. Release with run_free(). */
void run_play(const struct request *request, struct table table, struct run *run);

/* The real stages, with another table of steps where one is given. */
void run_make_stages(struct table table, struct stage stages[STAGES]);

/* As run_play, with other stages than the real ones. */
void run_play_stages(const struct request *request, const struct stage *stages, struct run *run);

/* Changes and verifies by run->p.plan, whatever plan and preflight thought of it. */
void run_force(struct table table, struct run *run);

/* Runs the stages up to last, which must succeed. */
void run_until(const struct request *request, enum pipeline_stage last, struct run *run);

void run_free(struct run *run);

#endif
