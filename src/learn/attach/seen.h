/*
 * seen - what watched processes asked for, for the whole and for each program. Pure.
 *
 * Its size does not depend on how many processes there were, nor for how long.
 */
#ifndef CAPWRAP_LEARN_SEEN_H
#define CAPWRAP_LEARN_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cred.h"
#include "learn/attach/members.h"
#include "learn/checks/kallsyms.h"
#include "learn/checks/phases.h"
#include "learn/checks/uses.h"
#include "learn/watch/record.h"

enum { SEEN_PROGRAMS = 64, SEEN_DOUBTS = 256 };

/* Capabilities, in the ways that one can be of seen. */
struct seen_sets {
    uint64_t held;    /* permitted in some process, at some time */
    uint64_t ambient; /* of these, in an ambient set */
    uint64_t used;    /* asked for and granted, and it counts */
    uint64_t refused; /* asked for and refused */
    uint64_t outside; /* asked of the first user namespace by a process of another, and refused */
};

/* All processes of one name. */
struct seen_program {
    char name[USAGE_NAME];
    unsigned processes;
    uint64_t checks;
    bool other_namespace; /* some were in a user namespace that is not ours */
    struct seen_sets sets;
    struct phases phases;
};

/* What checks of one capability came to. */
struct seen_cap {
    struct uses used, refused, outside, ignored;
};

/* A check that counts once its credentials are seen to be the process's own. */
struct seen_doubt {
    uint32_t pid, tid;
    unsigned cap;
    uint64_t cred, before; /* of the check, and the thread's own before it; 0: not known */
    bool granted;
    struct use use;
};

struct origins;
struct own_creds;

struct seen {
    struct seen_sets sets;
    struct seen_cap caps[CAP_BITS];
    struct seen_program programs[SEEN_PROGRAMS]; /* the last one is of all that found no room */
    size_t program_count;
    struct phases phases;
    uint64_t checks;
    unsigned processes;
    uint64_t news;      /* how often something was seen for the first time */
    uint64_t our_ns;    /* our user namespace; 0: not known */
    uint64_t our_inode; /* its inode */
    uint64_t every_cap; /* that we hold ourselves */
    bool more_programs; /* than are listed */
    struct seen_doubt doubts[SEEN_DOUBTS];
    size_t doubt_count;
    const struct kallsyms *kallsyms;
    struct origins *origins;
    struct own_creds *own;
};

/* kallsyms must outlive the seen. Returns 0 or -ENOMEM. Release with seen_free(). */
int seen_begin(struct seen *seen, const struct kallsyms *kallsyms);

/* The program that a process is one of; where it is not known yet, the process is counted. */
struct seen_program *seen_program(struct seen *seen, struct member *member);

/* The process is about to get another name: it is one of the program of its last name. */
void seen_leave(struct seen *seen, struct member *member);

/* What /proc told of a watched process. */
void seen_state(struct seen *seen, struct member *member, const struct process *process);

/* A check by a watched process, which had this identity; uid UINT32_MAX: not known. */
void seen_check(struct seen *seen, struct member *member, const struct record *record, uint32_t uid,
                uint32_t gid);

/* The process has this identity. */
void seen_identity(struct seen *seen, struct member *member, uint32_t uid, uint32_t gid);

/* The process has ended: what is in doubt stays without seen. */
void seen_end(struct seen *seen, uint32_t pid);

void seen_free(struct seen *seen);

#endif
