/*
 * record - one record of perf's ring buffer (perf_event_open(2), "mmap layout"), as this program
 * asks for them. Pure: bytes in, a value out; a record that is too short for what it says is no
 * record.
 */
#ifndef CAPWRAP_LEARN_RECORD_H
#define CAPWRAP_LEARN_RECORD_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The user's registers that tell one system call of a thread from another: the address behind the
 * instruction, and the stack pointer (asm/perf_regs.h). 0: not known for this architecture. */
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

/* What the kernel is asked to put into each sample, and behind every other record. */
enum {
    RECORD_SAMPLE_TYPE =
        PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW
};

/* Where a field stands in what an event recorded; size 0: the event has none of that name. */
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

/* As tracefs and strace call it. */
const char *record_call_name(enum call call);

enum record_kind {
    RECORD_CHECK,   /* cap_capable was called */
    RECORD_FORK,    /* pid has begun, as parent is, or a thread of it */
    RECORD_COMM,    /* pid has this name now; exec: by execve */
    RECORD_END,     /* thread tid of pid has ended */
    RECORD_CALL,    /* tid makes this call, with these arguments */
    RECORD_RETURN,  /* tid comes back from this call, with this value: of capset and prctl alone */
    RECORD_FAILURE, /* tid comes back from any call, with this negative value */
    RECORD_CGROUP,  /* a cgroup was made: its number, and its path in comm */
    RECORD_LOST,    /* this many records found no room */
    RECORD_OTHER,
};

/* An event that is recorded beside cap_capable, told by its number in what it records. */
struct other_event {
    unsigned type;
    enum record_kind kind;
    enum call call;
};

enum { OTHER_EVENTS = CALLS + 3 };

/* The fields of a cap_capable event (trace/events/capability.h, or those of our own kprobe), and
 * the events beside it, whose layout is the same everywhere: arguments, or the result, at 16. */
struct format {
    struct field cred, target_ns, capable_ns, cap, ret;
    bool cgroups; /* behind each sample stands the cgroup of whoever made it */
    struct other_event others[OTHER_EVENTS];
    size_t other_count;
};

enum { RECORD_PIDS = 1 << 22 }; /* process ids are smaller: PID_MAX_LIMIT of 64-bit kernels */

enum check_result { RESULT_GRANTED, RESULT_REFUSED, RESULT_UNKNOWN };

struct record {
    enum record_kind kind;
    uint64_t time;
    uint32_t pid, tid, parent, parent_tid;
    bool exec;
    const char *comm;
    uint64_t lost;
    /* of a check */
    unsigned cap;
    enum check_result result;
    /* kernel pointers, to be compared and no more; 0 when not known. capable_ns: where the
     * capability was found, of one that was granted alone. */
    uint64_t cred, target_ns, capable_ns;
    const uint64_t *chain; /* innermost function first */
    size_t depth;
    /* of a check, a call, a return and a failure */
    uint64_t where;  /* tells one system call of a thread from another; 0: not known */
    uint64_t cgroup; /* of the hierarchy that perf uses; 0: not known */
    enum call call;
    uint64_t args[3];
    int64_t value;
};

/* Reads the text of an event's "format" file in tracefs. Returns 0, or -EPROTO without a field cap.
 */
int record_read_format(const char *text, struct format *format);

/* Pointers in *record point into the bytes, which begin with a struct perf_event_header and are
 * aligned as it is. False when the record is not whole. */
bool record_read(const struct format *format, const void *bytes, size_t size,
                 struct record *record);

#endif
