/*
 * record - parses one record of perf's ring buffer (perf_event_open(2), "mmap layout"), in the
 * format that this program requests. Pure: bytes in, a value out. A record that is shorter than
 * its contents require is rejected.
 */
#ifndef CAPWRAP_LEARN_RECORD_H
#define CAPWRAP_LEARN_RECORD_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The user registers that distinguish one system call of a thread from another: the return address
 * of the call and the stack pointer (asm/perf_regs.h). 0: unknown for this architecture. */
#if defined(__x86_64__)
#define RECORD_REGISTERS (UINT64_C(1) << 7 | UINT64_C(1) << 8)
#define RECORD_REGS_USER PERF_SAMPLE_REGS_USER
#elif defined(__aarch64__)
#define RECORD_REGISTERS (UINT64_C(1) << 31 | UINT64_C(1) << 32)
#define RECORD_REGS_USER PERF_SAMPLE_REGS_USER
#else
#define RECORD_REGISTERS UINT64_C(0)
#define RECORD_REGS_USER 0U
#endif

/* What the kernel is asked to put into each sample and at the end of every other record. */
enum {
    RECORD_SAMPLE_TYPE =
        PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW
};

/* The place of a field in the data of an event; size 0: the event has no such field. */
struct field {
    unsigned offset, size;
};

/* The system calls by which a process changes its identity or its capability sets. */
enum call {
    CALL_SETUID,
    CALL_SETGID,
    CALL_SETREUID,
    CALL_SETREGID,
    CALL_SETRESUID,
    CALL_SETRESGID,
    CALL_SETFSUID,
    CALL_SETFSGID,
    CALL_SETGROUPS,
    CALL_CAPSET,
    CALL_PRCTL,
    CALLS
};

/* The name that tracefs and strace use. */
const char *record_call_name(enum call call);

enum record_kind {
    RECORD_CHECK,   /* cap_capable was called */
    RECORD_FORK,    /* process pid was created by parent, or a thread of pid was */
    RECORD_COMM,    /* the name of pid changed; exec: by execve */
    RECORD_END,     /* thread tid of pid has ended */
    RECORD_CALL,    /* tid makes this call with these arguments */
    RECORD_RETURN,  /* tid returns from this call with this value: only for capset and prctl */
    RECORD_FAILURE, /* tid returns from any call with this negative value */
    RECORD_CGROUP,  /* a cgroup was created: its ID, and its path in comm */
    RECORD_LOST,    /* this many records were dropped: no room in the buffer */
    RECORD_OTHER,
};

/* An event that is recorded in addition to cap_capable, identified by its number in the record. */
struct other_event {
    unsigned type;
    enum record_kind kind;
    enum call call;
};

enum { OTHER_EVENTS = CALLS + 3 };

/* The fields of a cap_capable event (trace/events/capability.h, or those of our kprobe), and the
 * additional events. Their layout is always the same: arguments, or the result, at offset 16. */
struct format {
    struct field cred, target_ns, capable_ns, cap, ret;
    bool cgroups; /* each sample ends with the cgroup of the process that caused it */
    struct other_event others[OTHER_EVENTS];
    size_t other_count;
};

enum { RECORD_PIDS = 1 << 22 }; /* the limit of process IDs: PID_MAX_LIMIT of 64-bit kernels */

enum check_result { RESULT_GRANTED, RESULT_REFUSED, RESULT_UNKNOWN };

struct record {
    enum record_kind kind;
    uint64_t time;
    uint32_t pid, tid, parent, parent_tid;
    bool exec;
    bool starting; /* a check by the process that will become the program, before its execve */
    const char *comm;
    uint64_t lost;
    /* of a check */
    unsigned cap;
    enum check_result result;
    /* kernel pointers, only to be compared; 0: unknown. capable_ns: the user namespace where the
     * capability was found; only if it was granted. */
    uint64_t cred, target_ns, capable_ns;
    const uint64_t *chain; /* innermost function first */
    size_t depth;
    /* of a check, a call, a return or a failure */
    uint64_t where;  /* distinguishes one system call of a thread from another; 0: unknown */
    uint64_t cgroup; /* in the hierarchy that perf uses; 0: unknown */
    enum call call;
    uint64_t args[3];
    int64_t value;
};

/* Parses an event's "format" file of tracefs. Returns 0, or -EPROTO if it has no field cap.
 */
int record_read_format(const char *text, struct format *format);

/* Parses a record. Pointers in *record point into the bytes, which start with a struct
 * perf_event_header and are aligned for it. Returns false if the record is incomplete. */
bool record_read(const struct format *format, const void *bytes, size_t size,
                 struct record *record);

#endif
