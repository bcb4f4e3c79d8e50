/*
 * privilege - with which identity and capability sets the processes of a run end, followed from the
 * system calls that change them, and whether one run ends more privileged than another. Pure.
 *
 * A program that cannot give up root because a capability is missing may go on as root and still
 * answer: such a run does not "work". Processes of two runs are compared where they have the same
 * role: the same chain of forks and executed names from the program's first execve on.
 */
#ifndef CAPWRAP_LEARN_PRIVILEGE_H
#define CAPWRAP_LEARN_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/checks/phases.h"
#include "learn/checks/standing.h"
#include "learn/watch/record.h"

/* How processes of one role ended. */
struct ending {
    uint64_t role;
    struct standing began, ended;
    bool sampled;  /* caps is known: what /proc told of the last of them */
    uint64_t caps; /* permitted, inheritable and ambient together */
    unsigned count;
};

/* A process as /proc tells of it, at a time of CLOCK_MONOTONIC in nanoseconds. */
struct sample {
    uint32_t tid;
    uint64_t time;
    struct ids uid, gid;
    bool groups_changed; /* they are not those that the program was started with */
    uint32_t group_count;
    uint64_t caps;
    char name[16];
    bool unseen_children; /* it has had children of which nothing is known */
};

struct privilege_state;

struct privilege {
    struct ending *endings;
    size_t count, capacity;
    struct phases phases;
    uint64_t kept;         /* the capabilities of the run */
    uint64_t declared;     /* what processes that made a capset had afterwards, as /proc told */
    bool gave_up;          /* some process left an identity or a set */
    bool capset;           /* some process has made a capset(2) that succeeded */
    bool own_sets_refused; /* a capset(2), or an ambient capability, was refused */
    uint64_t ambient;      /* capabilities that were to be raised in the ambient set */
    bool unknown;          /* an end state cannot be told */
    bool no_memory;
    struct privilege_state *state;
};

/* Begins a run with that identity and these capabilities. Returns 0 or -ENOMEM. Release with
 * privilege_free(). */
int privilege_begin(struct privilege *privilege, const struct ids *uid, const struct ids *gid,
                    uint64_t kept);

/* Follows processes that are there already, and whose start is not known: how they end is not kept.
 * As privilege_begin(), which it takes the place of. */
int privilege_begin_following(struct privilege *privilege);

/* The user namespace that the identities are those of, by its address; 0: not known. */
void privilege_home(struct privilege *privilege, uint64_t home);

/* A thread is there, with this identity; before its records. */
void privilege_place(struct privilege *privilege, uint32_t tid, uint32_t pid, const struct ids *uid,
                     const struct ids *gid);

bool privilege_knows(const struct privilege *privilege, uint32_t tid);

/* What the thread is doing has ended, as far as it is one of the calls that are recorded: its
 * identity is what came of it. */
void privilege_settle(struct privilege *privilege, uint32_t tid);

/* The thread is gone. */
void privilege_forget(struct privilege *privilege, uint32_t tid);

/* Takes a record of the program; records come in the order of their time. */
void privilege_add(struct privilege *privilege, const struct record *record);

/* A process of the program as /proc told of it. */
void privilege_sample(struct privilege *privilege, const struct sample *sample);

/* The identity of a thread of the program now. */
const struct standing *privilege_of(const struct privilege *privilege, uint32_t tid);

/* A capability was asked for, and counts, by a thread of the program. */
void privilege_phase(struct privilege *privilege, uint32_t tid, unsigned cap);

/* A check for SETUID or SETGID came from a call that is not recorded: that process's identity is
 * not known any more. */
void privilege_lose(struct privilege *privilege);

/* A thread is within one of the calls that are recorded. */
bool privilege_in_call(const struct privilege *privilege, uint32_t tid);

/* No more records. watched: the calls were recorded; otherwise the samples are all there is. */
void privilege_end(struct privilege *privilege, bool watched);

/* Whether some process of the trial ended with an identity, a group or a set that its like gave up
 * in the first run; stays: what. groups: the supplementary groups of the start. */
bool privilege_more(const struct privilege *first, const struct privilege *trial,
                    const struct groups *groups, char stays[STANDING_STAYS]);

void privilege_free(struct privilege *privilege);

#endif
