#include "scene.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/observe.h"

int observe_all(const struct request *request, struct start *start, struct fail *f) {
    memset(start, 0xa5, sizeof *start); /* whatever is not set is seen */
    if (observe_cred("start", CAP_BITS, &start->cred, f) != 0 ||
        plan_check_start(&start->cred, f) != 0)
        return -1;
    return observe_start(request, start, f);
}

void scene_add_server(void) { (void)fake_add_file(SERVER, S_IFREG | 0755, 0, 0, "\177ELF"); }

static int run(struct table table, const struct plan *plan, struct program *program,
               struct fail *f) {
    if (table.steps == NULL)
        return transition_run(plan, program, f);
    return transition_run_steps(table.steps, table.count, plan, program, f);
}

void scene_force(struct table table, struct outcome *outcome) {
    char *no_words[] = {NULL};

    outcome->program = (struct program){.command = SERVER};
    outcome->stage = STAGE_RUN;
    if (run(table, &outcome->plan, &outcome->program, &outcome->f) != 0)
        return;
    outcome->stage = STAGE_VERIFY;
    if (transition_verify(&outcome->plan, &outcome->f) != 0)
        return;
    outcome->stage = STAGE_EXEC;
    (void)program_exec(&outcome->program, no_words, no_words, &outcome->f);
}

void scene_play(const struct request *request, struct table table, struct outcome *outcome) {
    memset(outcome, 0, sizeof *outcome);
    outcome->stage = STAGE_OBSERVE;
    if (observe_all(request, &outcome->start, &outcome->f) != 0)
        return;
    outcome->stage = STAGE_PLAN;
    if (plan_make(request, &outcome->start, &outcome->plan, &outcome->f) != 0)
        return;
    outcome->stage = STAGE_PREFLIGHT;
    if (transition_preflight(&outcome->plan, &outcome->f) != 0)
        return;
    scene_force(table, outcome);
}

void scene_free(struct outcome *outcome) { observe_free(&outcome->start.cred); }

/* ---- what must come out ---- */

static void wish_streams(const struct request *request, struct wish *wish) {
    wish->stream_owner = wish->cred.uid.real;
    for (unsigned fd = 0; request->chown_stdio && fd < 3; fd++)
        if (fake.streams[fd].handed_over)
            wish->streams |= 1u << fd;
}

void wish_make(const struct request *request, struct wish *wish) {
    struct cred before;

    memset(wish, 0, sizeof *wish);
    fake_truth(&before);
    wish->cred = before;
    if (request->change_identity) {
        wish->cred.uid = ids_all(request->uid);
        wish->cred.gid = ids_all(request->gid);
    }
    if (request->change_groups) {
        struct groups *groups = &wish->cred.groups;
        free(groups->list);
        groups->list = calloc(request->groups.count + 1, sizeof(gid_t));
        if (groups->list == NULL)
            abort();
        groups->count = request->groups.count;
        for (size_t i = 0; i < groups->count; i++)
            groups->list[i] = request->groups.list[i];
    }
    uint64_t keep = request->keep_all ? before.permitted : request->keep;
    wish->cred.permitted = wish->cred.effective = keep;
    wish->cred.inheritable = wish->cred.ambient = keep;
    wish->cred.bounding = before.bounding & keep;
    wish->cred.no_new_privs = before.no_new_privs || request->no_new_privs;
    wish->cred.securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
    wish->cred.securebits |= request->lock_securebits ? 0xefu : 0;

    bool changes = memcmp(&before.uid, &wish->cred.uid, sizeof before.uid) != 0 ||
                   memcmp(&before.gid, &wish->cred.gid, sizeof before.gid) != 0;
    wish->new_keyring = changes && !fake.keyctl_blocked;
    wish->keyring_owner = wish->cred.uid.real;
    wish->keyring_before = fake.keyring;
    wish->parent_death_signal = fake.parent_death_signal;
    wish->closed_fds = request->close_fds;
    wish->bounding_may_stay =
        (before.permitted & CAP_MASK(CAP_SETPCAP)) == 0 &&
        (wish->cred.no_new_privs ||
         (before.permitted == 0 && before.uid.real != 0 && before.uid.saved != 0 && !changes));
    if (wish->bounding_may_stay)
        wish->cred.bounding = before.bounding;
    wish_streams(request, wish);
}

void wish_free(struct wish *wish) {
    free(wish->cred.groups.list);
    wish->cred.groups = (struct groups){0};
}

static bool same_ids(const struct ids *a, const struct ids *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static const char *cred_unfulfilled(const struct cred *wish, const struct cred *truth) {
    if (!same_ids(&wish->uid, &truth->uid))
        return "uid";
    if (!same_ids(&wish->gid, &truth->gid))
        return "gid";
    if (wish->groups.count != truth->groups.count ||
        (wish->groups.count > 0 &&
         memcmp(wish->groups.list, truth->groups.list, wish->groups.count * sizeof(gid_t)) != 0))
        return "groups";
    if (wish->permitted != truth->permitted)
        return "permitted";
    if (wish->effective != truth->effective)
        return "effective";
    if (wish->inheritable != truth->inheritable)
        return "inheritable";
    if (wish->bounding != truth->bounding)
        return "bounding";
    if (wish->ambient != truth->ambient)
        return "ambient";
    if (wish->securebits != truth->securebits)
        return "securebits";
    return wish->no_new_privs != truth->no_new_privs ? "no_new_privs" : NULL;
}

const char *wish_unfulfilled(const struct wish *wish, const struct plan *plan) {
    struct cred truth;

    fake_truth(&truth);
    const char *what = cred_unfulfilled(&wish->cred, &truth);
    free(truth.groups.list);
    if (what != NULL)
        return what;
    if (plan->bounding_left !=
        (wish->bounding_may_stay && (wish->cred.bounding & ~wish->cred.permitted) != 0))
        return "the note about the bounding set";
    if (fake.parent_death_signal != wish->parent_death_signal)
        return "the parent-death signal";
    if (wish->new_keyring &&
        (fake.keyring == wish->keyring_before || fake.keyring_owner != wish->keyring_owner))
        return "the session keyring";
    if (wish->closed_fds && fake.open_above_stderr != 0)
        return "the descriptors above 2";
    for (unsigned fd = 0; fd < 3; fd++)
        if ((wish->streams & 1u << fd) != 0 && fake.streams[fd].owner != wish->stream_owner)
            return "the owner of a standard stream";
    return NULL;
}
