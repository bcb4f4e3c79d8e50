/*
 * request - what was asked for, as the core takes it: the request that the options filled, with the
 * identity that their words mean.
 */
#ifndef CAPWRAP_REQUEST_H
#define CAPWRAP_REQUEST_H

#include "capwrap/options.h"
#include "core/plan.h"
#include "users/resolve.h"

/* Fills *request and *identity, or refuses: -1 with *f filled. caller is what the kernel told of
 * this process. The request shares the group list of *identity: release that with resolve_free()
 * after its last use, after a failure too. */
int request_make(const struct options *options, const struct cred *caller, struct request *request,
                 struct identity *identity, struct fail *f);

#endif
