#include "learn/origin.h"

#include <linux/perf_event.h>
#include <string.h>

const char *origin_function(const struct symbols *symbols, const uint64_t *chain, size_t i) {
    if (chain[i] >= PERF_CONTEXT_MAX)
        return NULL; /* a mark that says whose addresses follow */
    /* A call may be the last instruction of a function that does not return. */
    return symbols_name(symbols, chain[i] - 1);
}

/* What stands outside of the entry of every system call, on x86 and on arm64. */
static bool is_common(const char *function) {
    return strstr(function, "syscall") != NULL || strstr(function, "SYSCALL") != NULL ||
           strncmp(function, "el0", 3) == 0 || strcmp(function, "do_el0_svc") == 0;
}

/* What runs without a system call of its own. */
static const char *without_call(const char *function) {
    if (strstr(function, "page_fault") != NULL)
        return "page fault";
    return strcmp(function, "io_wq_worker") == 0 ? "io_uring" : NULL;
}

/* From the outside in, the first function that is the entry of a system call. Where there is none,
 * for it may end in a jump, the first that is not common to all says most. */
static const char *find_call(const struct symbols *symbols, const uint64_t *chain, size_t depth,
                             bool *whole) {
    const char *first = NULL;

    *whole = true;

    for (size_t i = depth; i > 0; i--) {
        const char *function = origin_function(symbols, chain, i - 1);
        if (function == NULL)
            continue;
        const char *call = symbols_syscall(function);
        if (call == NULL)
            call = without_call(function);
        if (call != NULL)
            return call;
        if (first == NULL && !is_common(function))
            first = function;
    }
    *whole = false;
    return first == NULL ? "?" : first;
}

static uint64_t hash_of(unsigned cap, const uint64_t *chain, size_t depth) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ cap; /* FNV-1a, a word at a time */

    for (size_t i = 0; i < depth; i++) {
        hash = (hash ^ chain[i]) * UINT64_C(1099511628211);
        hash ^= hash >> 32;
    }
    return hash == 0 ? 1 : hash;
}

struct origin origin_of(struct origins *origins, const struct symbols *symbols, unsigned cap,
                        const uint64_t *chain, size_t depth) {
    uint64_t hash = hash_of(cap, chain, depth);
    size_t slot = hash % ORIGINS;

    if (origins->known[slot].hash != hash) {
        bool whole;
        const char *call = find_call(symbols, chain, depth, &whole);
        origins->known[slot].hash = hash;
        origins->known[slot].origin = (struct origin){
            .call = call,
            .whole = whole,
            .noise = noise_find(NOISE_BELOW, cap, symbols, chain, depth),
            .foreign = noise_find(NOISE_FOREIGN, cap, symbols, chain, depth),
        };
    }
    return origins->known[slot].origin;
}
