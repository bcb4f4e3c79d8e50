#include "learn/attach/seen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "learn/checks/origin.h"
#include "learn/checks/own_cred.h"

/* ---- programs ---- */

static size_t place_of(struct seen *seen, const char *name) {
    size_t i = 0;

    while (i < seen->program_count && strcmp(seen->programs[i].name, name) != 0)
        i++;
    if (i < seen->program_count)
        return i;
    if (seen->program_count == SEEN_PROGRAMS - 1) {
        seen->more_programs = true;
        return SEEN_PROGRAMS - 1;
    }
    memcpy(seen->programs[i].name, name, USAGE_NAME);
    seen->program_count++;
    seen->news++;
    return i;
}

struct seen_program *seen_program(struct seen *seen, struct member *member) {
    if (member->program == 0) {
        member->program = (uint16_t)(place_of(seen, member->name) + 1);
        seen->programs[member->program - 1].processes++;
        seen->processes += !member->counted;
        member->counted = true;
    }
    return &seen->programs[member->program - 1];
}

void seen_leave(struct seen *seen, struct member *member) {
    if (member->program != 0)
        seen->programs[member->program - 1].processes--;
    member->program = 0;
}

static bool is_elsewhere(const struct seen *seen, const struct member *member) {
    return member->user_namespace != 0 && member->user_namespace != seen->our_inode;
}

void seen_state(struct seen *seen, struct member *member, const struct process *process) {
    struct seen_program *program = seen_program(seen, member);
    struct seen_sets *const both[] = {&seen->sets, &program->sets};

    if (!member->state_read)
        member->user_namespace = process->user_namespace;
    member->state_read = true;
    if (process->user_namespace != member->user_namespace)
        return; /* it created this one itself: what it holds there was not given to it */
    member->permitted = process->permitted;
    for (size_t i = 0; i < 2; i++) {
        both[i]->held |= process->permitted;
        both[i]->ambient |= process->ambient;
    }
    program->other_namespace |= is_elsewhere(seen, member);
}

/* ---- checks ---- */

enum kind { KIND_USED, KIND_REFUSED, KIND_OUTSIDE, KIND_IGNORED };

static void add_set(struct seen *seen, uint64_t *all, uint64_t *program, unsigned cap) {
    seen->news += (*program & CAP_MASK(cap)) == 0;
    *all |= CAP_MASK(cap);
    *program |= CAP_MASK(cap);
}

static void count(struct seen *seen, struct member *member, unsigned cap, enum kind kind,
                  const struct use *use) {
    struct seen_program *program = seen_program(seen, member);
    struct seen_cap *caps = &seen->caps[cap];
    struct seen_sets *all = &seen->sets, *own = &program->sets;

    switch (kind) {
    case KIND_USED:
        uses_add(&caps->used, use);
        add_set(seen, &all->held, &own->held, cap);
        add_set(seen, &all->used, &own->used, cap);
        break;
    case KIND_REFUSED:
        uses_add(&caps->refused, use);
        add_set(seen, &all->refused, &own->refused, cap);
        break;
    case KIND_OUTSIDE:
        uses_add(&caps->outside, use);
        add_set(seen, &all->outside, &own->outside, cap);
        break;
    case KIND_IGNORED:
        uses_add(&caps->ignored, use);
        break;
    }
}

/* A kprobe records no result: then the permitted set decides. */
static bool is_granted(const struct member *member, const struct record *record) {
    if (record->result == RESULT_UNKNOWN)
        return (member->permitted & CAP_MASK(record->cap)) != 0;
    return record->result == RESULT_GRANTED;
}

/* A namespace that the process itself has created since; one given to a container is not one.
 */
static bool is_in_own_namespace(const struct seen *seen, const struct member *member,
                                const struct record *record) {
    if (record->capable_ns == 0 || seen->our_ns == 0)
        return false;
    if (!is_elsewhere(seen, member))
        return record->capable_ns != seen->our_ns;
    return member->namespace_at != 0 && record->capable_ns != member->namespace_at;
}

static bool is_outside(const struct seen *seen, const struct member *member,
                       const struct record *record) {
    return is_elsewhere(seen, member) && seen->our_ns != 0 && record->target_ns == seen->our_ns;
}

static enum kind kind_of(const struct seen *seen, struct member *member,
                         const struct record *record, struct use *use) {
    bool granted = is_granted(member, record);
    bool own = granted && is_in_own_namespace(seen, member, record);

    member->own_namespace |= own;
    if (own)
        use->noise = noise_find(NOISE_OWN_NAMESPACE, record->cap, seen->kallsyms, NULL, 0);
    if (use->noise != NULL)
        return KIND_IGNORED;
    if (granted)
        return KIND_USED;
    return is_outside(seen, member, record) ? KIND_OUTSIDE : KIND_REFUSED;
}

/* ---- doubts ---- */

static void remove_doubt(struct seen *seen, size_t i) {
    seen->doubts[i] = seen->doubts[--seen->doubt_count];
}

/* Checks that an overlay makes of its mounter use credentials that the process never has. */
static bool keep_doubt(struct seen *seen, const struct member *member, const struct record *record,
                       bool granted, const struct use *use) {
    uint64_t before = own_cred_of(seen->own, member->pid, record->tid);

    for (size_t i = 0; i < seen->doubt_count; i++) {
        struct seen_doubt *doubt = &seen->doubts[i];
        if (doubt->pid == member->pid && doubt->tid == record->tid && doubt->cap == record->cap &&
            doubt->cred == record->cred && doubt->before == before && doubt->granted == granted &&
            uses_same(&doubt->use, use)) {
            doubt->use.checks += use->checks;
            return true;
        }
    }
    if (seen->doubt_count == SEEN_DOUBTS)
        return false;
    seen->doubts[seen->doubt_count++] = (struct seen_doubt){
        member->pid, record->tid, record->cap, record->cred, before, granted, *use};
    return true;
}

/* These credentials are the thread's own: a doubtful check with them counts. If the thread had them
 * before a check with others as well, those of the check are not its own. */
static void settle_doubts(struct seen *seen, struct member *member, const struct record *record) {
    for (size_t i = seen->doubt_count; i > 0; i--) {
        struct seen_doubt doubt = seen->doubts[i - 1];
        bool own = doubt.pid == member->pid && doubt.cred == record->cred;
        if (!own && (doubt.tid != record->tid || doubt.before != record->cred))
            continue;
        if (own) {
            doubt.use.noise = NULL;
            count(seen, member, doubt.cap, doubt.granted ? KIND_USED : KIND_REFUSED, &doubt.use);
        } else {
            uses_add(&seen->caps[doubt.cap].ignored, &doubt.use);
        }
        remove_doubt(seen, i - 1);
    }
}

/* By the credentials last seen of the thread; if none are known, by those of its process. */
static bool is_own_cred(const struct seen *seen, const struct member *member,
                        const struct record *record) {
    uint64_t last = own_cred_of(seen->own, member->pid, record->tid);

    return last != 0 ? last == record->cred : member_has_cred(member, record->cred);
}

void seen_end(struct seen *seen, uint32_t pid) {
    own_cred_end(seen->own, pid);
    for (size_t i = seen->doubt_count; i > 0; i--)
        if (seen->doubts[i - 1].pid == pid) {
            uses_add(&seen->caps[seen->doubts[i - 1].cap].ignored, &seen->doubts[i - 1].use);
            remove_doubt(seen, i - 1);
        }
}

/* ---- records ---- */

static void note_identity(struct seen *seen, const struct seen_program *program, uint32_t uid,
                          uint32_t gid, uint64_t caps) {
    struct phases *own = &seen->programs[program - seen->programs].phases;

    if (uid == UINT32_MAX)
        return;
    phases_add(&seen->phases, uid, gid, caps);
    phases_add(own, uid, gid, caps);
}

void seen_check(struct seen *seen, struct member *member, const struct record *record, uint32_t uid,
                uint32_t gid) {
    struct use use = {.checks = 1};

    if (record->cap >= CAP_BITS)
        return;
    memcpy(use.process, member->name, sizeof use.process);
    struct seen_program *program = seen_program(seen, member);
    struct origin origin =
        origin_of(seen->origins, seen->kallsyms, record->cap, record->chain, record->depth);
    use.call = origin.call;
    use.noise = origin.noise;
    seen->checks++;
    program->checks++;
    if (origin.foreign == NULL && origin.whole && record->cred != 0) {
        member_add_cred(member, record->cred);
        settle_doubts(seen, member, record);
        own_cred_note(seen->own, member->pid, record->tid, record->cred);
    }
    if (use.noise == NULL && origin.foreign != NULL && record->cred != 0 &&
        !is_own_cred(seen, member, record)) {
        use.noise = origin.foreign;
        if (keep_doubt(seen, member, record, is_granted(member, record), &use))
            return;
    }
    enum kind kind = kind_of(seen, member, record, &use);
    count(seen, member, record->cap, kind, &use);
    note_identity(seen, program, uid, gid, kind == KIND_USED ? CAP_MASK(record->cap) : 0);
}

void seen_raise(struct seen *seen, struct member *member, unsigned cap, bool granted, uint32_t uid,
                uint32_t gid) {
    struct use use = {.checks = 1, .call = "prctl"};

    /* Permitted and refused: it is not inheritable, or a securebit forbids it. */
    if (member->own_namespace || (!granted && (member->permitted & CAP_MASK(cap)) != 0))
        return;
    memcpy(use.process, member->name, sizeof use.process);
    count(seen, member, cap, granted ? KIND_USED : KIND_REFUSED, &use);
    note_identity(seen, seen_program(seen, member), uid, gid, granted ? CAP_MASK(cap) : 0);
}

void seen_identity(struct seen *seen, struct member *member, uint32_t uid, uint32_t gid) {
    note_identity(seen, seen_program(seen, member), uid, gid, 0);
}

/* ---- the whole ---- */

int seen_begin(struct seen *seen, const struct kallsyms *kallsyms) {
    memset(seen, 0, sizeof *seen);
    seen->kallsyms = kallsyms;
    seen->every_cap = UINT64_MAX;
    seen->origins = calloc(1, sizeof *seen->origins);
    seen->own = calloc(1, sizeof *seen->own);
    (void)strcpy(seen->programs[SEEN_PROGRAMS - 1].name, "(others)");
    return seen->origins == NULL || seen->own == NULL ? -ENOMEM : 0;
}

void seen_free(struct seen *seen) {
    free(seen->origins);
    free(seen->own);
    seen->origins = NULL;
    seen->own = NULL;
}
