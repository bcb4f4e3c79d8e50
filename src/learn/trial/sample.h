/*
 * sample - reads the identity and capability sets of the processes of a run from /proc: of running
 * processes, and of a child that has ended but was not waited for yet.
 */
#ifndef CAPWRAP_LEARN_SAMPLE_H
#define CAPWRAP_LEARN_SAMPLE_H

#include <sys/types.h>

#include "learn/checks/privilege.h"

/* Receives the samples. */
struct sample_sink {
    void (*take)(void *context, const struct sample *sample);
    void *context;
};

/* Samples each thread of a process; groups: those that the program was started with. A thread that
 * is gone is skipped. */
void sample_process(pid_t pid, const struct groups *groups, const struct sample_sink *sink);

/* As sample_process, for all descendants of this process except `other` and its descendants. */
void sample_descendants(pid_t other, const struct groups *groups, const struct sample_sink *sink);

#endif
