#include "learn/checks/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "learn/array.h"
#include "learn/checks/origin.h"

struct process {
    char name[USAGE_NAME];
};

/* A check whose credentials have to be seen elsewhere before it counts. */
struct doubt {
    struct use use;
    unsigned cap;
    uint64_t cred;
};

/* A set of addresses: open addressing, 0 is an empty place. */
struct address_set {
    uint64_t *places;
    size_t count, size;
};

struct usage_state {
    const struct kallsyms *kallsyms;
    struct origins origins;
    struct process *processes; /* by process id; pages that are not touched take no memory */
    uint64_t home;             /* the user namespace that the program began in */
    struct address_set creds;  /* seen where it is known that they are the program's */
    struct doubt *doubts;
    size_t doubt_count, doubt_capacity;
};

/* ---- credentials ---- */

static uint64_t *place_of(const struct address_set *set, uint64_t address) {
    size_t i = (address >> 6) * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (set->size - 1);

    while (set->places[i] != 0 && set->places[i] != address)
        i = (i + 1) & (set->size - 1);
    return &set->places[i];
}

static bool has(const struct address_set *set, uint64_t address) {
    return set->size > 0 && *place_of(set, address) == address;
}

static bool add_address(struct address_set *set, uint64_t address) {
    if (address == 0 || has(set, address))
        return true;
    if (2 * (set->count + 1) > set->size) {
        struct address_set grown = {.size = set->size == 0 ? 1024 : 2 * set->size};
        grown.places = calloc(grown.size, sizeof grown.places[0]);
        if (grown.places == NULL)
            return false;
        for (size_t i = 0; i < set->size; i++)
            if (set->places[i] != 0)
                *place_of(&grown, set->places[i]) = set->places[i];
        grown.count = set->count;
        free(set->places);
        *set = grown;
    }
    *place_of(set, address) = address;
    set->count++;
    return true;
}

/* ---- processes ---- */

static struct process *process_of(const struct usage *usage, uint32_t pid) {
    return pid < RECORD_PIDS ? &usage->state->processes[pid] : NULL;
}

static void take_fork(struct usage *usage, const struct record *record) {
    struct process *child = process_of(usage, record->pid);
    const struct process *parent = process_of(usage, record->parent);

    if (child != NULL && parent != NULL)
        *child = *parent;
}

/* A process is called what its first thread is called. */
static void take_name(struct usage *usage, const struct record *record) {
    struct process *process = process_of(usage, record->pid);

    if (process == NULL || record->pid != record->tid)
        return;
    strncpy(process->name, record->comm, sizeof process->name - 1);
}

/* ---- checks ---- */

static bool same_use(const struct use *a, const struct use *b) {
    return a->noise == b->noise && strcmp(a->call, b->call) == 0 &&
           strcmp(a->process, b->process) == 0;
}

static void count(struct usage *usage, unsigned cap, const struct use *use) {
    struct asked *asked = &usage->asked[cap];
    struct uses *uses = use->noise == NULL ? &asked->counted : &asked->ignored;

    uses->checks += use->checks;
    for (size_t i = 0; i < uses->count; i++) {
        if (same_use(&uses->list[i], use)) {
            uses->list[i].checks += use->checks;
            return;
        }
    }
    if (uses->count < USAGE_ASKERS)
        uses->list[uses->count++] = *use;
    else
        uses->others += use->checks;
}

/* Keeps a check until usage_end(). */
static void keep_doubt(struct usage *usage, unsigned cap, uint64_t cred, const struct use *use) {
    struct usage_state *state = usage->state;

    for (size_t i = 0; i < state->doubt_count; i++) {
        struct doubt *known = &state->doubts[i];
        if (known->cap == cap && known->cred == cred && same_use(&known->use, use)) {
            known->use.checks += use->checks;
            return;
        }
    }
    struct doubt *doubts =
        array_grow(state->doubts, sizeof *doubts, state->doubt_count, 1, &state->doubt_capacity);
    if (doubts == NULL) {
        usage->no_memory = true;
        return;
    }
    state->doubts = doubts;
    doubts[state->doubt_count++] = (struct doubt){*use, cap, cred};
}

/* The user namespace that the program began in is that of its first check. */
static bool in_own_namespace(struct usage_state *state, const struct record *record) {
    if (record->capable_ns == 0)
        return false;
    if (state->home == 0)
        state->home = record->capable_ns;
    return record->capable_ns != state->home;
}

static void take_check(struct usage *usage, const struct record *record) {
    struct usage_state *state = usage->state;
    const struct process *process = process_of(usage, record->pid);
    struct use use = {.process = "?", .checks = 1};

    if (record->cap >= CAP_BITS)
        return;
    if (process != NULL && process->name[0] != '\0')
        memcpy(use.process, process->name, sizeof use.process);
    struct origin origin =
        origin_of(&state->origins, state->kallsyms, record->cap, record->chain, record->depth);
    use.call = origin.call;
    use.noise = origin.noise;
    if (in_own_namespace(state, record))
        use.noise = noise_find(NOISE_OWN_NAMESPACE, record->cap, state->kallsyms, NULL, 0);
    else if (use.noise == NULL && record->result == RESULT_REFUSED)
        use.noise = noise_find(NOISE_REFUSED, record->cap, state->kallsyms, NULL, 0);
    if (use.noise == NULL && origin.foreign != NULL && record->cred != 0) {
        use.noise = origin.foreign;
        keep_doubt(usage, record->cap, record->cred, &use);
        return;
    }
    if (origin.foreign == NULL && origin.whole)
        usage->no_memory |= !add_address(&state->creds, record->cred);
    count(usage, record->cap, &use);
}

/* ---- the whole ---- */

int usage_begin(struct usage *usage, const struct kallsyms *kallsyms) {
    memset(usage, 0, sizeof *usage);
    usage->state = calloc(1, sizeof *usage->state);
    if (usage->state == NULL)
        return -ENOMEM;
    usage->state->kallsyms = kallsyms;
    usage->state->processes = calloc(RECORD_PIDS, sizeof usage->state->processes[0]);
    return usage->state->processes == NULL ? -ENOMEM : 0;
}

void usage_add(struct usage *usage, const struct record *record) {
    switch (record->kind) {
    case RECORD_CHECK:
        take_check(usage, record);
        break;
    case RECORD_FORK:
        take_fork(usage, record);
        break;
    case RECORD_COMM:
        take_name(usage, record);
        break;
    case RECORD_LOST:
    case RECORD_OTHER:
        break;
    }
}

void usage_end(struct usage *usage) {
    struct usage_state *state = usage->state;

    for (size_t i = 0; i < state->doubt_count; i++) {
        struct doubt *doubt = &state->doubts[i];
        if (has(&state->creds, doubt->cred))
            doubt->use.noise = NULL;
        count(usage, doubt->cap, &doubt->use);
    }
    state->doubt_count = 0;
}

const struct uses *usage_of(const struct asked *asked) {
    return asked->counted.checks > 0 ? &asked->counted : &asked->ignored;
}

uint64_t usage_caps(const struct usage *usage) {
    uint64_t set = 0;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if (usage->asked[cap].counted.checks > 0)
            set |= CAP_MASK(cap);
    return set;
}

void usage_free(struct usage *usage) {
    if (usage->state != NULL) {
        free(usage->state->processes);
        free(usage->state->creds.places);
        free(usage->state->doubts);
        free(usage->state);
    }
    usage->state = NULL;
}
