/*
 * request - the request to the core: the one that the options filled, with the identity that their
 * words name.
 */
#ifndef CAPWRAP_REQUEST_H
#define CAPWRAP_REQUEST_H

#include "capwrap/options.h"
#include "core/plan.h"
#include "users/resolve.h"

/* Fills *request and *identity, or refuses: -1 with *f filled. caller is the state of this process
 * as the kernel reports it. The request shares the group list of *identity: release that with
 * resolve_free() after its last use, also after a failure. */
int request_make(const struct options *options, const struct cred *caller, struct request *request,
                 struct identity *identity, struct fail *f);

#endif
