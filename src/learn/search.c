#include "learn/search.h"

#include <linux/capability.h>
#include <string.h>

#include "core/cred.h"

/* How much of the machine a program that is taken over could have with each one alone: nothing,
 * then its own network, then other processes and files, then all. An opinion, in which neighbours
 * could be exchanged; what works is told by trying. */
static const unsigned char LEAST_DANGEROUS_FIRST[] = {
    CAP_WAKE_ALARM,       CAP_BLOCK_SUSPEND, CAP_LEASE,        CAP_NET_BROADCAST,
    CAP_NET_BIND_SERVICE, CAP_IPC_LOCK,      CAP_AUDIT_WRITE,  CAP_SYS_TTY_CONFIG,
    CAP_SYS_NICE,         CAP_NET_RAW,       CAP_FSETID,       CAP_KILL,
    CAP_SYS_PACCT,        CAP_SYS_TIME,      CAP_SYS_RESOURCE, CAP_LINUX_IMMUTABLE,
    CAP_IPC_OWNER,        CAP_SYSLOG,        CAP_AUDIT_READ,   CAP_AUDIT_CONTROL,
    CAP_SYS_BOOT,         CAP_SYS_CHROOT,    CAP_PERFMON,      CAP_CHECKPOINT_RESTORE,
    CAP_NET_ADMIN,        CAP_MKNOD,         CAP_FOWNER,       CAP_DAC_READ_SEARCH,
    CAP_SETGID,           CAP_CHOWN,         CAP_SETPCAP,      CAP_SETUID,
    CAP_SETFCAP,          CAP_DAC_OVERRIDE,  CAP_BPF,          CAP_MAC_OVERRIDE,
    CAP_MAC_ADMIN,        CAP_SYS_PTRACE,    CAP_SYS_RAWIO,    CAP_SYS_MODULE,
    CAP_SYS_ADMIN,
};

size_t search_order(uint64_t set, unsigned order[64]) {
    size_t count = 0;

    for (size_t i = 0; i < sizeof LEAST_DANGEROUS_FIRST; i++) {
        unsigned cap = LEAST_DANGEROUS_FIRST[i];
        if ((set & CAP_MASK(cap)) != 0)
            order[count++] = cap;
        set &= ~CAP_MASK(cap);
    }
    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if ((set & CAP_MASK(cap)) != 0)
            order[count++] = cap;
    return count;
}

/* ---- trying ---- */

/* A search on its way, with what is known already. */
struct state {
    const struct search *search;
    struct {
        uint64_t set;
        bool works;
    } tried[SEARCH_TRIALS];
    size_t count;
    uint64_t last; /* the set of the last run, if that worked */
    bool last_works;
    bool stopped;
    uint64_t best; /* the smallest set that worked */
};

static bool run(struct state *state, uint64_t set) {
    enum answer answer = ANSWER_FAILS;

    for (unsigned i = 0; i < state->search->repeat && answer == ANSWER_FAILS; i++)
        answer = state->search->works(state->search->context, set);
    state->stopped |= answer == ANSWER_STOP;
    state->last = set;
    state->last_works = answer == ANSWER_WORKS;
    return state->last_works;
}

/* Whether set works, from memory or by a run. After a stop nothing does. */
static bool works(struct state *state, uint64_t set) {
    for (size_t i = 0; i < state->count; i++)
        if (state->tried[i].set == set)
            return state->tried[i].works;
    if (state->stopped || state->count == SEARCH_TRIALS) {
        state->stopped = true;
        return false;
    }
    bool result = run(state, set);
    if (!state->stopped) {
        state->tried[state->count].set = set;
        state->tried[state->count++].works = result;
    }
    if (result && __builtin_popcountll(set) < __builtin_popcountll(state->best))
        state->best = set;
    return result;
}

/* ---- the order of trials ---- */

/* The least prefix of order[0..count) that works together with `with`. The whole does, or else some
 * more is needed than a smaller answer has shown: then the whole is the answer. */
static size_t shortest(struct state *state, uint64_t with, const unsigned *order, size_t count) {
    size_t low = 1, high = count; /* works at high, fails below low */

    while (low < high && !state->stopped) {
        size_t middle = low + (high - low) / 2;
        uint64_t set = with;
        for (size_t i = 0; i < middle; i++)
            set |= CAP_MASK(order[i]);
        if (works(state, set))
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

/* A working set: the last capability of each shortest prefix is needed, then the same for those
 * before it, until what was found is enough. */
static uint64_t by_prefixes(struct state *state) {
    const struct search *search = state->search;
    unsigned order[CAP_BITS];
    uint64_t needed = 0;

    /* What was asked for comes first, since it is the most likely. */
    size_t count = search_order(search->everything & search->traced, order);
    count += search_order(search->everything & ~search->traced, order + count);
    while (!works(state, needed) && !state->stopped && count > 0) {
        count = shortest(state, needed, order, count);
        if (count > 0)
            needed |= CAP_MASK(order[--count]);
    }
    return state->stopped ? state->best : needed;
}

/* Leaves out one at a time, the most dangerous first, as long as one goes. */
static uint64_t prune(struct state *state, uint64_t set) {
    unsigned order[CAP_BITS];
    bool changed = true;

    while (changed && !state->stopped) {
        changed = false;
        for (size_t i = search_order(set, order); i > 0; i--) {
            uint64_t less = set & ~CAP_MASK(order[i - 1]);
            if (works(state, less)) {
                set = less;
                changed = true;
            }
        }
    }
    return set;
}

struct found search_run(const struct search *search) {
    struct state state = {.search = search, .best = search->everything};
    uint64_t traced = search->traced & search->everything, set;

    if (works(&state, 0))
        set = 0;
    else if (search->has_trace && works(&state, traced))
        set = prune(&state, traced);
    else
        set = prune(&state, by_prefixes(&state));
    if (state.stopped || !works(&state, set))
        return (struct found){state.best, false};

    /* Programs leave something behind, and the machine changes: the last word is a run. */
    bool confirmed = (state.last_works && state.last == set) || run(&state, set);
    return (struct found){set, confirmed && !state.stopped};
}
