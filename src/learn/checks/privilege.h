/*
 * privilege - the identity and capability sets that the processes of a run end with, computed from
 * the system calls that change them, and whether one run ends more privileged than another. Pure.
 *
 * A program that cannot give up root because a capability is missing may continue as root and still
 * answer: such a run does not "work". Processes of two runs are compared if they have the same
 * role: the same chain of forks and executed names since the program's first execve. If the other
 * run does not have that role, those that executed the same name last are compared: "gosu app
 * server || server" starts the same server in another way.
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
    uint64_t program; /* the last name that was executed, as a hash */
    struct standing began, ended;
    bool sampled;  /* caps is known: read from /proc for the last process of the role */
    uint64_t caps; /* permitted, inheritable and ambient together */
    unsigned count;
};

/* A process as read from /proc, at a time of CLOCK_MONOTONIC in nanoseconds. */
struct sample {
    uint32_t tid;
    uint64_t time;
    struct ids uid, gid;
    bool groups_changed; /* they differ from those that the program was started with */
    uint32_t group_count;
    uint64_t caps;
    char name[16];
    bool unseen_children; /* it had children of which nothing is known */
};

struct privilege_state;

struct privilege {
    struct ending *endings;
    size_t count, capacity;
    struct phases phases;
    uint64_t kept;         /* the capabilities of the run */
    uint64_t declared;     /* what processes that called capset had afterwards, from /proc */
    bool gave_up;          /* some process gave up an identity or a set */
    bool capset;           /* some capset(2) succeeded */
    bool own_sets_refused; /* a capset(2) or the raising of an ambient capability was refused */
    uint64_t ambient;      /* capabilities that a process tried to raise in its ambient set */
    bool unknown;          /* some end state is unknown */
    bool no_memory;
    struct privilege_state *state;
};

/* Starts a run with that identity and these capabilities. Returns 0 or -ENOMEM. Release with
 * privilege_free(). */
int privilege_begin(struct privilege *privilege, const struct ids *uid, const struct ids *gid,
                    uint64_t kept);

/* As privilege_begin(), and instead of it, for processes that run already and whose start is
 * unknown: how they end is not kept. */
int privilege_begin_following(struct privilege *privilege);

/* The user namespace that the identities belong to, by its address; 0: unknown. */
void privilege_home(struct privilege *privilege, uint64_t home);

/* Adds a thread with this identity, before its records. */
void privilege_place(struct privilege *privilege, uint32_t tid, uint32_t pid, const struct ids *uid,
                     const struct ids *gid);

bool privilege_knows(const struct privilege *privilege, uint32_t tid);

/* If the thread was in one of the recorded calls, that call has ended: its identity is the result.
 */
void privilege_settle(struct privilege *privilege, uint32_t tid);

/* Removes a thread that is gone. */
void privilege_forget(struct privilege *privilege, uint32_t tid);

/* Takes a record of the program, in the order of their time. */
void privilege_add(struct privilege *privilege, const struct record *record);

/* Takes what was read from /proc of a process of the program. */
void privilege_sample(struct privilege *privilege, const struct sample *sample);

/* The present identity of a thread of the program. */
const struct standing *privilege_of(const struct privilege *privilege, uint32_t tid);

/* A thread of the program asked for a capability, in a way that counts. */
void privilege_phase(struct privilege *privilege, uint32_t tid, unsigned cap);

/* A check for SETUID or SETGID came from a call that is not recorded: the identity of that process
 * is no longer known. */
void privilege_lose(struct privilege *privilege);

/* Whether a thread is in one of the recorded calls. */
bool privilege_in_call(const struct privilege *privilege, uint32_t tid);

/* No more records follow. watched: calls were recorded; otherwise there are only the samples. */
void privilege_end(struct privilege *privilege, bool watched);

/* Whether some process of the trial ended with an identity, a group or a set that its role gave up
 * in the first run; stays: which one. groups: the supplementary groups at the start. */
bool privilege_more(const struct privilege *first, const struct privilege *trial,
                    const struct groups *groups, char stays[STANDING_STAYS]);

void privilege_free(struct privilege *privilege);

#endif
