#include "fake/expected.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "fake/kernel.h"

static void expect_streams(const struct request *request, struct expected *expected) {
    expected->stream_owner = expected->cred.uid.real;
    for (unsigned fd = 0; request->chown_stdio && fd < 3; fd++)
        if (fake.streams[fd].handed_over)
            expected->streams |= 1u << fd;
}

static bool all_mapped(const struct fake_ids *ids) {
    return ids->real <= UINT32_MAX && ids->effective <= UINT32_MAX && ids->saved <= UINT32_MAX &&
           ids->fs <= UINT32_MAX;
}

/* Where every id is mapped, none is unmapped, whatever a test has made up. */
static bool has_unmapped_id(void) {
    bool whole = fake.uid_map.count == UINT32_MAX && fake.gid_map.count == UINT32_MAX;

    return !whole && !(all_mapped(&fake.uid) && all_mapped(&fake.gid));
}

static void expect_groups(const struct request *request, struct cred *cred) {
    struct groups *groups = &cred->groups;

    free(groups->list);
    groups->list = calloc(request->groups.count + 1, sizeof(gid_t));
    if (groups->list == NULL)
        abort();
    groups->count = cred->groups_told = request->groups.count;
    for (size_t i = 0; i < groups->count; i++)
        groups->list[i] = request->groups.list[i];
}

void expected_make(const struct request *request, struct expected *expected) {
    struct cred before;

    memset(expected, 0, sizeof *expected);
    fake_truth(&before);
    expected->cred = before;
    expected->ids_are_mapped = request->change_identity;
    expected->groups_are_mapped = request->change_groups;
    if (request->change_identity) {
        expected->cred.uid = ids_all(request->uid);
        expected->cred.gid = ids_all(request->gid);
    }
    if (request->change_groups)
        expect_groups(request, &expected->cred);
    uint64_t keep = request->keep_all ? before.permitted : request->keep;
    keep |= request->want & before.permitted & (before.inheritable | before.bounding);
    expected->cred.permitted = expected->cred.effective = keep;
    expected->cred.inheritable = expected->cred.ambient = keep;
    expected->cred.bounding = before.bounding & keep;
    expected->cred.no_new_privs = before.no_new_privs || request->no_new_privs;
    expected->cred.securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
    expected->cred.securebits |= request->lock_securebits ? 0xefu : 0;

    bool changes = memcmp(&before.uid, &expected->cred.uid, sizeof before.uid) != 0 ||
                   memcmp(&before.gid, &expected->cred.gid, sizeof before.gid) != 0 ||
                   (request->change_identity && has_unmapped_id());
    expected->new_keyring = changes && !fake.keyctl_blocked;
    expected->keyring_owner = expected->cred.uid.real;
    expected->keyring_before = fake.keyring;
    expected->parent_death_signal =
        request->change_parent_death ? request->parent_death_signal : fake.parent_death_signal;
    expected->closed_fds = request->close_fds;
    expected->userns_disabled = request->disable_userns;
    expected->directory =
        request->directory == NULL ? fake.directory : fake_find_file(request->directory);
    expected->umask = request->change_umask ? request->umask : fake.umask;
    memcpy(expected->label, request->label, sizeof expected->label);
    expected->bounding_may_stay =
        (before.permitted & CAP_MASK(CAP_SETPCAP)) == 0 &&
        (expected->cred.no_new_privs ||
         (before.permitted == 0 && before.uid.real != 0 && before.uid.saved != 0 && !changes));
    if (expected->bounding_may_stay)
        expected->cred.bounding = before.bounding;
    expect_streams(request, expected);
}

void expected_free(struct expected *expected) {
    free(expected->cred.groups.list);
    expected->cred.groups = (struct groups){0};
}

static bool same_ids(const struct ids *a, const struct ids *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static const char *cred_unmet(const struct cred *expected, const struct cred *truth) {
    if (!same_ids(&expected->uid, &truth->uid))
        return "uid";
    if (!same_ids(&expected->gid, &truth->gid))
        return "gid";
    if (expected->groups.count != truth->groups.count ||
        (expected->groups.count > 0 && memcmp(expected->groups.list, truth->groups.list,
                                              expected->groups.count * sizeof(gid_t)) != 0))
        return "groups";
    if (expected->permitted != truth->permitted)
        return "permitted";
    if (expected->effective != truth->effective)
        return "effective";
    if (expected->inheritable != truth->inheritable)
        return "inheritable";
    if (expected->bounding != truth->bounding)
        return "bounding";
    if (expected->ambient != truth->ambient)
        return "ambient";
    if (expected->securebits != truth->securebits)
        return "securebits";
    return expected->no_new_privs != truth->no_new_privs ? "no_new_privs" : NULL;
}

/* What reads as expected is another id where the namespace does not map it. */
static const char *unmapped(const struct expected *expected) {
    if (expected->ids_are_mapped && !(all_mapped(&fake.uid) && all_mapped(&fake.gid)))
        return "an id that only reads as the one that was asked for";
    for (size_t i = 0; i < fake.group_count && expected->groups_are_mapped; i++)
        if (fake.groups[i] > UINT32_MAX)
            return "a group that only reads as one that was asked for";
    return NULL;
}

const char *expected_unmet(const struct expected *expected, const struct plan *plan) {
    struct cred truth;

    fake_truth(&truth);
    const char *what = cred_unmet(&expected->cred, &truth);
    free(truth.groups.list);
    if (what == NULL)
        what = unmapped(expected);
    if (what != NULL)
        return what;
    if (plan->bounding_left !=
        (expected->bounding_may_stay && (expected->cred.bounding & ~expected->cred.permitted) != 0))
        return "the note about the bounding set";
    if (fake.parent_death_signal != expected->parent_death_signal)
        return "the parent-death signal";
    if (expected->new_keyring &&
        (fake.keyring == expected->keyring_before || fake.keyring_owner != expected->keyring_owner))
        return "the session keyring";
    if (expected->closed_fds && fake.open_above_stderr != 0)
        return "the descriptors above 2";
    if (fake.directory != expected->directory)
        return "the working directory";
    if (fake.umask != expected->umask)
        return "the umask";
    if (expected->userns_disabled && !fake.userns_disabled)
        return "user namespaces";
    for (enum module module = 0; module < MODULES; module++)
        if (expected->label[module] != fake.label[module])
            return "what a security module confines it by";
    for (unsigned fd = 0; fd < 3; fd++)
        if ((expected->streams & 1u << fd) != 0 && fake.streams[fd].owner != expected->stream_owner)
            return "the owner of a standard stream";
    return NULL;
}
