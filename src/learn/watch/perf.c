/*
 * The watch by perf_event_open(2): the checks of the whole machine, of which those of the program
 * are handed over. An event that follows one process and what it starts would have to be bound to a
 * processor all the same (only then it can be mapped), so that each fork would copy as many events
 * as there are processors; and the kernel takes it off a process that becomes undumpable.
 *
 * Each processor has a ring buffer, into which two events write.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "learn/watch/event_order.h"
#include "learn/watch/perf.h"
#include "learn/watch/process_tree.h"
#include "learn/watch/tracefs.h"

enum {
    FORMAT_LOST = 1U << 4, /* PERF_FORMAT_LOST, from Linux 6.0 on */
    PAGES_ALL = 4096,      /* for all rings, where there are few */
    PAGES_ENOUGH = 256,    /* for one, where there are many: ten milliseconds of checks in a row */
    PAGES_LEAST = 8,
    WAKE_AT = 1 << 17, /* bytes: early, so that there is room while we are waiting for our turn */
};

#define TEXT_OF(name) #name
#define TEXT(name)    TEXT_OF(name)

static const char STEP[] = "watch";

/* SYS_ADMIN is asked for whenever memory grows: some twenty times in an execve, and following the
 * callers takes most of what a check that is watched costs. The innermost six tell these checks
 * from others (noise.c), and reach as far as the system call where that is what asks. */
static const struct {
    const char *filter;
    uint16_t callers; /* 0: as many as the kernel gives */
} EVENTS[] = {
    {"cap != " TEXT(CAP_SYS_ADMIN), 0},
    {"cap == " TEXT(CAP_SYS_ADMIN), 6},
};

enum { EVENT_COUNT = sizeof EVENTS / sizeof EVENTS[0] };

struct ring {
    int events[EVENT_COUNT];           /* the ring is that of the first */
    struct perf_event_mmap_page *page; /* the head of the mapping, then the data */
    size_t size;                       /* of the data: a power of two */
    uint64_t lost; /* as the records tell, which a full buffer never ends with */
};

struct watch {
    struct tracefs tracefs;
    struct process_tree tree;
    struct ring *rings;
    size_t count;
    uint64_t read_format;
    struct event_order order; /* what has not been handed over yet */
};

/* ---- opening ---- */

static int open_event(const struct watch *watch, size_t event, int cpu) {
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof attr,
        .config = watch->tracefs.id,
        .sample_period = 1,
        .sample_type = RECORD_SAMPLE_TYPE,
        .read_format = watch->read_format,
        .exclude_callchain_user = 1,
        .sample_max_stack = EVENTS[event].callers,
        .comm = event == 0,
        .comm_exec = event == 0,
        .task = event == 0,
        .sample_id_all = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .watermark = 1,
        .wakeup_watermark = WAKE_AT,
    };

    int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, EVENTS[event].filter) == 0)
        return fd;
    int error = errno;
    (void)close(fd);
    return -error;
}

static void unmap_ring(struct ring *ring) {
    if (ring->page != NULL)
        (void)munmap(ring->page, ring->size + (size_t)sysconf(_SC_PAGESIZE));
    ring->page = NULL;
}

static int map_ring(struct ring *ring, size_t pages) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    void *map =
        mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->events[0], 0);
    if (map == MAP_FAILED)
        return -errno;
    ring->page = map;
    ring->size = pages * page;
    return 0;
}

/* As many pages for each as the kernel lets this user lock, up to what is hardly ever lost. */
static int map_rings(struct watch *watch) {
    size_t most = PAGES_ALL;
    int error = 0;

    while (most > PAGES_ENOUGH && most * watch->count > PAGES_ALL)
        most /= 2;
    for (size_t pages = most; pages >= PAGES_LEAST; pages /= 2) {
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

/* From now on the other events write into the ring of the first. */
static int join_events(const struct watch *watch) {
    for (size_t i = 0; i < watch->count; i++) {
        const int *events = watch->rings[i].events;
        for (size_t event = 1; event < EVENT_COUNT; event++)
            if (ioctl(events[event], PERF_EVENT_IOC_SET_OUTPUT, events[0]) != 0)
                return -errno;
    }
    return 0;
}

static void close_events(const struct ring *ring) {
    for (size_t event = 0; event < EVENT_COUNT; event++)
        if (ring->events[event] >= 0)
            (void)close(ring->events[event]);
}

static int open_ring(struct watch *watch, int cpu) {
    struct ring ring = {.events = {-1, -1}};

    for (size_t event = 0; event < EVENT_COUNT; event++) {
        int fd = open_event(watch, event, cpu);
        if (fd == -EINVAL && watch->read_format != 0) {
            watch->read_format = 0; /* before Linux 6.0 */
            fd = open_event(watch, event, cpu);
        }
        if (fd < 0) {
            close_events(&ring);
            return fd == -ENODEV ? 0 : fd; /* a processor that is switched off */
        }
        ring.events[event] = fd;
    }
    watch->rings[watch->count++] = ring;
    return 0;
}

static int refuse(struct fail *f, int error) {
    const char *hint = "run it as root, or learn without watching: --no-trace";

    if (error == -EACCES || error == -EPERM)
        return error_set(
            f, STEP, error, hint,
            "perf_event_open: it takes CAP_PERFMON, or SYS_ADMIN before Linux 5.8, and "
            "a seccomp filter (Docker's for one) may refuse it to root");
    return error_set(f, STEP, error, hint, "perf_event_open");
}

static int open_rings(struct watch *watch) {
    long processors = sysconf(_SC_NPROCESSORS_CONF);

    watch->rings = calloc(processors > 0 ? (size_t)processors : 1, sizeof watch->rings[0]);
    if (watch->rings == NULL)
        return -ENOMEM;
    for (int cpu = 0; cpu < processors; cpu++) {
        int error = open_ring(watch, cpu);
        if (error != 0)
            return error;
    }
    int error = watch->count > 0 ? map_rings(watch) : -ENODEV;
    return error == 0 ? join_events(watch) : error;
}

struct watch *watch_open(pid_t pid, struct fail *f) {
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL || process_tree_begin(&watch->tree, pid) != 0) {
        (void)error_set(f, STEP, ENOMEM, "raise the memory limit", "the watch");
        free(watch);
        return NULL;
    }
    watch->read_format = FORMAT_LOST;
    if (tracefs_find(&watch->tracefs, f) == 0) {
        int error = open_rings(watch);
        if (error == 0) {
            tracefs_in_use(&watch->tracefs);
            return watch;
        }
        (void)refuse(f, error);
    }
    watch_close(watch);
    return NULL;
}

bool watch_is_kprobe(const struct watch *watch) { return watch->tracefs.probe[0] != '\0'; }

size_t watch_polls(const struct watch *watch, size_t capacity, struct pollfd *polls) {
    size_t count = watch->count < capacity ? watch->count : capacity;

    for (size_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = watch->rings[i].events[0], .events = POLLIN};
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

/* Takes a copy of the record at that position, and returns its size or an error. */
static int hold(struct watch *watch, struct ring *ring, uint64_t position) {
    struct perf_event_header header;
    struct record record;

    void *bytes = event_order_reserve(&watch->order);
    if (bytes == NULL)
        return -ENOMEM;
    copy(ring, position, sizeof header, &header);
    if (header.size < sizeof header)
        return -EPROTO;
    copy(ring, position, header.size, bytes);
    if (record_read(&watch->tracefs.format, bytes, header.size, &record)) {
        ring->lost += record.lost;
        event_order_add(&watch->order, record.time, header.size);
    }
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

/* What takes the records of a watch. */
struct hand {
    struct watch *watch;
    const struct watch_sink *sink;
};

static void hand_over(void *context, const void *bytes, size_t size) {
    const struct hand *hand = context;
    struct record record;

    if (record_read(&hand->watch->tracefs.format, bytes, size, &record) &&
        process_tree_add(&hand->watch->tree, &record))
        hand->sink->take(hand->sink->context, &record);
}

int watch_drain(struct watch *watch, bool last, const struct watch_sink *sink) {
    /* A record of one processor may be found in the round after that of a later one of another.
     * What is older than a round, and a little, is all in it. */
    const uint64_t little = 1000000;
    struct hand hand = {.watch = watch, .sink = sink};
    uint64_t begin = now();
    int error = 0;

    for (size_t i = 0; i < watch->count && error == 0; i++)
        error = empty(watch, &watch->rings[i]);
    event_order_flush(&watch->order, last ? UINT64_MAX : begin - little, hand_over, &hand);
    return error;
}

/* Records of losses are written when there is room again, which may be never; the count that
 * read(2) gives is complete. */
uint64_t watch_lost(const struct watch *watch) {
    uint64_t lost = 0;

    for (size_t i = 0; i < watch->count; i++) {
        lost += watch->read_format == 0 ? watch->rings[i].lost : 0;
        for (size_t event = 0; event < EVENT_COUNT && watch->read_format != 0; event++) {
            uint64_t values[2]; /* the number of checks, and of records lost */
            if (read(watch->rings[i].events[event], values, sizeof values) > 0)
                lost += values[1];
        }
    }
    return lost;
}

void watch_close(struct watch *watch) {
    if (watch == NULL)
        return;
    for (size_t i = 0; i < watch->count; i++) {
        unmap_ring(&watch->rings[i]);
        close_events(&watch->rings[i]);
    }
    tracefs_release(&watch->tracefs);
    process_tree_free(&watch->tree);
    event_order_free(&watch->order);
    free(watch->rings);
    free(watch);
}
