/* T0: where execve is reached, the kernel is in the requested state. The whole pipeline,
 * for any start and any request, while any call may fail and writers may lie as long as they like.
 *
 *   WRITER_LIES, CONFIRM_LIES, READER_LIES   how many calls may lie
 *
 * With READER_LIES the start is directly after execve without set-id bits, and what one false
 * answer at the start can do (docs/threat-model.md, "A kernel that lies consistently") is left out
 * of the claims.
 */
#include <linux/capability.h>

#include "asked.h"
#include "core/pipeline.h"
#include "core/program.h"
#include "kernel.h"

#ifndef WRITER_LIES
#define WRITER_LIES 1000000
#endif
#ifndef READER_LIES
#define READER_LIES 0
#endif
#ifndef CONFIRM_LIES
#define CONFIRM_LIES 0
#endif

static struct kernel before;
static struct pipeline pipeline;
static bool program_checked;

int program_find(const struct plan *plan, struct program *program, struct fail *f) {
    (void)plan;
    (void)program;
    program_checked = nondet_bool();
    return program_checked ? 0 : fail_set(f, "program", FAIL_NOT_FOUND, 0, "-");
}

/* Whatever the kernel answers there, it is in no state by which what is proven could change. */
int program_check(const struct plan *plan, const struct program *program, struct fail *f) {
    (void)plan;
    (void)program;
    return nondet_bool() ? 0 : fail_set(f, "exec", FAIL_SYSTEM_CALL, 0, "-");
}

static bool same_ids(const struct kernel_ids *a, const struct kernel_ids *b) {
    return a->real == b->real && a->effective == b->effective && a->saved == b->saved &&
           a->fs == b->fs;
}

static void prove_ids(const struct request *request) {
    struct ids uid = ids_all(request->uid), gid = ids_all(request->gid);

    if (!request->change_identity) {
        PROVE("the uids stay", same_ids(&kernel.uid, &before.uid));
        PROVE("the gids stay", same_ids(&kernel.gid, &before.gid));
        return;
    }
    PROVE("the uids read as asked", kernel_uids_read_as(&kernel.uid, &uid));
    PROVE("the gids read as asked", kernel_gids_read_as(&kernel.gid, &gid));
    PROVE("the uids are what was asked", kernel_ids_are(&kernel.uid, request->uid));
    PROVE("the gids are what was asked", kernel_ids_are(&kernel.gid, request->gid));
    bool was =
        kernel_ids_are(&before.uid, request->uid) && kernel_ids_are(&before.gid, request->gid);
    bool joined = kernel.keyring_joined && kernel_shown_uid(kernel.keyring_owner) == request->uid;
    PROVE("a session keyring of its own", was || kernel.keyring_blocked || joined);
}

static void prove_groups(const struct request *request) {
    const struct groups *groups = &request->groups;
    bool same = kernel.groups == before.groups;

    for (unsigned i = 0; i < MOST_GROUPS; i++)
        same = same && (i >= kernel.groups || kernel.group[i] == before.group[i]);
    PROVE("the groups stay", request->change_groups || same);
    PROVE("the groups read as asked",
          !request->change_groups || kernel_groups_read_as(groups->list, groups->count));
    PROVE("the groups are what was asked",
          !request->change_groups || kernel_groups_are(groups->list, groups->count));
}

/* What is kept. With a false answer it may lack what was to be kept only if it is there. */
static uint64_t prove_kept(const struct request *request) {
    uint64_t must = request->keep_all ? before.permitted : request->keep;
    uint64_t most =
        must | (request->want & before.permitted & (before.inheritable | before.bounding));

    if (READER_LIES == 0)
        return most;
    uint64_t least = request->keep_all ? 0 : request->keep;
    PROVE("what must be kept, and no more",
          (least & ~kernel.permitted) == 0 && (kernel.permitted & ~most) == 0);
    return kernel.permitted;
}

/* With a false answer, --lock-securebits may change the bits about scripts. */
static void prove_securebits(const struct request *request) {
    if (!request->lock_securebits) {
        PROVE("securebits stay", kernel.securebits == before.securebits);
    } else {
        unsigned lockdown = 0xefU, ours = READER_LIES == 0 ? ~0U : 0xffU;
        PROVE("securebits", (kernel.securebits & ours) == ((before.securebits | lockdown) & ours));
    }
}

static void prove_capabilities(const struct request *request) {
    uint64_t keep = prove_kept(request);
    bool no_new_privs = before.no_new_privs || request->no_new_privs;
    bool has_root = before.uid.real == 0 || before.uid.effective == 0 || before.uid.saved == 0;
    bool may_stay = no_new_privs || (before.permitted == 0 && !has_root);
    bool setpcap = (before.permitted & CAP_MASK(CAP_SETPCAP)) != 0;
    bool stays = kernel.bounding == before.bounding && pipeline.plan.bounding_left &&
                 ((!setpcap && may_stay) || READER_LIES > 0) && !request->strict;

    PROVE("nothing wanted is missing", !request->strict || (request->want & ~keep) == 0);
    PROVE("permitted", kernel.permitted == keep);
    PROVE("effective", kernel.effective == keep);
    PROVE("inheritable", kernel.inheritable == keep);
    PROVE("ambient", kernel.ambient == keep);
    PROVE("bounding", kernel.bounding == (before.bounding & keep) || stays);
    PROVE("no_new_privs", kernel.no_new_privs == no_new_privs);
    prove_securebits(request);
}

static void prove_rest(const struct request *request) {
    uid_t user = kernel_shown_uid(before.uid.effective);

    bool same_signal = kernel.parent_death == before.parent_death;
    PROVE("parent-death signal", request->change_parent_death
                                     ? kernel.parent_death == request->parent_death_signal
                                     : same_signal || READER_LIES > 0);
    bool same_place = kernel.directory.device == before.directory.device &&
                      kernel.directory.inode == before.directory.inode;
    const struct sys_directory *entered = &pipeline.program.directory;
    PROVE("the working directory", request->directory == NULL
                                       ? same_place
                                       : kernel.directory.device == entered->device &&
                                             kernel.directory.inode == entered->inode);
    PROVE("the umask", kernel.umask == (request->change_umask ? request->umask : before.umask));
    for (enum module module = 0; module < MODULES; module++)
        PROVE("the label", kernel.enters_label[module] ==
                               (request->label[module] != NULL || before.enters_label[module]));
    PROVE("no user namespace",
          !request->disable_userns || kernel.filtered || kernel.userns_refused == USERNS_ALL);
    PROVE("no filter that was not asked for", request->disable_userns || !kernel.filtered);
    PROVE("the program was checked", program_checked);
    PROVE("descriptors", !request->close_fds || !kernel.fds_open);
    for (int fd = 0; fd < 3; fd++) {
        bool given = request->chown_stdio && before.is_pipe[fd];
        PROVE("a stream stays", given || kernel.owner[fd] == before.owner[fd]);
        bool stays = kernel.owner[fd] == before.owner[fd] && READER_LIES > 0;
        PROVE("a stream reads as the user's", !given || stays || request->change_identity ||
                                                  kernel_shown_uid(kernel.owner[fd]) == user);
        PROVE("a stream is the user's",
              !given || stays || !request->change_identity || kernel.owner[fd] == request->uid);
    }
}

static void reach(const struct request *request) {
    bool changes = request->change_identity && request->change_groups;

    REACHED("execve, with every kind of change from uid 0",
            changes && kernel.permitted != 0 && request->lock_securebits && before.uid.real == 0 &&
                request->uid != 0 && kernel.bounding != before.bounding);
    REACHED("execve, with the bounding set left", pipeline.plan.bounding_left);
    REACHED("execve, after a false answer where there may be one",
            READER_LIES == 0 || kernel_reader_lies != READER_LIES);
    REACHED("execve, in a user namespace, with another uid",
            !kernel.all_mapped && request->change_identity && !same_ids(&kernel.uid, &before.uid));
    REACHED("execve, as the overflow id in a user namespace",
            !kernel.all_mapped && request->change_identity && request->uid == kernel.overflow_uid);
    REACHED("execve, from another uid to 0",
            before.uid.real != 0 && request->change_identity && request->uid == 0);
    REACHED("execve, without a wanted capability", (request->want & ~kernel.permitted) != 0);
    REACHED("execve, with another parent-death signal",
            kernel.parent_death != 0 && kernel.parent_death != before.parent_death);
    REACHED("execve, in another directory, with another umask and two labels",
            request->directory != NULL && kernel.umask != before.umask &&
                kernel.directory.inode != before.directory.inode && request->label[0] != NULL &&
                request->label[1] != NULL);
    REACHED("execve, with a filter", kernel.filtered);
    REACHED("execve, with a group", request->change_groups && kernel.groups > 0);
    REACHED("execve, with a stream handed over", kernel.owner[0] != before.owner[0]);
    REACHED("execve, with the parent-death signal armed again",
            before.parent_death != 0 && !same_ids(&kernel.uid, &before.uid));
}

int main(void) {
    gid_t list[MOST_GROUPS];
    struct fail fail;

#if READER_LIES > 0
    kernel_after_execve();
    ASSUME(kernel.uid.real == kernel.uid.effective && kernel.gid.real == kernel.gid.effective);
#else
    kernel_any();
#endif
    kernel_writer_lies = WRITER_LIES;
    kernel_confirm_lies = CONFIRM_LIES;
    kernel_reader_lies = READER_LIES;
    before = kernel;
    pipeline.request = any_request(list);
    if (pipeline_advance(&pipeline, STAGES - 1, &fail) != 0)
        return 0;
    prove_ids(&pipeline.request);
    prove_groups(&pipeline.request);
    prove_capabilities(&pipeline.request);
    prove_rest(&pipeline.request);
    reach(&pipeline.request);
    return 0;
}
