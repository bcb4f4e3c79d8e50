/*
 * Watches by perf_event_open(2): it records the checks of the whole machine and passes on those of
 * the program. An event that follows one process and its descendants would still have to be bound
 * to a processor (otherwise it cannot be mapped), so each fork would copy as many events as there
 * are processors; and the kernel removes such an event from a process that becomes undumpable.
 *
 * Each processor has a ring buffer, to which all its events write.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "learn/clock.h"
#include "learn/file.h"
#include "learn/watch/event_order.h"
#include "learn/watch/perf.h"
#include "learn/watch/process_tree.h"
#include "learn/watch/tracefs.h"

enum {
    FORMAT_LOST = 1U << 4, /* PERF_FORMAT_LOST, Linux 6.0 and later */
    PAGES_ALL = 4096,      /* for all rings together, if there are few */
    PAGES_ENOUGH = 256,    /* for each, if there are many: ten milliseconds of continuous checks */
    PAGES_LEAST = 8,
    WAKE_AT = 1 << 17, /* bytes: early, so that room is left until this process is scheduled */
};

#define TEXT_OF(name) #name
#define TEXT(name)    TEXT_OF(name)

static const char STEP[] = "watch";

/* How much is recorded. The kernel checks SYS_ADMIN whenever memory grows, some twenty times in an
 * execve, and recording the callers is most of the cost of a recorded check. The innermost few
 * callers are enough to recognise these checks (noise.c). They reach the system call if the call
 * itself makes the check. */
enum { CALLERS_OF_ADMIN = 8, NO_CALLERS = 1, EVENT_MOST = 2 + OTHER_EVENTS };

struct event {
    uint64_t id; /* the ID for perf_event_open(2) */
    const char *filter;
    uint16_t callers; /* 0: as many as the kernel records */
};

struct ring {
    int events[EVENT_MOST];            /* the first one owns the ring */
    struct perf_event_mmap_page *page; /* the head of the mapping, then the data */
    size_t size;                       /* of the data: a power of two */
    uint64_t lost; /* from the records of losses, which a full buffer does not get */
};

struct watch {
    struct tracefs tracefs;
    struct process_tree tree;
    struct event events[EVENT_MOST];
    size_t event_count;
    bool calls;
    bool everything;      /* of all processes */
    size_t failures;      /* the index of that event; 0: none */
    uint64_t lost_before; /* before this run began */
    struct ring *rings;
    size_t count;
    uint64_t read_format;
    struct event_order order; /* what has not been passed on yet */
    uint64_t flushed;         /* the last time that records were passed on; nanoseconds */
};

/* ---- what is recorded ---- */

static void add_event(struct watch *watch, uint64_t id, const char *filter, uint16_t callers) {
    watch->events[watch->event_count++] = (struct event){id, filter, callers};
}

/* Adds an event other than the checks; its number identifies its records. */
static int add_other(struct watch *watch, const char *name, struct other_event other,
                     const char *filter) {
    struct format *format = &watch->tracefs.format;

    int error = tracefs_event(&watch->tracefs, name, &other.type);
    if (error != 0)
        return error;
    format->others[format->other_count++] = other;
    add_event(watch, other.type, filter, NO_CALLERS);
    return 0;
}

/* Of prctl: PR_SET_KEEPCAPS, PR_CAPBSET_DROP, PR_SET_SECUREBITS, PR_CAP_AMBIENT. */
static const char PRCTL[] = "option == 8 || option == 24 || option == 28 || option == 47";

/* For other calls, whether the capability was refused shows whether the call succeeded. */
static bool has_return(unsigned call) { return call == CALL_CAPSET || call == CALL_PRCTL; }

static int add_calls(struct watch *watch) {
    int error = 0;

    for (unsigned call = 0; call < CALLS && error == 0; call++) {
        char name[64];
        (void)snprintf(name, sizeof name, "syscalls/sys_enter_%s", record_call_name(call));
        error = add_other(watch, name, (struct other_event){0, RECORD_CALL, call},
                          call == CALL_PRCTL ? PRCTL : NULL);
        (void)snprintf(name, sizeof name, "syscalls/sys_exit_%s", record_call_name(call));
        if (error == 0 && has_return(call))
            error = add_other(watch, name, (struct other_event){0, RECORD_RETURN, call}, NULL);
    }
    return error;
}

/* Without CONFIG_FTRACE_SYSCALLS only the checks are recorded. */
static int choose_events(struct watch *watch, bool failures) {
    const struct tracefs *tracefs = &watch->tracefs;

    add_event(watch, tracefs->id, "cap != " TEXT(CAP_SYS_ADMIN), 0);
    add_event(watch, tracefs->id, "cap == " TEXT(CAP_SYS_ADMIN), CALLERS_OF_ADMIN);
    int error = add_calls(watch);
    watch->calls = error == 0;
    if (error == 0 && failures) {
        watch->failures = watch->event_count;
        error = add_other(watch, "raw_syscalls/sys_exit",
                          (struct other_event){.kind = RECORD_FAILURE}, "ret < 0");
    }
    return error == -ENOENT ? 0 : error;
}

/* ---- opening ---- */

/* ioctl(2): in musl its request is an int, too small for the requests of some architectures. */
static int control(int fd, unsigned long request, unsigned long argument) {
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

static int open_event(const struct watch *watch, size_t number, int cpu) {
    const struct event *event = &watch->events[number];
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof attr,
        .config = event->id,
        .disabled = 1,
        .sample_period = 1,
        .sample_type = RECORD_SAMPLE_TYPE | RECORD_REGS_USER |
                       (watch->tracefs.format.cgroups ? PERF_SAMPLE_CGROUP : 0U),
        .read_format = watch->read_format,
        .exclude_callchain_user = 1,
        .sample_max_stack = event->callers,
        .sample_regs_user = RECORD_REGISTERS,
        .comm = number == 0,
        .comm_exec = number == 0,
        .task = number == 0,
        .cgroup = number == 0 && watch->tracefs.format.cgroups,
        .sample_id_all = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .watermark = 1,
        .wakeup_watermark = WAKE_AT,
    };

    int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (event->filter == NULL ||
        control(fd, PERF_EVENT_IOC_SET_FILTER, (uintptr_t)event->filter) == 0)
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

/* Maps as many pages per ring as the kernel lets this user lock, up to a size that rarely
 * overflows. */
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

/* From now on the other events write to the ring of the first one. */
static int join_events(const struct watch *watch) {
    for (size_t i = 0; i < watch->count; i++) {
        const int *events = watch->rings[i].events;
        for (size_t event = 1; event < watch->event_count; event++)
            if (control(events[event], PERF_EVENT_IOC_SET_OUTPUT, (unsigned long)events[0]) != 0)
                return -errno;
    }
    return 0;
}

static void close_events(const struct ring *ring) {
    for (size_t event = 0; event < EVENT_MOST; event++)
        if (ring->events[event] >= 0)
            (void)close(ring->events[event]);
}

static int open_ring(struct watch *watch, int cpu) {
    struct ring ring = {.page = NULL};

    for (size_t event = 0; event < EVENT_MOST; event++)
        ring.events[event] = -1;
    for (size_t event = 0; event < watch->event_count; event++) {
        int fd = open_event(watch, event, cpu);
        if (fd == -EINVAL && watch->read_format != 0) {
            watch->read_format = 0; /* before Linux 6.0 */
            fd = open_event(watch, event, cpu);
        }
        if (fd < 0) {
            close_events(&ring);
            return fd == -ENODEV ? 0 : fd; /* a processor that is offline */
        }
        ring.events[event] = fd;
    }
    watch->rings[watch->count++] = ring;
    return 0;
}

/* What users without these capabilities may watch; the string includes a newline. */
static const char *paranoid(void) {
    static char text[16];

    if (file_read("/proc/sys/kernel/perf_event_paranoid", sizeof text, text) <= 0)
        return "not known";
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static int refuse(struct fail *f, int error) {
    static const char hint[] = "run it as root on the host, or learn without watching: --no-trace";

    if (error == -EACCES)
        return error_set(f, STEP, error, hint,
                         "perf_event_open: it requires CAP_PERFMON, or SYS_ADMIN before Linux 5.8 "
                         "(kernel.perf_event_paranoid is %.8s)",
                         paranoid());
    if (error == -EPERM)
        return error_set(
            f, STEP, error, hint,
            "perf_event_open: it requires CAP_PERFMON, or SYS_ADMIN before Linux 5.8, and "
            "a seccomp filter (for example Docker's) may block it even for root");
    if (error == -EMFILE || error == -ENFILE)
        return error_set(f, STEP, error, "raise the limit of open files: ulimit -Hn",
                         "perf_event_open: a watch needs %d open files for each processor",
                         EVENT_MOST);
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

struct rlimit watch_raise_limit(void) {
    struct rlimit before = {0}, raised;

    if (getrlimit(RLIMIT_NOFILE, &before) == 0) {
        raised = (struct rlimit){before.rlim_max, before.rlim_max};
        (void)setrlimit(RLIMIT_NOFILE, &raised);
    }
    return before;
}

static int refuse_open(const struct watch *watch, int error, struct fail *f) {
    if (error == -EINVAL && watch->tracefs.format.cgroups)
        return error_set(f, STEP, error, "watch by --pid, which needs no cgroups",
                         "perf_event_open: this kernel does not record the cgroup of a check (it "
                         "requires Linux 5.7 with CONFIG_CGROUP_PERF)");
    return refuse(f, error);
}

struct watch *watch_open(const struct watch_events *events, struct fail *f) {
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL) {
        (void)error_set(f, STEP, ENOMEM, "raise the memory limit", "the watch");
        return NULL;
    }
    watch->read_format = FORMAT_LOST;
    if (tracefs_find(&watch->tracefs, f) == 0) {
        watch->tracefs.format.cgroups = events->cgroups;
        int error = choose_events(watch, events->failures);
        if (error == 0)
            error = open_rings(watch);
        if (error == 0) {
            tracefs_in_use(&watch->tracefs);
            return watch;
        }
        (void)refuse_open(watch, error, f);
    }
    watch_close(watch);
    return NULL;
}

/* Switches one event on one processor after the other. */
static int switch_event(const struct watch *watch, size_t event, unsigned long how) {
    for (size_t i = 0; i < watch->count; i++)
        if (control(watch->rings[i].events[event], how, 0) != 0)
            return -errno;
    return 0;
}

static int switch_events(const struct watch *watch, unsigned long how, bool failures) {
    int error = 0;

    for (size_t event = 0; event < watch->event_count && error == 0; event++)
        if (failures || event == 0 || event != watch->failures)
            error = switch_event(watch, event, how);
    return error;
}

/* The first event records forks and exits. Until it is enabled on every processor, the records are
 * incomplete: those of one processor exist and those of another do not. So the run starts at the
 * moment when the event is enabled everywhere. */
static int enable(struct watch *watch, bool failures, struct fail *f) {
    event_order_free(&watch->order);
    for (size_t i = 0; i < watch->count; i++) {
        struct perf_event_mmap_page *page = watch->rings[i].page;
        uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
        __atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
    }
    watch->lost_before += watch_lost(watch);
    watch->flushed = 0;
    int error = switch_event(watch, 0, PERF_EVENT_IOC_ENABLE);
    watch->order.from = clock_now();
    if (error == 0)
        error = switch_events(watch, PERF_EVENT_IOC_ENABLE, failures);
    return error == 0 ? 0 : refuse(f, error);
}

int watch_follow(struct watch *watch, pid_t pid, bool failures, struct fail *f) {
    process_tree_free(&watch->tree);
    if (process_tree_begin(&watch->tree, pid) != 0)
        return error_set(f, STEP, ENOMEM, "raise the memory limit", "the watch");
    watch->everything = false;
    return enable(watch, failures, f);
}

int watch_everything(struct watch *watch, struct fail *f) {
    watch->everything = true;
    return enable(watch, false, f);
}

/* As at the start: the run ends at a moment when everything is still recorded. */
void watch_pause(struct watch *watch) {
    watch->order.until = clock_now();
    (void)switch_events(watch, PERF_EVENT_IOC_DISABLE, true);
}

bool watch_is_kprobe(const struct watch *watch) { return watch->tracefs.probe[0] != '\0'; }

bool watch_has_calls(const struct watch *watch) { return watch->calls; }

size_t watch_polls(const struct watch *watch, struct pollfd *polls) {
    for (size_t i = 0; i < watch->count && polls != NULL; i++)
        polls[i] = (struct pollfd){.fd = watch->rings[i].events[0], .events = POLLIN};
    return watch->count;
}

/* ---- reading ---- */

/* Copies size bytes from a position of the ring, wrapping around at its end. */
static void copy(const struct ring *ring, uint64_t position, size_t size, void *to) {
    const unsigned char *data = (const unsigned char *)ring->page + ring->page->data_offset;
    size_t start = (size_t)position & (ring->size - 1);
    size_t first = size < ring->size - start ? size : ring->size - start;

    memcpy(to, data + start, first);
    memcpy((unsigned char *)to + first, data, size - first);
}

/* Copies the record at that position and returns its size or an error. */
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

/* Passes records of a watch to its sink. */
struct hand {
    struct watch *watch;
    const struct watch_sink *sink;
};

static void hand_over(void *context, const void *bytes, size_t size) {
    const struct hand *hand = context;
    struct process_tree *tree = &hand->watch->tree;
    struct record record;

    if (!record_read(&hand->watch->tracefs.format, bytes, size, &record))
        return;
    bool taken = hand->watch->everything || process_tree_add(tree, &record);
    record.starting = !taken && process_tree_starts(tree, &record);
    if (taken || record.starting)
        hand->sink->take(hand->sink->context, &record);
}

int watch_peek(struct watch *watch, const struct watch_sink *sink) {
    struct hand hand = {.watch = watch, .sink = sink};
    int error = 0;

    for (size_t i = 0; i < watch->count && error == 0; i++)
        error = empty(watch, &watch->rings[i]);
    event_order_each(&watch->order, hand_over, &hand);
    return error;
}

int watch_drain(struct watch *watch, bool last, const struct watch_sink *sink) {
    /* A record may be found one round after a later record of another processor: it is written
     * some time after its timestamp was taken, and a virtual processor may be stopped in between.
     * Records that arrive even later are counted (event_order.h). */
    const uint64_t held_back = 100000000, sorted_every = held_back / 2;
    struct hand hand = {.watch = watch, .sink = sink};
    uint64_t begin = clock_now();
    int error = 0;

    for (size_t i = 0; i < watch->count && error == 0; i++)
        error = empty(watch, &watch->rings[i]);
    if (!last && begin - watch->flushed < sorted_every)
        return error; /* sorting takes all records that are held back */
    watch->flushed = begin;
    event_order_flush(&watch->order, last ? UINT64_MAX : begin - held_back, hand_over, &hand);
    return error;
}

/* Lost records are reported only when there is room again, which may never happen; the count from
 * read(2) is complete. */
uint64_t watch_lost(const struct watch *watch) {
    uint64_t lost = 0;

    for (size_t i = 0; i < watch->count; i++) {
        lost += watch->read_format == 0 ? watch->rings[i].lost : 0;
        for (size_t event = 0; event < watch->event_count && watch->read_format != 0; event++) {
            uint64_t values[2]; /* the number of checks and of lost records */
            if (read(watch->rings[i].events[event], values, sizeof values) > 0)
                lost += values[1];
        }
    }
    return lost - watch->lost_before;
}

uint64_t watch_late(const struct watch *watch) { return watch->order.late; }

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
