/*
 * members - all processes of the machine, and which of them are watched, from what /proc told once
 * and from the records since then. Pure.
 *
 * The watch begins first, then /proc is read, and then the records are gone through in their order:
 * what a process is at a record follows from its fork and from the state at the beginning alone
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
    bool in_tree;   /* one of the processes that were named, or a descendant */
    bool in_cgroup; /* when it was seen for the last time */
    bool starting; /* what starts a service is in its cgroup already, and has not executed it yet */
    bool scanned;  /* /proc told of it at the beginning */
    uint64_t told; /* when /proc told of it last, or 0 */
    bool threads;  /* it has had more than one */
    bool ended;    /* its first thread has, and others may go on */
    bool executing;  /* it has executed something and done nothing else since then */
    bool stale;      /* it was not there any more when that was looked at */
    bool counted;    /* by an account */
    bool state_read; /* what /proc tells of it is known */
    bool to_read;    /* it has changed since then */
    bool ids_to_read;
    char name[USAGE_NAME];
    uint16_t program;             /* of an account: one more than its place */
    uint64_t permitted;           /* as /proc told for the last time */
    uint64_t user_namespace;      /* the inode of that which it was seen in first; 0: not known */
    uint64_t namespace_at;        /* the kernel's address of it; 0: not known */
    uint64_t creds[MEMBER_CREDS]; /* addresses of credentials that it has had lately */
    unsigned next_cred;
};

/* A record about the number of a process. */
struct member_event {
    uint32_t pid, parent;
    uint64_t time;
    bool end; /* it has ended; otherwise: it has begun */
};

struct members {
    struct member *list;
    size_t count, capacity;
    struct pid_map places;
    struct member_event *events;
    size_t event_count, event_capacity;
    uint32_t ended[MEMBERS_ENDED]; /* the last ones, of those that were not watched */
    unsigned next_ended;
    bool trees;       /* some are watched by their tree, and not by their cgroup */
    uint64_t unclear; /* processes of which it is not known whether they belong to a tree */
    bool no_memory;
};

/* A record that was there when /proc had been read. In any order. */
void members_note(struct members *members, const struct record *record);

/* What the beginning follows from, beside the records. */
struct beginning {
    const struct processes *before, *now; /* what /proc told before the watch began, and since */
    const uint32_t *roots;                /* the processes whose trees are watched */
    size_t root_count;
    bool (*is_first)(uint32_t pid); /* process_is_first */
};

/* No more of them: tells what there was when the watch began, and which of them are watched. */
void members_settle(struct members *members, const struct beginning *beginning);

/* Takes a record, in the order of time. */
void members_add(struct members *members, const struct record *record);

/* From here on process and those of its present descendants that /proc tells of are in the tree. */
void members_adopt(struct members *members, const struct processes *now, uint32_t root);

/* NULL when there is none. Valid until the next call that adds or removes one. */
struct member *members_find(const struct members *members, uint32_t pid);

/* As members_find, of one that asks for something; one that is missing is made. NULL: no memory. */
struct member *members_act(struct members *members, uint32_t pid);

/* One more, or one in the place of an older one of its number. NULL: no memory. */
struct member *members_put(struct members *members, const struct member *member);

/* As /proc told. */
void members_put_process(struct members *members, const struct process *process);

void members_remove(struct members *members, uint32_t pid);

bool member_is_watched(const struct member *member);

/* These credentials are the process's own. */
void member_add_cred(struct member *member, uint64_t cred);

bool member_has_cred(const struct member *member, uint64_t cred);

void members_free(struct members *members);

#endif
