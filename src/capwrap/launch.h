/*
 * launch - everything that one run of capwrap knows, filled stage by stage.
 */
#ifndef CAPWRAP_LAUNCH_H
#define CAPWRAP_LAUNCH_H

#include "capwrap/options.h"
#include "core/plan.h"
#include "core/program.h"
#include "users/resolve.h"

struct launch {
    struct options options;
    struct request request;
    struct identity identity;
    struct start start;
    struct plan plan;
    struct program program;
    struct fail fail;
    bool has_start, has_plan; /* the stage was reached, so that a report may show it */
};

#endif
