/*
 * kernel - one modelled kernel behind src/core/sys.h, for the model checker.
 *
 * Its rules are those of capabilities(7), credentials(7), setresuid(2), capset(2), prctl(2) and
 * user_namespaces(7); it shares nothing with the fake kernel of the unit tests. Each call may also
 * fail with any error, and may lie as far as is allowed: a writer answers 0 and does nothing, a
 * reader leaves what sys.c makes of an untouched buffer, or 0.
 */
#ifndef CAPWRAP_PROOF_KERNEL_H
#define CAPWRAP_PROOF_KERNEL_H

#include "any.h"
#include "core/sys.h"

/* An id as the kernel holds it: below 2^32 it is mapped in our user namespace and reads as itself;
 * from 2^32 on it is not, and reads as the overflow id. */
typedef uint64_t kernel_id;
#define UNMAPPED (UINT64_C(1) << 32)

struct kernel_ids {
    kernel_id real, effective, saved, fs;
};

struct kernel {
    struct kernel_ids uid, gid;
    kernel_id group[MOST_GROUPS];
    unsigned groups;
    uint64_t permitted, effective, inheritable, bounding, ambient;
    unsigned securebits;
    bool no_new_privs;
    unsigned caps; /* how many capabilities there are */
    int parent_death;
    pid_t parent;
    kernel_id owner[3]; /* of the standard streams */
    bool is_pipe[3];    /* --chown-stdio changes its owner */
    bool stream_gid_mapped[3];
    bool fds_open;
    bool keyring_joined, keyring_blocked;
    kernel_id keyring_owner;
    struct sys_directory directory; /* the working directory */
    unsigned umask;
    bool enters_label[MODULES]; /* the next execve enters the label that is asked for */
    bool filtered;              /* by sys_disable_userns() */
    /* the machine, which no call changes */
    bool all_mapped, setgroups_denied, proc_tells, userns_known, module_active[MODULES];
    bool filtered_before; /* there is a third-party seccomp filter, */
    int userns_refused;   /* and what of enum sys_userns is refused by whatever there is */
    uint32_t map_first, map_count;
    uid_t overflow_uid, overflow_gid;
};
extern struct kernel kernel;

extern unsigned kernel_writer_lies;  /* how many calls of writers may still lie */
extern unsigned kernel_confirm_lies; /* the same of setreuid(2) and setregid(2), which confirm */
extern unsigned kernel_reader_lies;  /* the same of readers */
extern bool kernel_may_fail;         /* any call may fail */

void kernel_any(void);          /* any state that a process can be in */
void kernel_after_execve(void); /* ... directly after an execve */

/* The part of the kernel that no call changes is the same in both. */
bool kernel_same_machine(const struct kernel *a, const struct kernel *b);

uint32_t kernel_shown_uid(kernel_id id);
uint32_t kernel_shown_gid(kernel_id id);
bool kernel_uids_read_as(const struct kernel_ids *ids, const struct ids *expected);
bool kernel_gids_read_as(const struct kernel_ids *ids, const struct ids *expected);
bool kernel_ids_are(const struct kernel_ids *ids, uint32_t id);
/* As sets: the kernel's groups, and the list. */
bool kernel_groups_read_as(const gid_t *list, size_t count);
bool kernel_groups_are(const gid_t *list, size_t count); /* ... and none of them is unmapped */

#endif
