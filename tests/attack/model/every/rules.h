/*
 * rules - what a start, a request and a file must lead to: the rules of capabilities(7) and
 * docs/design.md for one capability and the four that capwrap itself uses.
 *
 * Shares types with src/core and no code: the program that compares both is every.c. The Python
 * model (capabilities.py, contract.py) states the same rules once more, and
 * tests/attack/model/every-state compares the two.
 */
#ifndef CAPWRAP_EVERY_RULES_H
#define CAPWRAP_EVERY_RULES_H

#include "core/cred.h"
#include "core/plan.h"

/* Reasons of a refusal, one bit each; REASON_WORDS are the words of --json. */
enum reason {
    NOT_PERMITTED = 1 << 0,
    BOUNDING_ONLY = 1 << 1,
    MASKED = 1 << 2,
    GRANT_IDENTITY = 1 << 3,
    NEED_SETPCAP = 1 << 4,
    NEED_SETUID = 1 << 5,
    NEED_SETGID = 1 << 6,
    NEED_CHOWN = 1 << 7,
    STRICT = 1 << 8,
    LOCKED = 1 << 9,
    UNMAPPED_ID = 1 << 10,
    SET_ID = 1 << 11,
    OUTSIDE_BOUNDING = 1 << 12,
    FILE_CAPABILITIES = 1 << 13,
    ROOT_GAINS = 1 << 14,
    REASONS = 15
};
extern const char *const REASON_WORDS[REASONS];

/* The sets of a process, as far as they are compared here. */
struct sets {
    uint64_t permitted, effective, inheritable, bounding, ambient;
    unsigned securebits;
    bool no_new_privs;
};

struct outcome {
    unsigned reasons; /* of which a refusal names one; 0: it must not be refused */
    bool bounding_left, ambient_cleared; /* the notes */
    struct sets sets;                    /* the goal, or the state after execve */
};

/* unmapped: the caller's uid is not mapped in its user namespace, and reads as the overflow id. */
struct outcome rules_plan(const struct start *start, const struct request *request, bool unmapped);

/* The sets after execve of file by a process with these sets and the same uid in each place. What
 * set-id bits would do is reported by the reason SET_ID. */
struct outcome rules_execve(const struct sets *sets, uid_t uid, gid_t gid,
                            const struct exec_file *file);

/* What capwrap's check of the program must report, where goal is in force and keep was requested.
 */
struct outcome rules_program(const struct sets *goal, uint64_t keep, bool strict, uid_t uid,
                             gid_t gid, const struct exec_file *file);

#endif
