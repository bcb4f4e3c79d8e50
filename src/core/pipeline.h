/*
 * pipeline - the sequence of stages of a start, defined once:
 *
 *    observe -> start -> plan -> preflight -> change -> verify -> check   (-> program_exec)
 *
 * The caller makes the request after `observe`, because a request without --user refers to the IDs
 * that were observed. capwrap, its dry run, the trials of capwrap-learn and the unit tests all use
 * this sequence; none of them has a copy of it.
 */
#ifndef CAPWRAP_PIPELINE_H
#define CAPWRAP_PIPELINE_H

#include "core/fail.h"
#include "core/plan.h"
#include "core/program.h"

enum pipeline_stage {
    STAGE_OBSERVE,   /* read the state of this process; refuse a set-id start */
    STAGE_START,     /* read what else a plan for this request needs */
    STAGE_PLAN,      /* decide on the goal; nothing has changed yet */
    STAGE_PREFLIGHT, /* refuse a step that lacks its capability; nothing has changed yet */
    STAGE_CHANGE,    /* make the transition, step by step */
    STAGE_VERIFY,    /* prove from the kernel's reports that the goal was reached */
    STAGE_CHECK,     /* ask the kernel whether it would execute the program */
    STAGES
};

/* All data of one start, filled stage by stage. Zero-initialised. */
struct pipeline {
    bool report; /* in, before STAGE_OBSERVE: the start is reported, so read its whole state */
    struct request request; /* in, before STAGE_START */
    struct start start;
    struct plan plan;
    enum pipeline_stage next; /* the next stage; the ones before it succeeded */
    struct program program;   /* in, before STAGE_CHANGE: command and search_path */
};

struct stage {
    int (*run)(struct pipeline *pipeline, struct fail *f); /* 0, or -1 with *f filled */
};

/* The sequence, in order; its length is STAGES. */
const struct stage *pipeline_stages(void);

/* Runs the stages from the next one to last, inclusive. Returns 0, or -1 with *f filled; then
 * pipeline->next is the stage that failed. After a failure of STAGE_CHANGE or a later stage the
 * process is not in a usable state: report the failure and exit. */
int pipeline_advance(struct pipeline *pipeline, enum pipeline_stage last, struct fail *f);

/* As pipeline_advance, with a sequence given by the caller (tests change it). */
int pipeline_advance_by(const struct stage *stages, struct pipeline *pipeline,
                        enum pipeline_stage last, struct fail *f);

/* Releases what the stages allocated. */
void pipeline_free(struct pipeline *pipeline);

#endif
