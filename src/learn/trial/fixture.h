/*
 * fixture - a shell command that runs during each run but is not part of the program, such as a
 * server to query or a process to signal.
 *
 * A separate process, the keeper, starts it. The keeper is created before this process becomes a
 * subreaper, so no process of the fixture is ever among the children of a run. When this process
 * ends, the keeper ends, with everything it has started.
 */
#ifndef CAPWRAP_LEARN_FIXTURE_H
#define CAPWRAP_LEARN_FIXTURE_H

#include "learn/error.h"
#include "learn/trial/launch.h"

/* Creates the keeper if the subject has a fixture. Call it before children_begin(). */
int fixture_begin(struct subject *subject, struct fail *f);

/* Starts the fixture and waits until the command fixture_ready succeeds, at most that many seconds.
 * Fails if the fixture ends before. Does nothing without a fixture. */
int fixture_start(const struct subject *subject, unsigned seconds, struct fail *f);

/* Ends everything that the fixture has started. */
void fixture_end(const struct subject *subject);

#endif
