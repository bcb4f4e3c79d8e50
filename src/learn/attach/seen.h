/*
 * seen - what watched processes asked for, in total and for each program. Pure.
 *
 * Its size depends neither on the number of processes nor on the duration.
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

/* Capabilities, by what was seen of them. */
struct seen_sets {
    uint64_t held;    /* permitted in some process, at some time */
    uint64_t ambient; /* those of held that were in an ambient set */
    uint64_t used;    /* asked for and granted, in a way that counts */
    uint64_t refused; /* asked for and refused */
    uint64_t outside; /* by a process of another namespace in the first one, and refused */
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

/* The checks of one capability, by result. */
struct seen_cap {
    struct uses used, refused, outside, ignored;
};

/* A check that counts as soon as its credentials are seen to be the process's own. */
struct seen_doubt {
    uint32_t pid, tid;
    unsigned cap;
    uint64_t cred, before; /* of the check, and the thread's own before it; 0: unknown */
    bool granted;
    struct use use;
};

struct origins;
struct own_creds;

struct seen {
    struct seen_sets sets;
    struct seen_cap caps[CAP_BITS];
    struct seen_program programs[SEEN_PROGRAMS]; /* the last one stands for all that did not fit */
    size_t program_count;
    struct phases phases;
    uint64_t checks;
    unsigned processes;
    uint64_t news;      /* how often something was seen for the first time */
    uint64_t our_ns;    /* our user namespace; 0: unknown */
    uint64_t our_inode; /* its inode */
    uint64_t every_cap; /* the capabilities that we hold ourselves */
    bool more_programs; /* there are more than the list holds */
    bool capset;        /* a process has changed its own sets; the masks are not recorded */
    struct seen_doubt doubts[SEEN_DOUBTS];
    size_t doubt_count;
    const struct kallsyms *kallsyms;
    struct origins *origins;
    struct own_creds *own;
};

/* kallsyms must outlive *seen. Returns 0 or -ENOMEM. Release with seen_free(). */
int seen_begin(struct seen *seen, const struct kallsyms *kallsyms);

/* The program that a process belongs to; if that is not known yet, also counts the process. */
struct seen_program *seen_program(struct seen *seen, struct member *member);

/* The process is about to change its name: it belongs to the program of its old name. */
void seen_leave(struct seen *seen, struct member *member);

/* Takes what was read from /proc of a watched process. */
void seen_state(struct seen *seen, struct member *member, const struct process *process);

/* Takes a check by a watched process with this identity; uid UINT32_MAX: unknown. */
void seen_check(struct seen *seen, struct member *member, const struct record *record, uint32_t uid,
                uint32_t gid);

/* A watched process has raised a capability in its ambient set, or was refused (not granted): the
 * capability has to be permitted, and the kernel makes no check for it. */
void seen_raise(struct seen *seen, struct member *member, unsigned cap, bool granted, uint32_t uid,
                uint32_t gid);

/* Records that the process has this identity. */
void seen_identity(struct seen *seen, struct member *member, uint32_t uid, uint32_t gid);

/* The process has ended: what is in doubt stays without seen. */
void seen_end(struct seen *seen, uint32_t pid);

void seen_free(struct seen *seen);

#endif
