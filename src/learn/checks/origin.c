#include "learn/checks/origin.h"

#include "learn/checks/callchain.h"

static uint64_t hash_of(unsigned cap, const uint64_t *chain, size_t depth) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ cap; /* FNV-1a, one word at a time */

    for (size_t i = 0; i < depth; i++) {
        hash = (hash ^ chain[i]) * UINT64_C(1099511628211);
        hash ^= hash >> 32;
    }
    return hash == 0 ? 1 : hash;
}

struct origin origin_of(struct origins *origins, const struct kallsyms *kallsyms, unsigned cap,
                        const uint64_t *chain, size_t depth) {
    uint64_t hash = hash_of(cap, chain, depth);
    size_t slot = hash % ORIGINS;

    if (origins->known[slot].hash != hash) {
        bool whole;
        const char *call = callchain_call(kallsyms, chain, depth, &whole);
        origins->known[slot].hash = hash;
        origins->known[slot].origin = (struct origin){
            .call = call,
            .whole = whole,
            .answers_later = callchain_answers_later(kallsyms, chain, depth, call),
            .noise = noise_find(NOISE_BELOW, cap, kallsyms, chain, depth),
            .foreign = noise_find(NOISE_FOREIGN, cap, kallsyms, chain, depth),
        };
    }
    return origins->known[slot].origin;
}
