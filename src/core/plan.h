/*
 * plan - from what was asked for and what is, the state to reach.
 *
 * Pure: a plan is a value that a test can build and compare. Everything that can be refused before
 * the first change is refused here or in transition_preflight().
 */
#ifndef CAPWRAP_PLAN_H
#define CAPWRAP_PLAN_H

#include "core/cred.h"
#include "core/fail.h"
#include "core/label.h"

/* What the user asked for, with every name already resolved. */
struct request {
    bool change_identity; /* --user was given; uid and gid are who the program is to be */
    uid_t uid;
    gid_t gid;
    bool change_groups;   /* groups is the list to set; otherwise the caller's list stays */
    struct groups groups; /* ascending, no id twice */
    bool keep_all;        /* --keep all: whatever is permitted */
    uint64_t keep;        /* --keep, as a mask */
    uint64_t want;        /* --want: kept where it can be */
    bool no_new_privs;
    bool lock_securebits;
    bool chown_stdio;
    bool close_fds;
    bool change_parent_death; /* --pdeathsig was given; otherwise the caller's signal stays */
    int parent_death_signal;  /* 0: none */
    bool disable_userns;
    const char *directory; /* --chdir; NULL: the caller's stays */
    bool change_umask;     /* --umask was given; otherwise the caller's stays */
    unsigned umask;
    const char *label[MODULES]; /* --apparmor-profile, --selinux-label; NULL: not asked for */
    bool strict;
    bool dry_run; /* --dry-run: leave the standard streams as they are */
};

/* What is, at the start. */
struct start {
    struct cred cred;
    bool whole; /* cred was read whole, for a report: observe_cred(), not observe_caller() */
    bool all_ids_mapped; /* the user namespace maps every id: each is what it reads as */
    /* The rest of what the namespace does to ids, where it does not map all of them. */
    bool overflow_unknown; /* /proc does not tell what an unmapped id reads as */
    uid_t overflow_uid;    /* what it reads as (proc_sys_kernel(5)) */
    gid_t overflow_gid;
    bool uid_is_own, gid_is_own; /* the kernel confirms that the goal's id is the caller's own */
    bool uid_unmapped, gid_unmapped, groups_unmapped; /* of what was asked for */
    bool setgroups_denied;
    int parent_death_signal; /* PR_GET_PDEATHSIG; 0 when none */
    unsigned stdio;          /* bit n: --chown-stdio has to change the owner of descriptor n */
    bool userns_known;       /* --disable-userns: there is a filter for this architecture */
    int userns_refused;      /* and these calls are refused here already (enum sys_userns) */
    unsigned stdio_unmapped; /* bit n: its owner, or the user, may be another than it reads as */
};

/* Whether an id that reads so may be any unmapped one. */
bool start_uid_is_ambiguous(const struct start *start, uid_t uid);
bool start_gid_is_ambiguous(const struct start *start, gid_t gid);

struct plan {
    struct cred start, goal;
    uint64_t keep;
    uint64_t left_out;        /* the note: wanted, and not permitted */
    uint64_t working;         /* permitted and effective between the uid step and the final one */
    uint64_t ambient_missing; /* what the ambient step has to raise */
    bool set_uid, set_gid;    /* make the call, even where the ids read as right already */
    bool uid_is_free, gid_is_free; /* the call takes no capability: the ids are right already */
    bool confirm_uid, confirm_gid; /* what reads as the goal's id may be another one */
    bool set_groups;
    bool clear_groups; /* before they are set: what is there reads as the goal, and may not be it */
    bool all_ids_mapped;
    bool uid_unmapped, gid_unmapped, groups_unmapped, setgroups_denied; /* as in struct start */
    bool set_keepcaps;
    bool changes_identity; /* uid or gid change, or may: an unmapped id may read as right */
    bool close_fds;
    bool strict;
    bool bounding_left; /* the note: the bounding set stays wider than keep */
    bool dry_run;       /* --dry-run: leave the standard streams as they are */
    bool set_parent_death;
    bool needs_parent_death; /* it was asked for: a program that execve would disarm it for is
                                refused */
    int parent_death_signal; /* to be in force at execve; 0 when none */
    bool chown_stdio;        /* --chown-stdio: a stream that stays closed to the user is noted */
    unsigned stdio;          /* descriptors to hand to the user */
    bool disable_userns;
    bool userns_refused;   /* the note: what the filter refuses was refused here already */
    const char *directory; /* to enter; NULL: none */
    bool set_umask;
    unsigned umask;
    const char *label[MODULES]; /* to be entered at execve; NULL: none */
};

/* Refuses a start with different real and effective ids: capwrap was installed set-id, or its
 * caller made itself another with seteuid. To be asked before anything else is read. */
int plan_check_start(const struct cred *start, struct fail *f);

/* Fills *plan, or refuses: *f is filled and -1 returned. The plan shares the group lists of its
 * arguments, which must outlive it.
 * Rules: docs/design.md, "Capabilities"; capabilities(7); user_namespaces(7). */
int plan_make(const struct request *request, const struct start *start, struct plan *plan,
              struct fail *f);

#endif
