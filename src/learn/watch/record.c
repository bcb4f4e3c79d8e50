#include "learn/watch/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *record_call_name(enum call call) {
    static const char *const names[CALLS] = {
        "setuid",   "setgid",   "setreuid",  "setregid", "setresuid", "setresgid",
        "setfsuid", "setfsgid", "setgroups", "capset",   "prctl",
    };

    return names[call];
}

/* ---- the format of an event ---- */

/* Reads the number after a word; returns false if the line does not contain the word. */
static bool number_behind(const char *line, size_t length, const char *word, unsigned *number) {
    const char *found = memmem(line, length, word, strlen(word));

    if (found == NULL)
        return false;
    *number = (unsigned)strtoul(found + strlen(word), NULL, 10);
    return true;
}

/* Parses a line: "\tfield:int cap;\toffset:32;\tsize:4;\tsigned:1;" */
static void read_field(const char *line, size_t length, const char *name, struct field *field) {
    char ending[32];
    struct field found;

    (void)snprintf(ending, sizeof ending, " %s;\toffset:", name);
    if (number_behind(line, length, ending, &found.offset) &&
        number_behind(line, length, ";\tsize:", &found.size))
        *field = found;
}

int record_read_format(const char *text, struct format *format) {
    memset(format, 0, sizeof *format);
    while (text[0] != '\0') {
        size_t length = strcspn(text, "\n");
        read_field(text, length, "cred", &format->cred);
        read_field(text, length, "target_ns", &format->target_ns);
        read_field(text, length, "capable_ns", &format->capable_ns);
        read_field(text, length, "cap", &format->cap);
        read_field(text, length, "ret", &format->ret);
        text += length + (text[length] == '\n');
    }
    return format->cap.size == sizeof(uint32_t) ? 0 : -EPROTO;
}

/* ---- records ---- */

/* The part of a record that is still to be read. */
struct bytes {
    const unsigned char *next;
    size_t left;
    bool whole; /* no read went beyond the end */
};

static const void *take(struct bytes *bytes, size_t size) {
    const void *here = bytes->next;

    if (size > bytes->left) {
        bytes->whole = false;
        return NULL;
    }
    bytes->next += size;
    bytes->left -= size;
    return here;
}

static uint64_t take_number(struct bytes *bytes, size_t size) {
    uint32_t narrow = 0;
    uint64_t wide = 0;
    const void *here = take(bytes, size);

    if (here == NULL)
        return 0;
    if (size == sizeof wide)
        memcpy(&wide, here, sizeof wide);
    else
        memcpy(&narrow, here, sizeof narrow);
    return size == sizeof wide ? wide : narrow;
}

static uint32_t take_32(struct bytes *bytes) {
    return (uint32_t)take_number(bytes, sizeof(uint32_t));
}

static uint64_t take_64(struct bytes *bytes) { return take_number(bytes, sizeof(uint64_t)); }

static uint64_t value_of(struct bytes raw, struct field field) {
    if (field.size == 0)
        return 0;
    (void)take(&raw, field.offset);
    return take_number(&raw, field.size == sizeof(uint64_t) ? field.size : sizeof(uint32_t));
}

/* Reads the data of the event itself. */
static bool read_check(const struct format *format, struct bytes raw, struct record *record) {
    if (raw.left < (size_t)format->cap.offset + format->cap.size)
        return false;
    record->kind = RECORD_CHECK;
    record->cap = (unsigned)value_of(raw, format->cap);
    record->cred = value_of(raw, format->cred);
    record->target_ns = value_of(raw, format->target_ns);
    record->capable_ns = value_of(raw, format->capable_ns);
    if (format->ret.size == 0)
        record->result = RESULT_UNKNOWN;
    else
        record->result = value_of(raw, format->ret) == 0 ? RESULT_GRANTED : RESULT_REFUSED;
    return true;
}

/* Arguments or return value: they follow the number of the call, for every call. */
static bool read_call(const struct other_event *event, struct bytes raw, struct record *record) {
    enum { NUMBERS_BEFORE = 16 };

    record->kind = event->kind;
    record->call = event->call;
    (void)take(&raw, NUMBERS_BEFORE);
    if (event->kind != RECORD_CALL) {
        record->value = (int64_t)take_64(&raw);
        return raw.whole;
    }
    for (size_t i = 0; i < sizeof record->args / sizeof record->args[0]; i++)
        record->args[i] = raw.left >= sizeof(uint64_t) ? take_64(&raw) : 0; /* some have fewer */
    return raw.whole;
}

/* The first two bytes are the number of the event. */
static bool read_event(const struct format *format, struct bytes raw, struct record *record) {
    uint16_t type = 0;

    if (raw.left >= sizeof type)
        memcpy(&type, raw.next, sizeof type);
    for (size_t i = 0; i < format->other_count; i++)
        if (format->others[i].type == type)
            return read_call(&format->others[i], raw, record);
    return read_check(format, raw, record);
}

/* The user registers; a kernel thread has none. */
static uint64_t read_where(struct bytes *bytes) {
    const uint64_t mix = UINT64_C(0x9e3779b97f4a7c15);

    if (RECORD_REGISTERS == 0 || bytes->left < sizeof(uint64_t) || take_64(bytes) == 0 ||
        bytes->left < 2 * sizeof(uint64_t))
        return 0;
    uint64_t first = take_64(bytes);
    uint64_t where = (first * mix) ^ take_64(bytes);
    return where == 0 ? 1 : where;
}

static bool read_sample(const struct format *format, struct bytes *bytes, struct record *record) {
    record->pid = take_32(bytes);
    record->tid = take_32(bytes);
    record->time = take_64(bytes);
    uint64_t depth = take_64(bytes);
    if (depth > bytes->left / sizeof record->chain[0])
        return false;
    record->depth = (size_t)depth;
    record->chain = take(bytes, record->depth * sizeof record->chain[0]);
    struct bytes raw = {.left = take_32(bytes), .whole = true};
    raw.next = take(bytes, raw.left);
    if (!bytes->whole)
        return false;
    record->where = read_where(bytes);
    record->cgroup = format->cgroups ? take_64(bytes) : 0;
    if (!bytes->whole)
        return false;
    return read_event(format, raw, record);
}

/* The end of every record that is not a sample: TID and TIME. */
static void read_time(struct bytes *bytes, struct record *record) {
    const size_t behind = 2 * sizeof(uint64_t);

    if (bytes->left < behind) {
        bytes->whole = false;
        return;
    }
    bytes->next += bytes->left - sizeof(uint64_t);
    bytes->left = sizeof(uint64_t);
    record->time = take_64(bytes);
}

static void read_task(struct bytes *bytes, struct record *record) {
    record->pid = take_32(bytes);
    record->parent = take_32(bytes);
    record->tid = take_32(bytes);
    record->parent_tid = take_32(bytes);
}

static void read_comm(struct bytes *bytes, bool exec, struct record *record) {
    record->pid = take_32(bytes);
    record->tid = take_32(bytes);
    record->comm = (const char *)bytes->next;
    record->exec = exec;
    bytes->whole &= memchr(bytes->next, '\0', bytes->left) != NULL;
}

bool record_read(const struct format *format, const void *bytes, size_t size,
                 struct record *record) {
    struct bytes left = {.next = bytes, .left = size, .whole = true};
    struct perf_event_header header;

    memset(record, 0, sizeof *record);
    record->kind = RECORD_OTHER;
    const void *head = take(&left, sizeof header);
    if (head == NULL)
        return false;
    memcpy(&header, head, sizeof header);
    switch (header.type) {
    case PERF_RECORD_SAMPLE:
        return read_sample(format, &left, record);
    case PERF_RECORD_FORK:
        record->kind = RECORD_FORK;
        read_task(&left, record);
        break;
    case PERF_RECORD_EXIT:
        record->kind = RECORD_END;
        read_task(&left, record);
        break;
    case PERF_RECORD_COMM:
        record->kind = RECORD_COMM;
        read_comm(&left, (header.misc & PERF_RECORD_MISC_COMM_EXEC) != 0, record);
        break;
    case PERF_RECORD_CGROUP:
        record->kind = RECORD_CGROUP;
        record->cgroup = take_64(&left);
        record->comm = (const char *)left.next;
        left.whole &= memchr(left.next, '\0', left.left) != NULL;
        break;
    case PERF_RECORD_LOST:
        record->kind = RECORD_LOST;
        (void)take_64(&left);
        record->lost = take_64(&left);
        break;
    default:
        break;
    }
    read_time(&left, record);
    return left.whole;
}
