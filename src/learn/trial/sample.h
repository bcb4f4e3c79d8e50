/*
 * sample - the identity and capability sets of the processes of a run, as /proc tells of them: of
 * those that are there, and of a child that has ended and was not waited for yet.
 */
#ifndef CAPWRAP_LEARN_SAMPLE_H
#define CAPWRAP_LEARN_SAMPLE_H

#include <sys/types.h>

#include "learn/checks/privilege.h"

/* What takes samples. */
struct sample_sink {
    void (*take)(void *context, const struct sample *sample);
    void *context;
};

/* Each thread of a process; groups: those that the program was started with. One that is gone is
 * left out. */
void sample_process(pid_t pid, const struct groups *groups, const struct sample_sink *sink);

/* As sample_process, for all descendants of this process but `other` and its own. */
void sample_descendants(pid_t other, const struct groups *groups, const struct sample_sink *sink);

#endif
