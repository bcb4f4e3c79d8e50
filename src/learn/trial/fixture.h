/*
 * fixture - a shell line that is alive during each run, and is no part of the program: a server to
 * ask, a process to send a signal to.
 *
 * It is started by a process of its own, the keeper, which is made before this process becomes a
 * subreaper: what belongs to the fixture is never among the children of a run. The keeper ends with
 * this process, and everything it has started ends with it.
 */
#ifndef CAPWRAP_LEARN_FIXTURE_H
#define CAPWRAP_LEARN_FIXTURE_H

#include "learn/error.h"
#include "learn/trial/launch.h"

/* Makes the keeper where the subject has a fixture. Before children_begin(). */
int fixture_begin(struct subject *subject, struct fail *f);

/* Starts the fixture and waits until it is ready: until the line fixture_ready succeeds, for at
 * most that many seconds. Refuses when the fixture ends before. Does nothing without one. */
int fixture_start(const struct subject *subject, unsigned seconds, struct fail *f);

/* Ends all that the fixture has started. */
void fixture_end(const struct subject *subject);

#endif
