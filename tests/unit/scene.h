/*
 * scene - the whole pipeline of main, on the fake kernel, stage by stage.
 */
#ifndef CAPWRAP_SCENE_H
#define CAPWRAP_SCENE_H

#include "core/fail.h"
#include "core/plan.h"
#include "core/program.h"
#include "core/transition.h"
#include "sys_fake.h"

#define SERVER "/srv/server"

enum stage {
    STAGE_OBSERVE,
    STAGE_PLAN,
    STAGE_PREFLIGHT,
    STAGE_RUN,
    STAGE_VERIFY,
    STAGE_EXEC, /* execve was reached */
};

/* How far it got, and what was made on the way. */
struct outcome {
    enum stage stage;
    struct fail f;
    struct start start;
    struct plan plan;
    struct program program;
};

/* A table of steps; all zero: the real one. */
struct table {
    const struct step *steps;
    size_t count;
};

/* Adds SERVER, an executable that anyone may run, to the fake files. */
void scene_add_server(void);

/* Runs the pipeline on fake as it is. Release with scene_free(). */
void scene_play(const struct request *request, struct table table, struct outcome *outcome);

/* Runs and verifies outcome->plan, whatever plan and preflight thought of it. */
void scene_force(struct table table, struct outcome *outcome);

void scene_free(struct outcome *outcome);

/* What the program must be, said without the help of plan.c: from the request and the true state
 * at the start. */
struct wish {
    struct cred cred;
    int parent_death_signal;
    bool new_keyring;
    uid_t keyring_owner;
    unsigned keyring_before;
    bool closed_fds;
    unsigned streams; /* bit n: stream n belongs to stream_owner */
    uid_t stream_owner;
    bool bounding_may_stay; /* if it cannot be narrowed */
};

/* Before the run, from the true state; its group list is malloced or the request's. */
void wish_make(const struct request *request, struct wish *wish);
void wish_free(struct wish *wish);

/* After the run: the first thing in which the true state is not as wished, or NULL. */
const char *wish_unfulfilled(const struct wish *wish, const struct plan *plan);

/* Both halves of what is observed at the start, as main asks for them. */
int observe_all(const struct request *request, struct start *start, struct fail *f);

#endif
