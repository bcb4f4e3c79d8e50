#include "learn/search.h"

#include <linux/capability.h>
#include <string.h>

#include "core/cred.h"

/* Ordered by how much of the machine a hijacked program could control with each one alone: nothing,
 * then its own network, then other processes and files, then everything. The order of neighbours is
 * a matter of opinion; the trials decide what works. */
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

/* What is known of a set. */
struct tried {
    uint64_t set;
    unsigned works, fails;
    uint64_t refused;      /* in any of its runs that failed */
    uint64_t refused_each; /* in each of them */
    bool privileged, own_sets;
};

/* The state of a search. */
struct state {
    const struct search *search;
    struct tried tried[SEARCH_RUNS + 1];
    size_t count;
    unsigned runs;
    uint64_t last; /* the set of the last run, if that worked */
    bool last_works;
    bool stopped, out_of_runs, flaky;
    uint64_t best;         /* the smallest set that worked */
    uint64_t done_without; /* asked for and refused in a run that worked */
    uint64_t asked_again;  /* in a second run with everything */
    bool again, again_works;
    struct found found;
};

static bool over(const struct state *state) { return state->stopped || state->out_of_runs; }

static struct tried *find(struct state *state, uint64_t set) {
    for (size_t i = 0; i < state->count; i++)
        if (state->tried[i].set == set)
            return &state->tried[i];
    if (state->count == SEARCH_RUNS)
        return &state->tried[SEARCH_RUNS]; /* never reached: each set uses a run */
    state->tried[state->count] = (struct tried){.set = set, .refused_each = UINT64_MAX};
    return &state->tried[state->count++];
}

static void learn(struct state *state, struct tried *tried, const struct trial_report *report) {
    bool works = report->answer == ANSWER_WORKS;

    tried->works += works;
    tried->fails += !works;
    state->flaky |= tried->works > 0 && tried->fails > 0;
    if (works) {
        state->done_without |= report->refused & ~tried->set;
        if (__builtin_popcountll(tried->set) < __builtin_popcountll(state->best))
            state->best = tried->set;
        return;
    }
    tried->refused |= report->refused;
    tried->refused_each &= report->refused;
    tried->privileged |= report->more_privileged;
    tried->own_sets |= report->own_sets;
}

/* Makes one run; returns false if it fails or no run is left. */
static bool run(struct state *state, uint64_t set, struct trial_report *report) {
    const struct search *search = state->search;

    *report = (struct trial_report){.answer = ANSWER_STOP};
    state->out_of_runs |= state->runs >= (search->most != 0 ? search->most : SEARCH_RUNS);
    if (over(state))
        return false;
    state->runs++;
    *report = search->run(search->context, set);
    state->stopped |= report->answer == ANSWER_STOP;
    if (!state->stopped)
        learn(state, find(state, set), report);
    state->last = set;
    state->last_works = report->answer == ANSWER_WORKS;
    return state->last_works;
}

/* Whether set works, from an earlier run or by one run. Returns false after a stop. */
static bool once(struct state *state, uint64_t set) {
    const struct tried *tried = find(state, set);
    struct trial_report report;

    if (tried->works > 0 || tried->fails > 0)
        return tried->works > 0;
    return run(state, set, &report);
}

/* Whether the watch shows why a set without caps fails: in each run one of caps was asked for and
 * refused, or a change of the program's own sets was refused, or the run failed because it ended
 * more privileged. */
static bool explained(const struct tried *tried, uint64_t caps) {
    return tried->fails > 0 &&
           (tried->privileged || tried->own_sets || (tried->refused_each & caps) != 0);
}

/* As once(), but repeats until the set works or has failed often enough. */
static bool settle(struct state *state, uint64_t set, uint64_t caps) {
    const struct search *search = state->search;
    struct trial_report report;

    while (!over(state)) {
        const struct tried *tried = find(state, set);
        unsigned wanted = search->repeat != 0      ? search->repeat
                          : tried->privileged      ? 1 /* the way it ended is known */
                          : explained(tried, caps) ? SEARCH_EXPLAINED
                                                   : SEARCH_REPEAT;
        if (tried->works > 0)
            return true;
        if (tried->fails >= wanted)
            return false;
        (void)run(state, set, &report);
    }
    return false;
}

/* Repeats the run with everything once, or twice if few runs were made, to see whether the program
 * works a second time. */
static bool repeatable(struct state *state) {
    struct trial_report report;

    for (int i = 0; i < 2 && !state->again_works && !over(state); i++) {
        if (i > 0 && 1 + state->runs >= SEARCH_GIVE_UP)
            break;
        state->again_works = run(state, state->search->everything, &report);
        state->again = true;
        state->asked_again |= state->again_works ? report.asked : 0;
    }
    return state->again_works;
}

/* ---- the order of trials ---- */

/* The shortest prefix of order[0..count) that works together with `with`. The whole works; if it
 * does not, more is needed than a smaller answer has shown, and the whole is the answer. */
static size_t shortest(struct state *state, uint64_t with, const unsigned *order, size_t count) {
    size_t low = 1, high = count; /* works at high, fails below low */

    while (low < high && !over(state)) {
        size_t middle = low + (high - low) / 2;
        uint64_t set = with;
        for (size_t i = 0; i < middle; i++)
            set |= CAP_MASK(order[i]);
        if (once(state, set))
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

/* A working set: the last capability of each shortest prefix is needed; repeats this for those
 * before it until the capabilities found suffice. */
static uint64_t by_prefixes(struct state *state) {
    const struct search *search = state->search;
    uint64_t likely = (search->traced | search->declared) & search->everything, needed = 0;
    unsigned order[CAP_BITS];

    /* What was asked for comes first, because it is most likely needed. */
    size_t count = search_order(likely, order);
    count += search_order(search->everything & ~likely, order + count);
    while (!once(state, needed) && !over(state) && count > 0) {
        count = shortest(state, needed, order, count);
        if (count > 0)
            needed |= CAP_MASK(order[--count]);
    }
    return over(state) ? state->best : needed;
}

/* The less dangerous capabilities. */
static uint64_t before(unsigned cap) {
    unsigned order[CAP_BITS];
    size_t count = search_order(UINT64_MAX, order);
    uint64_t set = 0;

    for (size_t i = 0; i < count && order[i] != cap; i++)
        set |= CAP_MASK(order[i]);
    return set;
}

/* The kernel accepts one of several capabilities and checks the widest first: where that one was
 * refused, the others were checked. Tries the others instead. */
static bool substitute(struct state *state, uint64_t *set, unsigned cap) {
    uint64_t less = *set & ~CAP_MASK(cap);
    uint64_t others = find(state, less)->refused & state->search->everything & ~*set &
                      ~state->search->traced & before(cap);

    if (others == 0 || over(state) || !once(state, less | others))
        return false;
    *set = less | others;
    for (unsigned other = 0; other < CAP_BITS; other++)
        if ((others & CAP_MASK(other)) != 0)
            state->found.substitute[cap] = (int)other;
    return true;
}

/* Omits one at a time, the most dangerous first, as long as one can be omitted. */
static uint64_t prune(struct state *state, uint64_t set) {
    unsigned order[CAP_BITS];
    bool changed = true;

    while (changed && !over(state)) {
        changed = false;
        for (size_t i = search_order(set, order); i > 0 && !over(state); i--) {
            unsigned cap = order[i - 1];
            if ((set & CAP_MASK(cap)) == 0)
                continue;
            if (settle(state, set & ~CAP_MASK(cap), CAP_MASK(cap))) {
                set &= ~CAP_MASK(cap);
                changed = true;
            } else if (substitute(state, &set, cap)) {
                changed = true;
            }
        }
    }
    return set;
}

/* ---- what was found ---- */

static void explain(struct state *state, uint64_t set) {
    struct found *found = &state->found;

    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        if (found->substitute[cap] >= 0 && (set & CAP_MASK(found->substitute[cap])) == 0)
            found->substitute[cap] = -1; /* the substitute was a different one */
        if ((set & CAP_MASK(cap)) == 0)
            continue;
        const struct tried *less = find(state, set & ~CAP_MASK(cap));
        found->unexplained |= explained(less, CAP_MASK(cap)) ? 0 : CAP_MASK(cap);
        found->privileged |= less->privileged ? CAP_MASK(cap) : 0;
    }
}

/* What was asked for at first, but not in a run that worked without it: the program has taken
 * another path, or its work was done already. A second run with everything shows which. */
static bool done_once(struct state *state, uint64_t set) {
    const struct search *search = state->search;
    uint64_t quiet = search->traced & ~set & ~state->done_without;
    struct trial_report report;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if (state->found.substitute[cap] >= 0)
            quiet &= ~CAP_MASK(cap);
    if (!search->has_trace || quiet == 0 || search->first_failed)
        return false;
    if (!state->again && run(state, search->everything, &report)) {
        state->again = true;
        state->asked_again |= report.asked;
    }
    state->found.other_path = quiet & state->asked_again;
    return (quiet & ~state->asked_again) != 0;
}

static enum verdict judge(struct state *state, uint64_t set) {
    const struct search *search = state->search;
    struct trial_report report;

    if (over(state))
        return state->stopped ? VERDICT_STOPPED : VERDICT_RUNS;
    if (search->first_failed)
        return VERDICT_FAILED;
    if (done_once(state, set) && !over(state))
        return VERDICT_DONE_ONCE;
    /* Without a watch, only a second failure of the run with nothing shows that the work was not
     * already done when a smaller set sufficed. */
    if (search->none_failed && set != 0 && find(state, 0)->fails < 2)
        (void)run(state, 0, &report);
    if (search->none_failed && find(state, 0)->works > 0)
        return VERDICT_DONE_ONCE;
    for (unsigned i = 0; i < SEARCH_REPEAT && !(state->last_works && state->last == set); i++)
        (void)run(state, set, &report);
    if (over(state))
        return state->stopped ? VERDICT_STOPPED : VERDICT_RUNS;
    if (!state->last_works || (!search->has_trace && state->flaky))
        return VERDICT_UNSTEADY;
    return search->has_trace && state->found.unexplained != 0 ? VERDICT_UNEXPLAINED
                                                              : VERDICT_CONFIRMED;
}

/* What was asked for did not suffice. More is tried only if the program works with everything a
 * second time: then what it put into its own sets, what it was refused in the failed run, the same
 * set again in case it fails only sometimes, and finally capabilities without any indication. */
static uint64_t find_more(struct state *state) {
    const struct search *search = state->search;
    uint64_t traced = search->traced & search->everything;
    uint64_t declared = (traced | search->declared) & search->everything;

    if (!repeatable(state))
        return search->everything;
    if (search->has_trace) {
        uint64_t refused = traced | (find(state, traced)->refused & search->everything);
        if (declared != traced && once(state, declared))
            return prune(state, declared);
        if (refused != traced && once(state, refused))
            return prune(state, refused);
        if (settle(state, traced, search->everything & ~traced))
            return prune(state, traced);
    }
    return prune(state, by_prefixes(state));
}

/* Tries no capability, then those asked for. */
static uint64_t find_set(struct state *state) {
    const struct search *search = state->search;
    uint64_t traced = search->traced & search->everything;

    if (once(state, 0))
        return 0;
    /* If only one can be omitted, this is already the run without it; the last run is then the one
     * with the answer. */
    if (search->has_trace && !search->first_failed && __builtin_popcountll(traced) == 1 &&
        explained(find(state, 0), traced) && settle(state, 0, traced))
        return 0;
    if (search->has_trace && traced != 0 && once(state, traced))
        return prune(state, traced);
    if (!search->first_failed)
        return find_more(state);
    /* It may fail because of what it holds: what it was refused when it held nothing is less. */
    uint64_t refused = find(state, 0)->refused & search->everything;
    return refused != 0 && once(state, refused) ? prune(state, refused) : search->everything;
}

struct found search_run(const struct search *search) {
    struct state state = {.search = search, .best = search->everything};

    for (size_t cap = 0; cap < CAP_BITS; cap++)
        state.found.substitute[cap] = -1;
    if (search->none_failed)
        find(&state, 0)->fails = 1;
    if (search->none_worked)
        find(&state, 0)->works = 1;
    uint64_t set = find_set(&state);
    if (!over(&state) && state.again && !state.again_works) {
        state.found.verdict = VERDICT_NOT_REPEATABLE;
        state.found.keep = state.best;
    } else {
        if (!over(&state))
            explain(&state, set);
        state.found.verdict = judge(&state, set);
        state.found.keep = over(&state) ? state.best : set;
    }
    state.found.flaky = state.flaky;
    return state.found;
}
