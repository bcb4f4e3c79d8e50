#include "fake/scenarios.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fake/expected.h"

static void pipes_of(uid_t owner) {
    for (unsigned fd = 0; fd < 3; fd++)
        fake.streams[fd] = (struct fake_stream){.handed_over = true, .owner = owner};
}

/* Root as in a container's entry point, with everything about it that can go wrong: descriptors,
 * pipes, a parent-death signal, a program that only the new user can get at. */
void as_root(void) {
    fake_reset();
    fake_be(0, 0);
    pipes_of(0);
    fake.open_above_stderr = 5;
    fake.parent_death_signal = SIGNAL;
    (void)fake_add_file("/srv", S_IFDIR | 0700, WWW, WWW, "");
    run_add_server();
}

void as_root_for_root(void) {
    as_root();
    fake_find_file("/srv")->mode = S_IFDIR | 0755;
}

/* The program's directory is open only to root, and to a process that may bypass permissions. */
static void as_root_for_a_program_of_root(void) {
    as_root();
    fake_find_file("/srv")->owner = 0;
    fake_find_file("/srv")->group = 0;
}

/* A user who may execute a program need not be able to read it. */
static void as_root_for_an_unreadable_program(void) {
    as_root();
    fake_find_file(SERVER)->mode = S_IFREG | 0711;
}

static void as_root_with_nothing_effective(void) {
    as_root();
    fake.effective = 0;
}

static void as_root_with_ambient(void) {
    as_root_for_root();
    fake.inheritable = fake.ambient = BIND | RAW;
}

static void as_root_without_setuid_fixup(void) {
    as_root();
    fake.securebits = SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED;
}

/* No execve leaves it set; it must be cleared if it is set nevertheless. */
static void as_root_with_three(void) {
    as_root();
    fake.permitted = fake.effective = fake.bounding = SETUID | SETGID | BIND;
}

static void as_root_without_profiles(void) {
    as_root();
    fake.known_label = "none";
}

void as_user(void) {
    as_root();
    fake.umask = 022;
    fake_be(1000, 1000);
    fake_set_groups(1, (const gid_t[]){1000});
    pipes_of(1000);
    fake_find_file("/srv")->mode = S_IFDIR | 0755;
    fake.permitted = fake.effective = 0;
}

void as_user_with(uint64_t caps) {
    as_user();
    fake.permitted = fake.effective = fake.inheritable = fake.ambient = caps;
}

static void as_user_with_ambient(void) {
    as_user_with(SETUID | SETGID | PCAP | CHOWN | BIND | RAW);
    fake_find_file("/srv")->mode = S_IFDIR | 0750;
    fake_find_file("/srv")->group = LOG;
}

static void as_user_with_one_ambient(void) { as_user_with(BIND | RAW); }

static void as_user_with_pipes_of_root(void) {
    as_user_with(CHOWN | PCAP);
    pipes_of(0);
}

static void as_granted(void) {
    as_user();
    fake.permitted = BIND | PCAP;
    fake.bounding = BIND | PCAP;
}

/* Another namespace's root, not mapped in this one: it reads as nobody, in group and list too.
 */
void as_unmapped_root(void) {
    const fake_id root = FAKE_UNMAPPED(0);

    as_root_for_root();
    fake.uid = fake.gid = (struct fake_ids){root, root, root, root};
    fake.groups[0] = root;
    fake.uid_map = fake.gid_map = (struct fake_map){1, 70000};
    fake.inheritable = fake.ambient = fake.permitted;
    for (unsigned fd = 0; fd < 3; fd++)
        fake.streams[fd].owner = 1000;
}

static void as_unmapped_root_without_proc(void) {
    as_unmapped_root();
    fake.no_proc = true;
}

/* Together they make every row of the table do something that matters. */
const struct scenario SCENARIOS[] = {
    {"root becomes a user and keeps one, everything asked for",
     as_root,
     {TO_WWW, .keep = BIND, .no_new_privs = true, .lock_securebits = true, .chown_stdio = true,
      .close_fds = true, .disable_userns = true, .directory = "/srv", .change_umask = true,
      .umask = 027},
     NULL},
    {"root becomes a user and keeps one", as_root, {TO_WWW, .keep = BIND}, NULL},
    {"root becomes a user who may not enter the directory that is asked for",
     as_root_for_a_program_of_root,
     {TO_WWW, .directory = "/srv"},
     "chdir"},
    {"a user enters a directory, with a umask of 0",
     as_user,
     {.directory = "/srv", .change_umask = true, .umask = 0},
     NULL},
    {"root becomes a user and keeps nothing", as_root, {TO_WWW}, NULL},
    {"root becomes a user, keeps nothing and locks",
     as_root,
     {TO_WWW, .lock_securebits = true},
     NULL},
    {"root becomes a user, keeps nothing and gives its pipes",
     as_root,
     {TO_WWW, .chown_stdio = true, .no_new_privs = true},
     NULL},
    {"root becomes a user and may become anyone",
     as_root,
     {TO_WWW, .keep = SETUID | SETGID | PCAP | CHOWN, .chown_stdio = true},
     NULL},
    {"root becomes a user and may enter any folder",
     as_root_for_a_program_of_root,
     {TO_WWW, .keep = CAP_MASK(CAP_DAC_READ_SEARCH), .directory = "/srv"},
     NULL},
    {"root becomes a user who may not enter the folder",
     as_root_for_a_program_of_root,
     {TO_WWW, .keep = BIND, .lock_securebits = true, .chown_stdio = true},
     "program"},
    {"root becomes a user for good, of a program that cannot be read",
     as_root_for_an_unreadable_program,
     {TO_WWW, .no_new_privs = true, .lock_securebits = true, .chown_stdio = true,
      .close_fds = true},
     NULL},
    {"root becomes a user, of a program that cannot be read",
     as_root_for_an_unreadable_program,
     {TO_WWW},
     "program"},
    {"root with nothing effective becomes a user",
     as_root_with_nothing_effective,
     {TO_WWW, .keep = BIND, .no_new_privs = true},
     NULL},
    {"root with ambient becomes a user and keeps one",
     as_root_with_ambient,
     {TO_WWW, .keep = BIND},
     NULL},
    {"root with ambient stays root and keeps one", as_root_with_ambient, {.keep = BIND}, NULL},
    {"root without setuid-fixup becomes a user",
     as_root_without_setuid_fixup,
     {TO_WWW, .keep = BIND, .lock_securebits = true},
     NULL},
    {"root with three becomes a user",
     as_root_with_three,
     {TO_WWW, .keep = BIND, .no_new_privs = true},
     NULL},
    {"root stays root and keeps one",
     as_root_for_root,
     {.keep = BIND, .lock_securebits = true},
     NULL},
    {"root stays root and keeps all", as_root_for_root, {.keep_all = true}, NULL},
    {"a user with ambient becomes another",
     as_user_with_ambient,
     {TO_WWW, .keep = BIND, .lock_securebits = true, .chown_stdio = true, .no_new_privs = true},
     NULL},
    {"a user with ambient keeps one of two",
     as_user_with_one_ambient,
     {.keep = BIND, .no_new_privs = true},
     NULL},
    {"a user takes over pipes of root",
     as_user_with_pipes_of_root,
     {.chown_stdio = true, .no_new_privs = true},
     NULL},
    {"a user without capabilities makes no user namespace",
     as_user,
     {.no_new_privs = true, .disable_userns = true},
     NULL},
    {"root becomes a user in a profile",
     as_root,
     {TO_WWW, .keep = BIND, .no_new_privs = true, .label[MODULE_APPARMOR] = "web"},
     NULL},
    {"a user runs a program in a context",
     as_user,
     {.no_new_privs = true, .label[MODULE_SELINUX] = "u:r:web_t:s0"},
     NULL},
    {"a profile that is not loaded",
     as_root_without_profiles,
     {TO_WWW, .label[MODULE_APPARMOR] = "web"},
     "label"},
    {"user namespaces without no_new_privs", as_user, {.disable_userns = true}, "userns"},
    {"an unmapped root becomes nobody, as whom it reads", as_unmapped_root, {TO_NOBODY}, NULL},
    {"an unmapped root becomes nobody and keeps all",
     as_unmapped_root,
     {TO_NOBODY, .keep_all = true, .chown_stdio = true},
     NULL},
    {"an unmapped root becomes nobody without /proc",
     as_unmapped_root_without_proc,
     {TO_NOBODY, .keep = BIND, .no_new_privs = true},
     NULL},
    {"an unmapped root becomes a user", as_unmapped_root, {TO_WWW, .keep = BIND}, NULL},
    {"a user runs a program", as_user, {.keep = 0}, NULL},
    {"a user without capabilities closes descriptors", as_user, {.close_fds = true}, NULL},
    {"a file grants one", as_granted, {.keep = BIND, .no_new_privs = true}, NULL},
};

const size_t SCENARIO_COUNT = sizeof SCENARIOS / sizeof SCENARIOS[0];
const struct table REAL = {NULL, 0};

/* ---- playing ---- */

static enum verdict classify(const struct scenario *scenario, const struct run *run,
                             const char *unmet) {
    if (fake.exec_reached && unmet != NULL)
        return WRONG;
    if (fake.exec_reached)
        return scenario->refused_at == NULL ? AS_ASKED : UNREFUSED;
    bool right_step =
        scenario->refused_at != NULL && strcmp(run->f.step, scenario->refused_at) == 0;
    return right_step ? AS_ASKED : STOPPED;
}

enum verdict scenario_play_on(const struct scenario *scenario, struct table table, struct run *run,
                              const char **unmet) {
    struct stage stages[STAGES];

    run_make_stages(table, stages);
    return scenario_play_stages(scenario, stages, run, unmet);
}

enum verdict scenario_play_stages(const struct scenario *scenario, const struct stage *stages,
                                  struct run *run, const char **unmet) {
    struct expected expected;

    expected_make(&scenario->request, &expected);
    run_play_stages(&scenario->request, stages, run);
    *unmet = expected_unmet(&expected, &run->p.plan);
    expected_free(&expected);
    return classify(scenario, run, *unmet);
}

enum verdict scenario_play(const struct scenario *scenario, struct table table, struct run *run,
                           const char **unmet) {
    scenario->set_up();
    return scenario_play_on(scenario, table, run, unmet);
}

void scenario_print(const struct run *run, const char *unmet) {
    print_error("    stage %d, exec %d; %s: %s (%d); not as expected: %s\n", run->p.next,
                fake.exec_reached, run->f.step, run->f.text, run->f.error,
                unmet == NULL ? "nothing" : unmet);
}
