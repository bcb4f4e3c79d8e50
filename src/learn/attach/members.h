/*
 * members - all processes of the machine and which of them are watched, from one read of /proc and
 * from the records since then. Pure.
 *
 * First the watch begins, then /proc is read, then the records are processed in their order: the
 * state of a process at a record follows only from its fork and from the state at the beginning
 * (beginning.c).
 */
#ifndef CAPWRAP_LEARN_MEMBERS_H
#define CAPWRAP_LEARN_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/pid_map.h"
#include "learn/watch/process.h"
#include "learn/watch/record.h"

enum { MEMBER_CREDS = 8, MEMBERS_ENDED = 64 };

struct member {
    uint32_t pid, parent;
    bool in_tree;    /* one of the named processes, or a descendant */
    bool in_cgroup;  /* when it was last seen */
    bool starting;   /* it is in the cgroup of its service but has not executed the service yet */
    bool scanned;    /* it was found in /proc at the beginning */
    uint64_t told;   /* when it was last read from /proc, or 0 */
    bool threads;    /* it has had more than one thread */
    bool ended;      /* its first thread has ended; others may still run */
    bool executing;  /* it called execve and has done nothing else since */
    bool stale;      /* it no longer existed when it was read */
    bool counted;    /* an account has counted it */
    bool state_read; /* its state has been read from /proc */
    bool to_read;    /* its state has changed since it was read */
    bool ids_to_read;
    bool own_namespace; /* it was granted a capability in a user namespace that it created */
    uint8_t raised;     /* 1 + the capability that it is raising in its ambient set */
    char name[USAGE_NAME];
    uint16_t program;             /* the index of its account, plus one */
    uint64_t permitted;           /* when last read from /proc */
    uint64_t user_namespace;      /* the inode of the first one that it was seen in; 0: unknown */
    uint64_t namespace_at;        /* the kernel's address of it; 0: unknown */
    uint64_t creds[MEMBER_CREDS]; /* addresses of its recent credentials */
    unsigned next_cred;
};

/* A record of the start or the end of a process. */
struct member_event {
    uint32_t pid, parent;
    uint64_t time;
    bool end; /* the process has ended; otherwise it has started */
};

struct members {
    struct member *list;
    size_t count, capacity;
    struct pid_map places;
    struct member_event *events;
    size_t event_count, event_capacity;
    uint32_t ended[MEMBERS_ENDED]; /* the last ones that were not watched */
    unsigned next_ended;
    bool trees;       /* some are watched by their tree, not by their cgroup */
    uint64_t unclear; /* processes that may or may not belong to a tree */
    bool no_memory;
};

/* Takes a record that existed when /proc had been read, in any order. */
void members_note(struct members *members, const struct record *record);

/* What the state at the beginning is computed from, in addition to the records. */
struct beginning {
    const struct processes *before, *now; /* from /proc: before the watch began, and afterwards */
    const uint32_t *roots;                /* the processes whose trees are watched */
    size_t root_count;
    bool (*is_first)(uint32_t pid); /* process_is_first */
};

/* After the last note: computes which processes existed when the watch began and which of them are
 * watched. */
void members_settle(struct members *members, const struct beginning *beginning);

/* Takes a record, in the order of their time. */
void members_add(struct members *members, const struct record *record);

/* From now on the process and its present descendants, as /proc showed them, are in the tree. */
void members_adopt(struct members *members, const struct processes *now, uint32_t root);

/* NULL if there is none. Valid until the next call that adds or removes a member. */
struct member *members_find(const struct members *members, uint32_t pid);

/* As members_find, for a process that asks for something; adds it if missing. NULL: no memory. */
struct member *members_act(struct members *members, uint32_t pid);

/* Adds a member, or replaces an older one with its process ID. NULL: no memory. */
struct member *members_put(struct members *members, const struct member *member);

/* Adds a process as read from /proc. */
void members_put_process(struct members *members, const struct process *process);

void members_remove(struct members *members, uint32_t pid);

bool member_is_watched(const struct member *member);

/* Records that these credentials are the process's own. */
void member_add_cred(struct member *member, uint64_t cred);

bool member_has_cred(const struct member *member, uint64_t cred);

void members_free(struct members *members);

#endif
