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

/* What the kernel is asked to put into each sample, and behind every other record. */
enum {
    RECORD_SAMPLE_TYPE =
        PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW
};

/* Where a field stands in what an event recorded; size 0: the event has none of that name. */
struct field {
    unsigned offset, size;
};

/* The fields of a cap_capable event (trace/events/capability.h, or those of our own kprobe). */
struct format {
    struct field cred, capable_ns, cap, ret;
};

enum record_kind {
    RECORD_CHECK, /* cap_capable was called */
    RECORD_FORK,  /* pid has begun, as parent is, or a thread of it */
    RECORD_COMM,  /* pid has this name now; exec: by execve */
    RECORD_LOST,  /* this many records found no room */
    RECORD_OTHER,
};

enum { RECORD_PIDS = 1 << 22 }; /* process ids are smaller: PID_MAX_LIMIT of 64-bit kernels */

enum check_result { RESULT_GRANTED, RESULT_REFUSED, RESULT_UNKNOWN };

struct record {
    enum record_kind kind;
    uint64_t time;
    uint32_t pid, tid, parent;
    bool exec;
    const char *comm;
    uint64_t lost;
    /* of a check */
    unsigned cap;
    enum check_result result;
    uint64_t cred, capable_ns; /* kernel pointers, to be compared and no more; 0 when not known */
    const uint64_t *chain;     /* innermost function first */
    size_t depth;
};

/* Reads the text of an event's "format" file in tracefs. Returns 0, or -EPROTO without a field cap.
 */
int record_read_format(const char *text, struct format *format);

/* Pointers in *record point into the bytes, which begin with a struct perf_event_header and are
 * aligned as it is. False when the record is not whole. */
bool record_read(const struct format *format, const void *bytes, size_t size,
                 struct record *record);

#endif
