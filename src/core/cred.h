/*
 * cred - the complete privilege state of a process as a value, and the rules of execve for it.
 *
 * Pure: no function here makes a system call. The rules are those of capabilities(7),
 * "Transformation of capabilities during execve()", and of credentials(7).
 */
#ifndef CAPWRAP_CRED_H
#define CAPWRAP_CRED_H

#include <linux/securebits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel keeps capability sets in 64 bits (linux/capability.h, version 3). */
enum { CAP_BITS = 64 };

#define CAP_MASK(cap) (UINT64_C(1) << (cap))

/* --lock-securebits: every bit and every lock of capabilities(7), "The securebits flags", except
 * keep-caps itself, which execve clears. */
enum { SECBITS_LOCKDOWN = 0xef };

enum { GROUPS_MOST = 65536 }; /* NGROUPS_MAX (linux/limits.h): the limit for every process */

/* The four user IDs or the four group IDs. gid_t and uid_t are the same 32-bit type on Linux. */
struct ids {
    uid_t real, effective, saved, fs;
};

/* Supplementary groups, in ascending order; list may be NULL when count is 0. */
struct groups {
    size_t count;
    gid_t *list;
};

struct cred {
    struct ids uid, gid;
    struct groups groups;
    size_t groups_told; /* number listed by the kernel: two may read as the same ID */
    uint64_t permitted, effective, inheritable, bounding, ambient;
    unsigned securebits;
    bool no_new_privs;
    unsigned cap_count; /* this kernel has the capabilities 0 to cap_count - 1 */
};

/* The properties of the last file of a chain of interpreters that execve takes into account. */
struct exec_file {
    bool set_uid, set_gid; /* mode bits in force: mount and group-x are considered */
    uid_t owner;
    gid_t group;
    bool has_caps; /* an attribute is in force, even an empty one */
    bool caps_effective;
    uint64_t caps_permitted, caps_inheritable;
};

/* Returns a struct with all four IDs set to id. */
struct ids ids_all(uid_t id);
bool ids_equal(const struct ids *a, const struct ids *b);
bool groups_equal(const struct groups *a, const struct groups *b);

/* Whether the real, effective or saved user ID is 0. When a process gives up the last of them, the
 * kernel clears capabilities (capabilities(7), "Effect of user ID changes on capabilities"). */
bool cred_has_root(const struct cred *cred);

/* Returns the mask of the capabilities that this kernel has. */
uint64_t cred_known_caps(const struct cred *cred);

/* Whether the permitted set came from capwrap's file capabilities: right after execve, a process
 * that is not root holds its former ambient set and what its file gave, and this one holds more
 * than its ambient set. (The kernel then also sets AT_SECURE; no auxiliary vector is read here.) */
bool cred_was_granted(const struct cred *cred);

/* Returns the name, as in --json, of the first field in which a and b differ; NULL when equal. */
const char *cred_difference(const struct cred *a, const struct cred *b);

/* Predicts the capability sets and securebits after an execve of file that changes no ID: the real
 * and effective IDs are equal, and set-id bits in force name the same IDs. Shares the groups of
 * now. Returns 0, or -EPERM when the kernel would refuse execve, because the bounding set removes
 * effective file capabilities; after->permitted is then the set that would have been permitted. */
int cred_after_exec(const struct cred *now, const struct exec_file *file, struct cred *after);

#endif
