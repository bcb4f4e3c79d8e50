#include "asked.h"

#include <linux/capability.h>

enum { ALL_BITS = 0xef, NOROOT = 0x1, NO_FIXUP = 0x4, KEEP_CAPS_LOCKED = 0x20, NO_RAISE = 0x40 };

static bool all_are(const struct ids *ids, uint32_t id) {
    return ids->real == id && ids->effective == id && ids->saved == id && ids->fs == id;
}

bool asked_same_groups(const struct groups *a, const struct groups *b) {
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < MOST_GROUPS; i++)
        if (i < a->count && a->list[i] != b->list[i])
            return false;
    return true;
}

bool asked_has_group(const struct groups *groups, gid_t gid) {
    for (size_t i = 0; i < MOST_GROUPS; i++)
        if (i < groups->count && groups->list[i] == gid)
            return true;
    return false;
}

/* The change of identity that is made, or may be: an id that reads as right may be unmapped. */
struct change {
    bool ids_differ, ids, groups, streams, any_root;
};

static struct change change_of(const struct request *r, const struct start *s) {
    const struct cred *c = &s->cred;
    bool unsure = !s->all_ids_mapped &&
                  (s->overflow_unknown || r->uid == s->overflow_uid || r->gid == s->overflow_gid);
    bool unsure_group =
        !s->all_ids_mapped && (s->overflow_unknown || asked_has_group(&r->groups, s->overflow_gid));
    bool differ = r->change_identity && !(all_are(&c->uid, r->uid) && all_are(&c->gid, r->gid));

    return (struct change){
        .ids_differ = differ,
        .ids = differ || (r->change_identity && unsure),
        .groups = r->change_groups && (!asked_same_groups(&r->groups, &c->groups) || unsure_group),
        .streams = r->chown_stdio && s->stdio != 0,
        .any_root = c->uid.real == 0 || c->uid.effective == 0 || c->uid.saved == 0,
    };
}

/* docs/design.md, the table of "Dropping from the bounding set takes CAP_SETPCAP". */
static bool bounding_stays(const struct asked *a, const struct cred *c, const struct change *k) {
    bool excess = (c->bounding & ~a->keep) != 0;
    bool setpcap = (c->permitted & CAP_MASK(CAP_SETPCAP)) != 0;
    bool nothing_to_take = c->permitted == 0 && !k->any_root && !k->ids_differ && !k->groups;

    return excess && !setpcap && (a->no_new_privs || nothing_to_take);
}

static bool locks_forbid(const struct asked *a, const struct cred *c, const struct change *k) {
    bool changed_locked = false;
    for (unsigned bit = 0; bit < 8; bit += 2) /* bit n is locked by bit n + 1 */
        if ((c->securebits >> (bit + 1) & 1) != 0 &&
            ((a->securebits ^ c->securebits) >> bit & 1) != 0)
            changed_locked = true;
    bool cleared = k->any_root && a->uid.real != 0 && (c->securebits & NO_FIXUP) == 0;
    bool carries = a->keep != 0 || a->securebits != c->securebits || k->streams;
    bool raises = (a->keep & ~(cleared ? 0 : c->ambient)) != 0;

    return changed_locked || (cleared && carries && (c->securebits & KEEP_CAPS_LOCKED) != 0) ||
           (raises && (c->securebits & NO_RAISE) != 0);
}

struct asked asked_of(const struct request *request, const struct start *start) {
    const struct cred *c = &start->cred;
    struct change change = change_of(request, start);
    uint64_t known = c->cap_count >= CAP_BITS ? UINT64_MAX : CAP_MASK(c->cap_count) - 1;
    uint64_t possible = c->permitted & (c->inheritable | c->bounding);
    uint64_t must = request->keep_all ? c->permitted : request->keep;
    struct asked a = {.keep = must | (request->want & possible),
                      .uid = request->change_identity ? ids_all(request->uid) : c->uid,
                      .gid = request->change_identity ? ids_all(request->gid) : c->gid};

    a.securebits = c->securebits | (request->lock_securebits ? ALL_BITS : 0);
    a.no_new_privs = c->no_new_privs || request->no_new_privs;
    a.started_setid = c->uid.real != c->uid.effective || c->gid.real != c->gid.effective;
    a.unknown = (a.keep & ~known) != 0;
    a.not_permitted = (a.keep & ~c->permitted) != 0;
    a.frozen = (a.keep & ~c->inheritable & ~c->bounding) != 0;
    bool is_granted =
        (!change.any_root || (c->securebits & NOROOT) != 0) && (c->permitted & ~c->ambient) != 0;
    a.grant = is_granted && (change.ids || change.groups || change.streams);
    a.unmapped_stream = request->chown_stdio && start->stdio_unmapped != 0;
    a.bounding_left = bounding_stays(&a, c, &change);
    a.strict = request->strict && (a.bounding_left || (request->want & ~possible & ~must) != 0);
    a.userns = request->disable_userns && (!a.no_new_privs || !start->userns_known);
    a.locked = locks_forbid(&a, c, &change);
    return a;
}

bool asked_refuses(const struct asked *a) {
    return a->started_setid || a->unknown || a->not_permitted || a->frozen || a->grant ||
           a->unmapped_stream || a->strict || a->userns || a->locked;
}
