/*
 * kernel - a kernel in memory, behind the functions of src/core/sys.h.
 *
 * Its rules are those of Linux 6.x: kernel/sys.c (setresuid, setresgid), kernel/groups.c,
 * kernel/capability.c (capset), security/commoncap.c (prctl, the effect of a change of uid,
 * execve), kernel/cred.c (what clears the parent-death signal), fs/namei.c (permission of files).
 *
 * A test sets the state directly, runs the code under test and reads the state back: the truth is
 * in the struct, whatever the readers have answered.
 */
#ifndef CAPWRAP_FAKE_KERNEL_H
#define CAPWRAP_FAKE_KERNEL_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/cred.h"
#include "core/sys.h"

enum {
    FAKE_CAPS = 41,      /* Linux 6.x knows 0 .. 40 */
    FAKE_GROUPS = 65536, /* NGROUPS_MAX */
    FAKE_FILES = 32,
    FAKE_CALLS = 8192, /* more than any transition takes: a loop without end is noticed here */
    FAKE_FAULTS = 4,
    /* What an id that the user namespace does not map reads as: two, to tell them apart. */
    FAKE_OVERFLOW_UID = 65534,
    FAKE_OVERFLOW_GID = 65533,
};

/* All capabilities that the fake kernel knows. */
#define FAKE_ALL_CAPS ((UINT64_C(1) << FAKE_CAPS) - 1)

/* An id of the parent user namespace that the own one does not map. */
#define FAKE_UNMAPPED(id) ((UINT64_C(1) << 32) | (id))

/* Ids as the kernel holds them: below 2^32 mapped, above it not. */
typedef uint64_t fake_id;

struct fake_ids {
    fake_id real, effective, saved, fs;
};

/* The ids first .. first + count - 1 are mapped in this user namespace. */
struct fake_map {
    uint64_t first, count;
};

struct fake_file {
    const char *path;
    const char *link; /* a symbolic link, to there; NULL: none */
    unsigned mode;    /* with the type, as st_mode */
    uid_t owner;
    gid_t group;
    bool nosuid, noexec;
    bool denied;      /* a security module or Landlock lets no user execute it */
    bool through_fd;  /* its path goes through a descriptor above 2 */
    const void *head; /* the content */
    size_t head_size;
    const void *caps; /* security.capability; NULL: none */
    size_t caps_size;
};

/* A standard stream. Handed over: an anonymous pipe, or the terminal whose session we lead. */
struct fake_stream {
    bool handed_over;
    fake_id owner;
};

struct fake_call {
    const char *name;
    bool writes; /* it claims to change something */
    uint64_t a, b, c;
};

enum fake_fault_kind {
    FAKE_FAILS,     /* the call returns -error and does nothing */
    FAKE_LIES,      /* success is claimed, nothing done; a reader's result is the poison in it */
    FAKE_LIES_ZERO, /* as FAKE_LIES, but a reader's result is zeros */
};

struct fake_fault {
    enum fake_fault_kind kind;
    const char *name; /* only calls of this function; NULL: of any */
    unsigned nth;     /* the ordinal among them, from 1; 0: every one */
    int error;
    unsigned seen, fired;
};

struct fake {
    /* the machine */
    unsigned cap_count;
    bool caps_never_end;  /* CAPBSET_READ and CAP_AMBIENT_IS_SET always return 0 */
    bool caps_always_set; /* ... or always 1 */
    bool no_ambient;      /* Linux before 4.3 */
    struct fake_map uid_map, gid_map;
    uid_t overflow_uid;
    gid_t overflow_gid;
    bool setgroups_denied; /* /proc/self/setgroups */
    bool no_proc;          /* neither maps nor overflow ids are reported */
    bool keyctl_blocked;   /* by a seccomp filter */
    bool filtered;         /* by any */
    int userns_refused;    /* the calls that another filter refuses already */
    bool userns_unknown;   /* no filter for this architecture */
    bool module_absent[MODULES];
    const char *known_label; /* the one that is loaded; NULL: every one */
    int label_refused;       /* what a change from the label that is in force ends with, or 0 */
    bool no_execve_check;    /* Linux before 6.14 */
    bool has_formats;        /* formats are registered with binfmt_misc */
    struct fake_file files[FAKE_FILES];
    size_t file_count;
    pid_t parent;

    /* the process */
    struct fake_ids uid, gid;
    size_t group_count; /* of groups, below */
    uint64_t permitted, effective, inheritable, bounding, ambient;
    unsigned securebits;
    bool no_new_privs, userns_disabled;
    int parent_death_signal;
    unsigned keyring; /* serial number of the session keyring */
    fake_id keyring_owner;
    const struct fake_file *directory; /* the working directory; NULL: one that is not in files */
    const char *label[MODULES];        /* to be entered at execve */
    unsigned open_above_stderr, umask;
    int reopen_error[3]; /* of a stream, for a user who does not own it; 0: none */
    struct fake_stream streams[3];

    /* the record */
    size_t call_count; /* of calls, below */
    unsigned writes;   /* how many of them claim to change something */
    bool exec_reached;
    char exec_path[4096]; /* a copy: whose path it was may be gone */
    int exec_error;       /* what execve fails with; 0: it follows the rules */

    struct fake_fault faults[FAKE_FAULTS];
    size_t fault_count;
    int lie; /* what a reader that lies returns */
    /* Called before each call is served, to change the state while the code runs; or NULL. */
    void (*before)(const char *name);

    /* large, so the reset leaves what is in them */
    fake_id groups[FAKE_GROUPS];
    struct fake_call calls[FAKE_CALLS];
};

extern struct fake fake;

/* Root with every capability on an ordinary machine; no files, faults or calls. */
void fake_reset(void);

/* Sets all four ids / the groups. */
void fake_be(uid_t uid, gid_t gid);
void fake_set_groups(size_t count, const gid_t *list);

/* Adds a file; returns it, for what the arguments do not say. */
struct fake_file *fake_add_file(const char *path, unsigned mode, uid_t owner, gid_t group,
                                const char *head);
struct fake_file *fake_find_file(const char *path);

/* A program of this machine, in one piece: its header, a segment to load, and one that names the
 * loader, where there is one. */
struct fake_elf {
    ElfW(Ehdr) head;
    ElfW(Phdr) segments[2];
    char loader[64];
};

/* Makes it; loader may be NULL. It is a whole file even without its last, unused bytes. */
struct fake_elf fake_elf(const char *loader);

/* Adds a file with this content, which must outlive it; mode 0755, root's. */
struct fake_file *fake_add_program(const char *path, const struct fake_elf *elf);

/* Arms a fault; counts from now on. */
struct fake_fault *fake_arm(enum fake_fault_kind kind, const char *name, unsigned nth, int error);
void fake_disarm(void);

/* How often a function was called, since the reset. */
unsigned fake_called(const char *name);

/* The true state, past every fault and not counted as a call. The group list is malloced. */
void fake_truth(struct cred *cred);

/* execve by the kernel's rules (commoncap.c, exec.c): from the true state through a file, whose
 * group-execute bit, mount and namespace are already considered. 0 or -EPERM. */
int fake_after_exec(const struct cred *old, const struct exec_file *file, struct cred *new);

#endif
