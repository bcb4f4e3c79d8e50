/*
 * cred - a process's whole privilege state as a value, and the rules that execve applies to it.
 *
 * Pure: nothing here makes a system call. The rules are those of capabilities(7), "Transformation
 * of capabilities during execve()", and of credentials(7).
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

/* --lock-securebits: every bit and lock of capabilities(7), "The securebits flags", but keep-caps
 * itself, which execve clears. */
enum { SECBITS_LOCKDOWN = 0xef };

enum { GROUPS_MOST = 65536 }; /* NGROUPS_MAX (linux/limits.h): no process has more */

/* The four ids of one kind. gid_t and uid_t are the same 32-bit type on Linux. */
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
    size_t groups_told; /* how many the kernel listed: two of them may read as the same */
    uint64_t permitted, effective, inheritable, bounding, ambient;
    unsigned securebits;
    bool no_new_privs;
    unsigned cap_count; /* this kernel has the capabilities 0 .. cap_count - 1 */
};

/* What counts for execve of the last file of a chain of interpreters. */
struct exec_file {
    bool set_uid, set_gid; /* mode bits that count: mount and group-x considered */
    uid_t owner;
    gid_t group;
    bool has_caps; /* an attribute that counts, even an empty one */
    bool caps_effective;
    uint64_t caps_permitted, caps_inheritable;
};

/* All four ids are id. */
struct ids ids_all(uid_t id);
bool ids_equal(const struct ids *a, const struct ids *b);
bool groups_equal(const struct groups *a, const struct groups *b);

/* Any of the real, effective and saved uid is 0: the ids whose loss makes the kernel clear
 * capabilities (capabilities(7), "Effect of user ID changes on capabilities"). */
bool cred_has_root(const struct cred *cred);

/* The mask of the capabilities that this kernel has. */
uint64_t cred_known_caps(const struct cred *cred);

/* The permitted set came from the capwrap file itself: a process that is not root holds, right
 * after execve, what it had as ambient and what its file gave, and here it holds more than the
 * former. (The kernel then sets AT_SECURE as well; this needs no auxiliary vector.) */
bool cred_was_granted(const struct cred *cred);

/* The name of the first field in which the two differ, in the words of --json; NULL when equal. */
const char *cred_difference(const struct cred *a, const struct cred *b);

/* Predicts the capability sets and securebits after an execve of file that changes no id: real and
 * effective ids are equal, and set-id bits that count name them. Groups are shared, not copied.
 * Returns 0, or -EPERM when the kernel would refuse (effective file capabilities that the bounding
 * set takes away); after->permitted is then what would have been permitted. */
int cred_after_exec(const struct cred *now, const struct exec_file *file, struct cred *after);

#endif
