#include "learn/checks/usage.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "learn/array.h"
#include "learn/checks/origin.h"
#include "learn/checks/own_cred.h"

struct process {
    char name[USAGE_NAME];
    uint8_t generation; /* a process ID is used again */
    bool own_namespace; /* it was checked in its own user namespace */
    uint8_t raised;     /* the capability that it is raising in its ambient set, plus one */
};

/* The system call of a thread that was refused something and whose result is not known yet. */
struct open_call {
    uint32_t tid;
    uint64_t where;
    uint64_t caps;
    char process[USAGE_NAME];
    const char *call;
};

enum { OPEN_CALLS = 1024, OPEN_DOUBTS = 64 };

/* A check that counts only if its credentials are also seen elsewhere. */
struct doubt {
    struct use use;
    unsigned cap;
    uint32_t tid;
    uint64_t cred, before; /* of the check, and the thread's own before it, from key_of() */
};

/* A set of addresses: open addressing, 0 is an empty slot. */
struct address_set {
    uint64_t *places;
    size_t count, size;
};

struct usage_state {
    const struct kallsyms *kallsyms;
    struct origins origins;
    struct process *processes; /* by process ID; untouched pages use no memory */
    uint64_t home;             /* the user namespace that the program started in */
    struct address_set creds;  /* seen where they are known to be the program's */
    struct own_creds own;
    struct open_call open[OPEN_CALLS];
    struct doubt open_doubts[OPEN_DOUBTS]; /* until the thread is seen with its own ones again */
    size_t open_doubt_count;
    struct doubt *doubts;
    size_t doubt_count, doubt_capacity;
};

/* ---- credentials ---- */

static uint64_t *place_of(const struct address_set *set, uint64_t address) {
    size_t i = (size_t)((address >> 6) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (set->size - 1);

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

static void take_fork(const struct usage *usage, const struct record *record) {
    struct process *child = process_of(usage, record->pid);
    const struct process *parent = process_of(usage, record->parent);

    if (child == NULL || record->pid == record->parent)
        return;
    uint8_t generation = (uint8_t)(child->generation + 1);
    *child = parent != NULL ? *parent : (struct process){0};
    child->generation = generation;
}

/* The address of freed credentials is used again: a key is an address and a process. */
static uint64_t key_of(const struct usage *usage, const struct record *record) {
    const struct process *process = process_of(usage, record->pid);
    uint64_t generation = process != NULL ? process->generation : 0;

    return record->cred == 0 ? 0
                             : record->cred ^ ((uint64_t)record->pid << 40) ^ (generation << 32);
}

/* A process has the name of its first thread. */
static void take_name(const struct usage *usage, const struct record *record) {
    struct process *process = process_of(usage, record->pid);

    if (process == NULL || record->pid != record->tid)
        return;
    strncpy(process->name, record->comm, sizeof process->name - 1);
}

/* ---- checks ---- */

static void count(struct usage *usage, unsigned cap, const struct use *use) {
    struct asked *asked = &usage->asked[cap];

    uses_add(use->noise == NULL ? &asked->counted : &asked->ignored, use);
}

static bool is_same_doubt(const struct doubt *one, const struct doubt *other) {
    return one->cap == other->cap && one->cred == other->cred && one->tid == other->tid &&
           one->before == other->before && uses_same(&one->use, &other->use);
}

/* Keeps a check until usage_end(). */
static void keep_doubt(struct usage *usage, const struct doubt *doubt) {
    struct usage_state *state = usage->state;

    for (size_t i = 0; i < state->doubt_count; i++)
        if (is_same_doubt(&state->doubts[i], doubt)) {
            state->doubts[i].use.checks += doubt->use.checks;
            return;
        }
    struct doubt *doubts =
        array_grow(state->doubts, sizeof *doubts, state->doubt_count, 1, &state->doubt_capacity);
    if (doubts == NULL) {
        usage->no_memory = true;
        return;
    }
    state->doubts = doubts;
    doubts[state->doubt_count++] = *doubt;
}

static void open_doubt(struct usage *usage, const struct record *record, const struct use *use) {
    struct usage_state *state = usage->state;
    struct doubt doubt = {.use = *use,
                          .cap = record->cap,
                          .tid = record->tid,
                          .cred = key_of(usage, record),
                          .before = own_cred_of(&state->own, record->pid, record->tid)};

    if (state->open_doubt_count == OPEN_DOUBTS)
        keep_doubt(usage, &doubt);
    else
        state->open_doubts[state->open_doubt_count++] = doubt;
}

/* The thread has the same credentials before and after the check, so those of the check, if they
 * differ, are not its own. */
static void settle_doubts(struct usage *usage, uint32_t tid, uint64_t cred) {
    struct usage_state *state = usage->state;

    for (size_t i = state->open_doubt_count; i > 0; i--) {
        struct doubt doubt = state->open_doubts[i - 1];
        if (doubt.tid != tid)
            continue;
        state->open_doubts[i - 1] = state->open_doubts[--state->open_doubt_count];
        if (doubt.before == cred && doubt.cred != cred)
            count(usage, doubt.cap, &doubt.use);
        else
            keep_doubt(usage, &doubt);
    }
}

static void take_own_cred(struct usage *usage, const struct record *record) {
    uint64_t cred = key_of(usage, record);

    if (cred == 0)
        return;
    usage->no_memory |= !add_address(&usage->state->creds, cred);
    settle_doubts(usage, record->tid, cred);
    own_cred_note(&usage->state->own, record->pid, record->tid, cred);
}

/* The user namespace of the first check is the one that the program started in. */
static bool in_own_namespace(struct usage *usage, const struct record *record) {
    struct usage_state *state = usage->state;
    struct process *process = process_of(usage, record->pid);

    if (record->capable_ns == 0)
        return false;
    if (state->home == 0)
        state->home = record->capable_ns;
    if (process != NULL)
        process->own_namespace |= record->capable_ns != state->home;
    return record->capable_ns != state->home;
}

/* ---- refusals ---- */

static void take_outcome(struct usage *usage, struct open_call *open, int error) {
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        struct refusals *refusals = &usage->asked[cap].refusals;
        if ((open->caps & CAP_MASK(cap)) == 0)
            continue;
        refusals->failed += error != 0;
        if (refusals->call == NULL || (refusals->error == 0 && error != 0)) {
            refusals->error = error;
            refusals->call = open->call;
            memcpy(refusals->process, open->process, sizeof refusals->process);
        }
    }
    open->caps = 0;
}

/* Until the thread is seen in another call, a failure may be of this one. */
static void open_call(struct usage *usage, const struct record *record, const struct use *use) {
    struct open_call *open = &usage->state->open[record->tid % OPEN_CALLS];

    if (open->tid != record->tid || open->where != record->where)
        take_outcome(usage, open, 0);
    open->tid = record->tid;
    open->where = record->where;
    open->caps |= CAP_MASK(record->cap);
    open->call = use->call;
    memcpy(open->process, use->process, sizeof open->process);
}

static void take_failure(struct usage *usage, const struct record *record) {
    enum { ERRNO_MOST = 511 }; /* larger values are internal to the kernel and its entry code */
    struct open_call *open = &usage->state->open[record->tid % OPEN_CALLS];

    usage->failures = true;
    if (open->tid == record->tid && open->caps != 0 && record->where != 0 &&
        open->where == record->where && record->value < 0 && record->value >= -ERRNO_MOST)
        take_outcome(usage, open, (int)-record->value);
}

/* Whether the check was refused; if its result is unknown, whether the program lacks the
 * capability. */
static bool is_refused(const struct usage *usage, const struct record *record) {
    if (record->result == RESULT_UNKNOWN)
        return (usage->kept & CAP_MASK(record->cap)) == 0;
    return record->result == RESULT_REFUSED;
}

static void take_refusal(struct usage *usage, const struct record *record, const struct use *use,
                         bool answers_later) {
    struct refusals *refusals = &usage->asked[record->cap].refusals;

    /* An overlay's mounter is not refused what it asks for: a refused check is the program's. */
    if (use->noise != NULL && (use->noise->harmless || (use->noise->sign != NOISE_BELOW &&
                                                        use->noise->sign != NOISE_FOREIGN)))
        return;
    usage->refused |= CAP_MASK(record->cap);
    refusals->checks++;
    if (!answers_later) {
        open_call(usage, record, use);
        return;
    }
    refusals->unanswered++;
    if (refusals->call == NULL) {
        refusals->call = use->call;
        memcpy(refusals->process, use->process, sizeof refusals->process);
    }
}

/* ---- checks ---- */

static const struct noise_rule *noise_of(struct usage *usage, const struct record *record,
                                         const struct origin *origin) {
    const struct kallsyms *kallsyms = usage->state->kallsyms;

    if (in_own_namespace(usage, record))
        return noise_find(NOISE_OWN_NAMESPACE, record->cap, kallsyms, NULL, 0);
    if (origin->noise == NULL && record->result == RESULT_REFUSED &&
        (usage->kept & CAP_MASK(record->cap)) != 0)
        return noise_find(NOISE_REFUSED, record->cap, kallsyms, NULL, 0);
    return origin->noise;
}

static int take_check(struct usage *usage, const struct record *record) {
    struct usage_state *state = usage->state;
    const struct process *process = process_of(usage, record->pid);
    struct use use = {.process = "?", .checks = 1};

    if (record->cap >= CAP_BITS)
        return -1;
    if (process != NULL && process->name[0] != '\0')
        memcpy(use.process, process->name, sizeof use.process);
    struct origin origin =
        origin_of(&state->origins, state->kallsyms, record->cap, record->chain, record->depth);
    use.call = origin.call;
    use.noise = noise_of(usage, record, &origin);
    if (use.noise == NULL && origin.foreign != NULL && record->cred != 0) {
        use.noise = origin.foreign;
        if (is_refused(usage, record))
            take_refusal(usage, record, &use, origin.answers_later);
        open_doubt(usage, record, &use);
        return -1;
    }
    if (origin.foreign == NULL && origin.whole)
        take_own_cred(usage, record);
    if (is_refused(usage, record))
        take_refusal(usage, record, &use, origin.answers_later);
    count(usage, record->cap, &use);
    return use.noise == NULL ? (int)record->cap : -1;
}

/* ---- sets of its own ---- */

/* Raising a capability in the ambient set requires it in the permitted set, without a check. */
static int take_call(struct usage *usage, const struct record *record) {
    struct process *process = process_of(usage, record->pid);
    struct use use = {.process = "?", .checks = 1, .call = "prctl"};

    if (process == NULL)
        return -1;
    process->raised = 0;
    if (record->call != CALL_PRCTL || record->args[0] != PR_CAP_AMBIENT ||
        record->args[1] != PR_CAP_AMBIENT_RAISE || record->args[2] >= CAP_BITS ||
        process->own_namespace)
        return -1;
    memcpy(use.process, process->name, sizeof use.process);
    process->raised = (uint8_t)(record->args[2] + 1);
    count(usage, (unsigned)record->args[2], &use);
    return (int)record->args[2];
}

static void take_return(struct usage *usage, const struct record *record) {
    struct process *process = process_of(usage, record->pid);

    if (process == NULL || process->raised == 0 || record->call != CALL_PRCTL)
        return;
    if (record->value < 0) {
        struct refusals *refusals = &usage->asked[process->raised - 1].refusals;
        usage->refused |= CAP_MASK(process->raised - 1);
        refusals->checks++;
        refusals->failed++;
        refusals->error = (int)-record->value;
        refusals->call = "prctl";
        memcpy(refusals->process, process->name, sizeof refusals->process);
    }
    process->raised = 0;
}

bool usage_is_of_call(const struct usage *usage, const struct record *record, const char *call) {
    struct usage_state *state = usage->state;

    return strcmp(origin_of(&state->origins, state->kallsyms, record->cap, record->chain,
                            record->depth)
                      .call,
                  call) == 0;
}

bool usage_changes_identity(const struct usage *usage, const struct record *record) {
    struct usage_state *state = usage->state;

    if (record->kind != RECORD_CHECK || (record->cap != CAP_SETUID && record->cap != CAP_SETGID) ||
        (record->capable_ns != 0 && state->home != 0 && record->capable_ns != state->home))
        return false;
    const char *call =
        origin_of(&state->origins, state->kallsyms, record->cap, record->chain, record->depth).call;
    return strncmp(call, "set", 3) == 0 || strncmp(call, "__sys_set", 9) == 0;
}

/* ---- the whole ---- */

int usage_begin(struct usage *usage, const struct kallsyms *kallsyms, uint64_t kept) {
    memset(usage, 0, sizeof *usage);
    usage->kept = kept;
    usage->state = calloc(1, sizeof *usage->state);
    if (usage->state == NULL)
        return -ENOMEM;
    usage->state->kallsyms = kallsyms;
    usage->state->processes = calloc(RECORD_PIDS, sizeof usage->state->processes[0]);
    return usage->state->processes == NULL ? -ENOMEM : 0;
}

int usage_add(struct usage *usage, const struct record *record) {
    switch (record->kind) {
    case RECORD_CHECK:
        return take_check(usage, record);
    case RECORD_CALL:
        return take_call(usage, record);
    case RECORD_RETURN:
        take_return(usage, record);
        break;
    case RECORD_FAILURE:
        take_failure(usage, record);
        break;
    case RECORD_FORK:
        take_fork(usage, record);
        break;
    case RECORD_COMM:
        take_name(usage, record);
        break;
    case RECORD_END:
    case RECORD_CGROUP:
    case RECORD_LOST:
    case RECORD_OTHER:
        break;
    }
    return -1;
}

void usage_end(struct usage *usage) {
    struct usage_state *state = usage->state;

    for (; state->open_doubt_count > 0; state->open_doubt_count--)
        keep_doubt(usage, &state->open_doubts[state->open_doubt_count - 1]);
    for (size_t i = 0; i < state->doubt_count; i++) {
        struct doubt *doubt = &state->doubts[i];
        if (has(&state->creds, doubt->cred))
            doubt->use.noise = NULL;
        count(usage, doubt->cap, &doubt->use);
    }
    state->doubt_count = 0;
    for (size_t i = 0; i < OPEN_CALLS; i++)
        take_outcome(usage, &state->open[i], 0);
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
