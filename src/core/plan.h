/*
 * plan - computes the state to reach from the request and from the state at the start.
 *
 * Pure: a plan is a value that a test can build and compare. Everything that can be refused before
 * the first change is refused here or in transition_preflight().
 */
#ifndef CAPWRAP_PLAN_H
#define CAPWRAP_PLAN_H

#include "core/cred.h"
#include "core/fail.h"
#include "core/label.h"

/* What the user requested, with every name already resolved. */
struct request {
    bool change_identity; /* --user was given; uid and gid are the IDs to run as */
    uid_t uid;
    gid_t gid;
    bool change_groups;   /* groups is the list to set; otherwise the list is unchanged */
    struct groups groups; /* in ascending order, without duplicates */
    bool keep_all;        /* --keep all: everything that is permitted */
    uint64_t keep;        /* --keep, as a mask */
    uint64_t want;        /* --want: kept where possible */
    bool no_new_privs;
    bool lock_securebits;
    bool chown_stdio;
    bool close_fds;
    bool change_parent_death; /* --pdeathsig was given; otherwise the signal is unchanged */
    int parent_death_signal;  /* 0: none */
    bool disable_userns;
    const char *directory; /* --chdir; NULL: unchanged */
    bool change_umask;     /* --umask was given; otherwise the umask is unchanged */
    unsigned umask;
    const char *label[MODULES]; /* --apparmor-profile, --selinux-label; NULL: not given */
    bool strict;
    bool dry_run; /* --dry-run: leave the standard streams unchanged */
};

/* What is, at the start. */
struct start {
    struct cred cred;
    bool whole;          /* cred was read completely, for a report: by observe_cred() */
    bool all_ids_mapped; /* the user namespace maps every ID: each ID is the one that is read */
    /* Further effects of the user namespace on IDs, when it does not map all of them. */
    bool overflow_unknown; /* /proc does not report the ID that an unmapped ID reads as */
    uid_t overflow_uid;    /* that ID (proc_sys_kernel(5)) */
    gid_t overflow_gid;
    bool uid_is_own, gid_is_own; /* the kernel confirms that the ID of the goal is the caller's */
    bool uid_unmapped, gid_unmapped, groups_unmapped; /* of the requested IDs */
    bool setgroups_denied;
    int parent_death_signal; /* PR_GET_PDEATHSIG; 0 when none */
    unsigned stdio;          /* bit n: --chown-stdio must change the owner of descriptor n */
    bool userns_known;       /* --disable-userns: a filter exists for this architecture */
    int userns_refused;      /* the calls that are already refused here (enum sys_userns) */
    unsigned stdio_unmapped; /* bit n: its owner, or the user, may not be the ID that is read */
};

/* Whether this ID, as read, may be any unmapped ID. */
bool start_uid_is_ambiguous(const struct start *start, uid_t uid);
bool start_gid_is_ambiguous(const struct start *start, gid_t gid);

struct plan {
    struct cred start, goal;
    uint64_t keep;
    uint64_t left_out;        /* the note: wanted, but not permitted */
    uint64_t working;         /* permitted and effective between the uid step and the final one */
    uint64_t ambient_missing; /* the capabilities that the ambient step must raise */
    bool set_uid, set_gid;    /* make the call, even if the IDs read as right already */
    bool uid_is_free, gid_is_free; /* the call needs no capability: the IDs are right already */
    bool confirm_uid, confirm_gid; /* what reads as the goal's ID may be another ID */
    bool set_groups;
    bool clear_groups; /* clear first: the old list reads as the goal, but may differ */
    bool all_ids_mapped;
    bool uid_unmapped, gid_unmapped, groups_unmapped, setgroups_denied; /* as in struct start */
    bool set_keepcaps;
    bool changes_identity; /* uid or gid change, or may: an unmapped ID may read as right */
    bool close_fds;
    bool strict;
    bool bounding_left; /* the note: the bounding set contains more than keep */
    bool dry_run;       /* --dry-run: leave the standard streams unchanged */
    bool set_parent_death;
    bool needs_parent_death; /* it was requested: refuse a program whose execve would disarm it */
    int parent_death_signal; /* to be in force at execve; 0 when none */
    bool chown_stdio;        /* --chown-stdio: a note is made if the user cannot reopen a stream */
    unsigned stdio;          /* descriptors whose owner becomes the user */
    bool disable_userns;
    bool userns_refused;   /* the note: what the filter refuses was already refused here */
    const char *directory; /* to change to; NULL: none */
    bool set_umask;
    unsigned umask;
    const char *label[MODULES]; /* to enter at execve; NULL: none */
};

/* Refuses a start with different real and effective IDs: capwrap was installed set-id, or its
 * caller changed its effective ID with seteuid. Call this before anything else is read. */
int plan_check_start(const struct cred *start, struct fail *f);

/* Fills *plan and returns 0, or refuses: fills *f and returns -1. The plan shares the group lists
 * of its arguments, which must outlive it.
 * Rules: docs/design.md, "Capabilities"; capabilities(7); user_namespaces(7). */
int plan_make(const struct request *request, const struct start *start, struct plan *plan,
              struct fail *f);

#endif
