#include "learn/attempt.h"

#include <errno.h>
#include <string.h>

/* Counts what the program's own execve requires, for example to search a directory above it:
 * without it the program is not started. What capwrap requires before that is not a need of the
 * program. */
static void take_start(struct attempt *attempt, const struct record *record) {
    const struct record name = {
        .kind = RECORD_COMM, .pid = record->pid, .tid = record->tid, .comm = attempt->name};

    if (!usage_is_of_call(&attempt->usage, record, "execve"))
        return;
    (void)usage_add(&attempt->usage, &name);
    int cap = usage_add(&attempt->usage, record);
    if (cap >= 0)
        privilege_phase(&attempt->privilege, record->tid, (unsigned)cap);
}

static void take_record(void *context, const struct record *record) {
    struct attempt *attempt = context;

    if (record->starting) {
        take_start(attempt, record);
        return;
    }
    /* The result of a call is known when it has ended, so a check within it belongs to the identity
     * before the call. */
    privilege_add(&attempt->privilege, record);
    if (usage_changes_identity(&attempt->usage, record) &&
        !privilege_in_call(&attempt->privilege, record->tid))
        privilege_lose(&attempt->privilege);
    int cap = usage_add(&attempt->usage, record);
    if (cap >= 0)
        privilege_phase(&attempt->privilege, record->tid, (unsigned)cap);
}

static void take_sample(void *context, const struct sample *sample) {
    struct attempt *attempt = context;

    privilege_sample(&attempt->privilege, sample);
}

static int begin(const struct subject *subject, const struct kallsyms *kallsyms,
                 const struct attempt_plan *plan, struct attempt *attempt, struct fail *f) {
    const struct account *account = &subject->identity.account;
    const struct ids uid = ids_all(account->uid), gid = ids_all(account->gid);

    memset(attempt, 0, sizeof *attempt);
    attempt->watched = plan->watch != NULL;
    attempt->name = subject->command[0];
    if (strrchr(attempt->name, '/') != NULL)
        attempt->name = strrchr(attempt->name, '/') + 1;
    if (privilege_begin(&attempt->privilege, &uid, &gid, plan->keep) != 0 ||
        usage_begin(&attempt->usage, kallsyms, plan->keep) != 0)
        return error_set(f, "watch", ENOMEM, "raise the memory limit", "the account of a run");
    return 0;
}

static void end(struct attempt *attempt, const struct watch *watch) {
    if (watch != NULL) {
        attempt->lost = watch_lost(watch);
        attempt->late = watch_late(watch);
        attempt->kprobe = watch_is_kprobe(watch);
        attempt->calls = watch_has_calls(watch);
    }
    usage_end(&attempt->usage);
    privilege_end(&attempt->privilege, attempt->calls);
    attempt->privilege.unknown |= attempt->lost > 0 || attempt->late > 0;
}

int attempt_run(struct subject *subject, const struct kallsyms *kallsyms,
                const struct attempt_plan *plan, struct attempt *attempt, struct fail *f) {
    if (begin(subject, kallsyms, plan, attempt, f) != 0)
        return -1;
    struct observer observer = {.watch = plan->watch,
                                .failures = plan->failures,
                                .sink = {.take = take_record, .context = attempt},
                                .samples = {.take = take_sample, .context = attempt}};
    int status = trial_run(subject, plan->keep, plan->limit, &observer, &attempt->outcome, f);
    end(attempt, plan->watch);
    return status;
}

void attempt_free(struct attempt *attempt) {
    usage_free(&attempt->usage);
    privilege_free(&attempt->privilege);
}
