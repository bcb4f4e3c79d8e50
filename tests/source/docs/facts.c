/*
 * facts - what the documents say of the code, as the code and this kernel have it.
 *
 *   facts table                        the transition: name, needed capability (a number, or -1)
 *                                      and reason of each row
 *   facts codes                        the error codes
 *   facts run [NAME PAST] COMMAND      makes the transition, with the row NAME moved to the other
 *                                      side of the row PAST, verifies it and executes COMMAND
 *
 * The request of `run` takes every step, from root whose effective set is empty. Exit status: the
 * command's; 1 when a step failed, 2 when verify noticed; 99 when the test itself is wrong.
 */
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/pipeline.h"
#include "core/sys.h"
#include "core/transition.h"
#include "show/json.h"

enum { ID = 1000, MAX_STEPS = 64, STEP_FAILED = 1, VERIFY_FAILED = 2, UNUSABLE = 99 };

extern char **environ;

static _Noreturn void unusable(const char *what) {
    fprintf(stderr, "facts: %s\n", what);
    exit(UNUSABLE);
}

static int failed(const struct fail *f, int status) {
    fprintf(stderr, "%s: %s: %s\n", f->step, f->text, strerror(f->error));
    return status;
}

static int print_table(void) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    for (size_t i = 0; i < count; i++)
        printf("%s\t%d\t%s\n", steps[i].name, steps[i].needs, steps[i].why);
    return 0;
}

static int print_codes(void) {
    for (int code = FAIL_NONE + 1; code < FAIL_CODES; code++)
        printf("%s\n", json_code((enum fail_code)code));
    return 0;
}

static size_t row_of(const struct step *steps, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(steps[i].name, name) == 0)
            return i;
    unusable("no such step");
}

/* Exchanges the order of two rows: the first goes to the other side of the second. */
static void move(struct step *steps, size_t count, const char *name, const char *past) {
    size_t from = row_of(steps, count, name), to = row_of(steps, count, past);
    struct step moved = steps[from];

    if (from < to)
        memmove(&steps[from], &steps[from + 1], (to - from) * sizeof steps[0]);
    else
        memmove(&steps[to + 1], &steps[to], (from - to) * sizeof steps[0]);
    steps[to] = moved;
}

/* The start: a descriptor to close, a signal to arm again, and nothing effective. */
static void prepare(void) {
    uint64_t permitted, effective, inheritable;

    if (dup2(STDERR_FILENO, 9) != 9 || sys_set_parent_death_signal(SIGURG) != 0 ||
        sys_get_caps(&permitted, &effective, &inheritable) != 0 ||
        sys_set_caps(permitted, 0, inheritable) != 0)
        unusable("cannot make the start state");
}

/* The table that STAGE_CHANGE takes here. */
static struct {
    const struct step *steps;
    size_t count;
} changed;

static int change(struct pipeline *p, struct fail *f) {
    return transition_run_steps(changed.steps, changed.count, &p->plan, &p->program, f);
}

static int run(const struct step *steps, size_t count, const char *command) {
    static gid_t groups[] = {ID, ID + 1};
    static struct pipeline p;
    struct stage stages[STAGES];
    struct fail f = {0};

    p.request = (struct request){
        .change_identity = true,
        .uid = ID,
        .gid = ID,
        .change_groups = true,
        .groups = {.count = 2, .list = groups},
        .keep = CAP_MASK(CAP_NET_RAW) | CAP_MASK(CAP_KILL),
        .no_new_privs = true,
        .lock_securebits = true,
        .chown_stdio = true,
        .close_fds = true,
        .disable_userns = true,
        .directory = "/",
        .change_umask = true,
        .umask = 027,
    };
    p.program.command = command;
    memcpy(stages, pipeline_stages(), sizeof stages);
    stages[STAGE_CHANGE].run = change;
    changed.steps = steps;
    changed.count = count;

    prepare();
    if (pipeline_advance_by(stages, &p, STAGE_PREFLIGHT, &f) != 0)
        return failed(&f, UNUSABLE);
    for (size_t i = 0; i < count; i++) /* the kernel that this runs on may have no such module */
        if (steps[i].wanted(&p.plan) != WANTED && strcmp(steps[i].name, "label") != 0)
            unusable("a step is not wanted: is standard output a pipe?");

    if (pipeline_advance_by(stages, &p, STAGE_CHECK, &f) != 0)
        return failed(&f, p.next == STAGE_CHANGE ? STEP_FAILED : VERIFY_FAILED);
    char *argv[] = {p.program.path, NULL};
    (void)program_exec(&p.program, argv, environ, &f);
    return failed(&f, UNUSABLE);
}

int main(int argc, char *argv[]) {
    struct step steps[MAX_STEPS];
    size_t count;
    const struct step *table = transition_steps(&count);

    if (argc == 2 && strcmp(argv[1], "table") == 0)
        return print_table();
    if (argc == 2 && strcmp(argv[1], "codes") == 0)
        return print_codes();
    if ((argc != 3 && argc != 5) || strcmp(argv[1], "run") != 0 || count > MAX_STEPS)
        unusable("usage: facts table | facts codes | facts run [NAME PAST] COMMAND");

    memcpy(steps, table, count * sizeof steps[0]);
    if (argc == 5)
        move(steps, count, argv[2], argv[3]);
    return run(steps, count, argv[argc - 1]);
}
