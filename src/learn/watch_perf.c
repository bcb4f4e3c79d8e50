/*
 * The watch by perf_event_open(2): one event for each processor, because an event that is inherited
 * by children can be mapped only if it is bound to one. Each has a ring buffer, that of the parent
 * for all.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "learn/tracefs.h"
#include "learn/watch.h"

enum {
    FORMAT_LOST = 1U << 4, /* PERF_FORMAT_LOST, from Linux 6.0 on */
    PAGES_MOST = 256,      /* a ring: half a million checks in a row without loss */
    PAGES_LEAST = 8,
    WAKE_AT = 1 << 17,   /* bytes: early, so that there is room while we are waiting for our turn */
    RECORD_MOST = 65536, /* header.size has 16 bits */
};

static const char STEP[] = "watch";

struct ring {
    int fd;
    struct perf_event_mmap_page *page; /* the head of the mapping, then the data */
    size_t size;                       /* of the data: a power of two */
    uint64_t lost; /* as the records tell, which a full buffer never ends with */
};

/* A copy of a record that has not been handed over: where in bytes, which is the order of arrival.
 */
struct held {
    uint64_t time;
    size_t offset, size;
};

struct watch {
    struct tracefs tracefs;
    struct ring *rings;
    size_t count;
    uint64_t read_format;
    struct held *held;
    size_t held_count, held_capacity;
    unsigned char *bytes;
    size_t bytes_used, bytes_capacity;
};

/* ---- opening ---- */

static int open_event(const struct watch *watch, pid_t pid, int cpu) {
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof attr,
        .config = watch->tracefs.id,
        .sample_period = 1,
        .sample_type = RECORD_SAMPLE_TYPE,
        .read_format = watch->read_format,
        .disabled = 1,
        .enable_on_exec = 1,
        .inherit = 1,
        .exclude_callchain_user = 1,
        .comm = 1,
        .comm_exec = 1,
        .task = 1,
        .sample_id_all = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .watermark = 1,
        .wakeup_watermark = WAKE_AT,
    };

    int fd = (int)syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static void unmap_ring(struct ring *ring) {
    if (ring->page != NULL)
        (void)munmap(ring->page, ring->size + (size_t)sysconf(_SC_PAGESIZE));
    ring->page = NULL;
}

static int map_ring(struct ring *ring, size_t pages) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    void *map = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    ring->page = map;
    ring->size = pages * page;
    return 0;
}

/* As many pages for each as the kernel lets this user lock, up to what is never lost. */
static int map_rings(struct watch *watch) {
    int error = 0;

    for (size_t pages = PAGES_MOST; pages >= PAGES_LEAST; pages /= 2) {
        error = 0;
        for (size_t i = 0; i < watch->count && error == 0; i++)
            error = map_ring(&watch->rings[i], pages);
        if (error != -EPERM && error != -ENOMEM)
            return error;
        for (size_t i = 0; i < watch->count; i++)
            unmap_ring(&watch->rings[i]);
    }
    return error;
}

static int open_ring(struct watch *watch, pid_t pid, int cpu) {
    struct ring *ring = &watch->rings[watch->count];

    *ring = (struct ring){.fd = open_event(watch, pid, cpu)};
    if (ring->fd == -EINVAL && watch->read_format != 0) {
        watch->read_format = 0; /* before Linux 6.0 */
        ring->fd = open_event(watch, pid, cpu);
    }
    if (ring->fd == -ENODEV)
        return 0; /* a processor that is switched off */
    if (ring->fd < 0)
        return ring->fd;
    watch->count++;
    return 0;
}

static int refuse(struct failure *failure, int error) {
    const char *hint = "run it as root, or learn without watching: --no-trace";

    if (error == -EACCES || error == -EPERM)
        return failure_set(
            failure, STEP, error, hint,
            "perf_event_open: it takes CAP_PERFMON, or SYS_ADMIN before Linux 5.8, and "
            "a seccomp filter (Docker's for one) may refuse it to root");
    return failure_set(failure, STEP, error, hint, "perf_event_open");
}

static int open_rings(struct watch *watch, pid_t pid) {
    long processors = sysconf(_SC_NPROCESSORS_CONF);

    watch->rings = calloc(processors > 0 ? (size_t)processors : 1, sizeof watch->rings[0]);
    if (watch->rings == NULL)
        return -ENOMEM;
    for (int cpu = 0; cpu < processors; cpu++) {
        int error = open_ring(watch, pid, cpu);
        if (error != 0)
            return error;
    }
    return watch->count > 0 ? map_rings(watch) : -ENODEV;
}

struct watch *watch_open(pid_t pid, struct failure *failure) {
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL) {
        (void)failure_set(failure, STEP, ENOMEM, "raise the memory limit", "the watch");
        return NULL;
    }
    watch->read_format = FORMAT_LOST;
    if (tracefs_find(&watch->tracefs, failure) == 0) {
        int error = open_rings(watch, pid);
        if (error == 0) {
            tracefs_in_use(&watch->tracefs);
            return watch;
        }
        (void)refuse(failure, error);
    }
    watch_close(watch);
    return NULL;
}

bool watch_is_kprobe(const struct watch *watch) { return watch->tracefs.probe[0] != '\0'; }

size_t watch_polls(const struct watch *watch, size_t capacity, struct pollfd *polls) {
    size_t count = watch->count < capacity ? watch->count : capacity;

    for (size_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = watch->rings[i].fd, .events = POLLIN};
    return count;
}

/* ---- reading ---- */

static uint64_t now(void) {
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

/* Copies size bytes from a position of the ring, which may go around its end. */
static void copy(const struct ring *ring, uint64_t position, size_t size, void *to) {
    const unsigned char *data = (const unsigned char *)ring->page + ring->page->data_offset;
    size_t start = position & (ring->size - 1);
    size_t first = size < ring->size - start ? size : ring->size - start;

    memcpy(to, data + start, first);
    memcpy((unsigned char *)to + first, data, size - first);
}

/* Makes room for one more record of at most RECORD_MOST bytes. */
static int reserve(struct watch *watch) {
    if (watch->held_count == watch->held_capacity) {
        size_t capacity = watch->held_capacity * 2 + 1024;
        struct held *held = realloc(watch->held, capacity * sizeof *held);
        if (held == NULL)
            return -ENOMEM;
        watch->held = held;
        watch->held_capacity = capacity;
    }
    if (watch->bytes_used + RECORD_MOST > watch->bytes_capacity) {
        size_t capacity = watch->bytes_capacity * 2 + RECORD_MOST;
        unsigned char *bytes = realloc(watch->bytes, capacity);
        if (bytes == NULL)
            return -ENOMEM;
        watch->bytes = bytes;
        watch->bytes_capacity = capacity;
    }
    return 0;
}

/* Takes a copy of the record at that position, and returns its size or an error. */
static int hold(struct watch *watch, struct ring *ring, uint64_t position) {
    struct perf_event_header header;
    struct record record;

    int error = reserve(watch);
    if (error != 0)
        return error;
    copy(ring, position, sizeof header, &header);
    if (header.size < sizeof header)
        return -EPROTO;
    unsigned char *bytes = watch->bytes + watch->bytes_used;
    copy(ring, position, header.size, bytes);
    if (!record_read(&watch->tracefs.format, bytes, header.size, &record))
        return header.size;
    ring->lost += record.lost;
    watch->held[watch->held_count++] = (struct held){record.time, watch->bytes_used, header.size};
    watch->bytes_used += header.size; /* a multiple of 8, so that all are aligned */
    return header.size;
}

static int empty(struct watch *watch, struct ring *ring) {
    uint64_t head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
    uint64_t tail = ring->page->data_tail;
    int size = 0;

    while (tail < head && size >= 0) {
        size = hold(watch, ring, tail);
        tail += size > 0 ? (uint64_t)size : 0;
    }
    __atomic_store_n(&ring->page->data_tail, tail, __ATOMIC_RELEASE);
    return size < 0 ? size : 0;
}

static int by_offset(const void *a, const void *b) {
    const struct held *left = a, *right = b;

    return (left->offset > right->offset) - (left->offset < right->offset);
}

static int by_time(const void *a, const void *b) {
    const struct held *left = a, *right = b;

    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return by_offset(a, b);
}

/* Drops the first `done`, and moves the bytes of the others to the front. */
static void keep_rest(struct watch *watch, size_t done) {
    watch->held_count -= done;
    watch->bytes_used = 0;
    memmove(watch->held, watch->held + done, watch->held_count * sizeof watch->held[0]);
    qsort(watch->held, watch->held_count, sizeof watch->held[0], by_offset);
    for (size_t i = 0; i < watch->held_count; i++) {
        struct held *held = &watch->held[i];
        memmove(watch->bytes + watch->bytes_used, watch->bytes + held->offset, held->size);
        held->offset = watch->bytes_used;
        watch->bytes_used += held->size;
    }
}

/* Hands over the records before `end`, and keeps the rest for the next time. */
static void hand_over(struct watch *watch, uint64_t end, const struct watch_taker *taker) {
    size_t done = 0;

    if (watch->held_count == 0)
        return;
    qsort(watch->held, watch->held_count, sizeof watch->held[0], by_time);
    for (; done < watch->held_count && watch->held[done].time < end; done++) {
        const struct held *held = &watch->held[done];
        struct record record;
        if (record_read(&watch->tracefs.format, watch->bytes + held->offset, held->size, &record))
            taker->take(taker->context, &record);
    }
    keep_rest(watch, done);
}

int watch_drain(struct watch *watch, bool last, const struct watch_taker *taker) {
    /* A record of one processor may be found in the round after that of a later one of another.
     * What is older than a round, and a little, is all in it. */
    const uint64_t little = 1000000;
    uint64_t begin = now();
    int error = 0;

    for (size_t i = 0; i < watch->count && error == 0; i++)
        error = empty(watch, &watch->rings[i]);
    hand_over(watch, last ? UINT64_MAX : begin - little, taker);
    return error;
}

/* Records of losses are written when there is room again, which may be never; the count that
 * read(2) gives is complete. */
uint64_t watch_lost(const struct watch *watch) {
    uint64_t lost = 0;

    for (size_t i = 0; i < watch->count; i++) {
        uint64_t values[2] = {0}; /* the number of events, and of those lost */
        bool told = watch->read_format != 0 &&
                    read(watch->rings[i].fd, values, sizeof values) == (ssize_t)sizeof values;
        lost += told ? values[1] : watch->rings[i].lost;
    }
    return lost;
}

void watch_close(struct watch *watch) {
    if (watch == NULL)
        return;
    for (size_t i = 0; i < watch->count; i++) {
        unmap_ring(&watch->rings[i]);
        (void)close(watch->rings[i].fd);
    }
    tracefs_release(&watch->tracefs);
    free(watch->rings);
    free(watch->held);
    free(watch->bytes);
    free(watch);
}
