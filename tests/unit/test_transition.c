/*
 * The order of the table: which rows may be exchanged, which may be missing, and why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake/scenarios.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void every_scenario_ends_as_it_was_asked_for(void **state) {
    (void)state;
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        struct run run;
        const char *unmet;

        print_message("  %s\n", SCENARIOS[i].name);
        enum verdict verdict = scenario_play(&SCENARIOS[i], REAL, &run, &unmet);
        if (verdict != AS_ASKED)
            scenario_print(&run, unmet);
        assert_int_equal(verdict, AS_ASKED);
        if (SCENARIOS[i].refused_at == NULL)
            assert_string_equal(fake.exec_path, SERVER);
        run_free(&run);
    }
}

static void every_row_of_the_table_is_made_in_some_scenario(void **state) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    (void)state;
    for (size_t row = 0; row < count; row++) {
        bool made = false;
        for (size_t i = 0; i < SCENARIO_COUNT; i++) {
            struct run run;
            SCENARIOS[i].set_up();
            run_play(&SCENARIOS[i].request, REAL, &run);
            made |= steps[row].wanted(&run.p.plan) == WANTED;
            run_free(&run);
        }
        if (!made)
            print_error("%s is wanted in no scenario\n", steps[row].name);
        assert_true(made);
    }
}

/* ---- when a row is made ---- */

static size_t row_of(const struct step *steps, size_t count, const char *name) {
    size_t i = 0;

    while (i < count && strcmp(steps[i].name, name) != 0)
        i++;
    assert_true(i < count);
    return i;
}

/* The least that makes a step wanted, and what is not yet enough for it. */
struct want {
    const char *step;
    struct plan plan;
    enum wanted wanted;
};

static const struct want WANTS[] = {
    {"effective", {.start.permitted = 1}, WANTED},
    {"effective", {.start = {.permitted = 1, .effective = 1}}, NOT_WANTED},
    {"effective", {.keep = 1}, WANTED},
    {"effective", {.keep = 1, .start.inheritable = 1}, NOT_WANTED},
    {"bounding", {.start.bounding = 1}, WANTED},
    {"bounding", {.start.bounding = 1, .goal.bounding = 1}, NOT_WANTED},
    {"keep-caps", {.set_keepcaps = true}, WANTED},
    {"groups", {.set_groups = true}, WANTED},
    {"gid", {.gid_is_free = true}, NOT_WANTED},
    {"gid", {.set_gid = true, .gid_is_free = true}, WANTED_FREE},
    {"gid", {.set_gid = true}, WANTED},
    {"uid", {.uid_is_free = true}, NOT_WANTED},
    {"uid", {.set_uid = true, .uid_is_free = true}, WANTED_FREE},
    {"uid", {.set_uid = true}, WANTED},
    {"working-caps", {.start.permitted = 1}, WANTED},
    {"working-caps", {.start.inheritable = 1}, WANTED},
    {"keyring", {.changes_identity = true}, WANTED},
    {"ambient", {.ambient_missing = 1}, WANTED},
    {"ambient", {.start.ambient = 1}, WANTED},
    {"ambient", {.start.ambient = 1, .keep = 1}, NOT_WANTED},
    {"un-keep-caps", {.set_keepcaps = true}, WANTED},
    {"securebits", {.goal.securebits = 1}, WANTED},
    {"securebits", {.goal.securebits = 1, .start.securebits = 1}, NOT_WANTED},
    {"stdio", {.stdio = 1}, WANTED},
    {"final-caps", {.working = 1}, WANTED},
    {"final-caps", {.working = 1, .keep = 1}, NOT_WANTED},
    {"parent-death", {.set_parent_death = true}, WANTED},
    {"fds", {.close_fds = true}, WANTED},
    {"userns", {.disable_userns = true}, WANTED},
    {"chdir", {.directory = ""}, WANTED},
    {"umask", {.set_umask = true}, WANTED},
    {"label", {.label[MODULE_APPARMOR] = "web"}, WANTED},
    {"label", {.label[MODULE_SELINUX] = "web"}, WANTED},
    {"no-new-privs", {.goal.no_new_privs = true}, WANTED},
    {"no-new-privs", {.goal.no_new_privs = true, .start.no_new_privs = true}, NOT_WANTED},
};

static void a_step_is_wanted_for_the_least_that_it_has_to_change(void **state) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) /* the program is always looked for; nothing else */
        assert_int_equal(steps[i].wanted(&(struct plan){0}) != NOT_WANTED,
                         strcmp(steps[i].name, "program") == 0);
    for (size_t i = 0; i < COUNT(WANTS); i++) {
        const struct step *step = &steps[row_of(steps, count, WANTS[i].step)];
        enum wanted wanted = step->wanted(&WANTS[i].plan);

        if (wanted != WANTS[i].wanted)
            print_error("  %s, row %zu of WANTS\n", step->name, i);
        assert_int_equal(wanted, WANTS[i].wanted);
    }
}

/* ---- another table ---- */

/* Plays every scenario with a changed table: in how many the program did not start although it
 * should, started although it should not, and started in a wrong state. */
struct trial {
    unsigned stopped, unrefused, wrong;
    const char *wrongly; /* the last thing that was not as expected */
};

static void try_table(struct table table, struct trial *trial) {
    *trial = (struct trial){0};
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        struct run run;
        const char *unmet;

        enum verdict verdict = scenario_play(&SCENARIOS[i], table, &run, &unmet);
        trial->stopped += verdict == STOPPED;
        trial->unrefused += verdict == UNREFUSED;
        trial->wrong += verdict == WRONG;
        if (verdict == WRONG)
            trial->wrongly = unmet;
        run_free(&run);
    }
}

/* Rows whose place or presence no run and no proof notices, and why that is right. */
struct excuse {
    const char *name, *next;
    const char *reason;
};

static const struct excuse *excuse_for(const struct excuse *list, size_t count, const char *name,
                                       const char *next) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0 && (next == NULL || strcmp(list[i].next, next) == 0))
            return &list[i];
    return NULL;
}

static const struct excuse COMMUTING[] = {
    {"bounding", "keep-caps",
     "neither looks at what the other changes; bounding is first so that it fails early"},
    {"keep-caps", "groups", "setgroups looks at CAP_SETGID alone, which both leave effective"},
    {"groups", "gid", "both need CAP_SETGID and leave it effective; only uid takes it away"},
    {"working-caps", "keyring",
     "a session keyring takes no capability, and belongs to the uid that both come after"},
    {"keyring", "ambient", "a session keyring takes no capability and changes none"},
    {"ambient", "un-keep-caps",
     "keep-caps matters to a change of uid only, and both come after the last one"},
    {"securebits", "chdir",
     "what a user may enter depends on ids, groups and the effective set, which securebits do not "
     "change by themselves"},
    {"program", "stdio",
     "the owner of a pipe does not matter to the lookup; program is first so that nothing is given "
     "away before a refusal, which another test shows"},
    {"final-caps", "parent-death",
     "the kernel clears the signal when capabilities are gained, and here they are given up"},
    {"parent-death", "umask", "neither looks at what the other changes"},
    {"umask", "fds", "neither looks at what the other changes"},
    {"fds", "label", "a file that the label is asked for with is closed again"},
};

static void neighbours_in_the_table_that_change_places_are_noticed_or_listed(void **state) {
    size_t count, listed = 0;
    const struct step *steps = transition_steps(&count);
    struct step *changed = calloc(count, sizeof *changed);

    (void)state;
    assert_non_null(changed);
    for (size_t i = 0; i + 1 < count; i++) {
        const struct excuse *excuse =
            excuse_for(COMMUTING, COUNT(COMMUTING), steps[i].name, steps[i + 1].name);
        struct trial trial;

        memcpy(changed, steps, count * sizeof *changed);
        changed[i] = steps[i + 1];
        changed[i + 1] = steps[i];
        try_table((struct table){changed, count}, &trial);
        print_message("  %s before %s: %s\n", changed[i].name, changed[i + 1].name,
                      trial.stopped > 0 ? "noticed"
                      : excuse != NULL  ? excuse->reason
                                        : "not noticed and not listed");
        assert_int_equal(trial.wrong, 0);
        assert_int_equal(trial.unrefused, 0);
        assert_int_equal(trial.stopped > 0, excuse == NULL);
        listed += excuse != NULL;
    }
    assert_int_equal(listed, COUNT(COMMUTING)); /* and nothing is listed that is not there */
    free(changed);
}

/* Next to the name: what stays wrong. Tests on the real kernel notice it: environment, streams. */
static const struct excuse UNNOTICED_WHEN_MISSING[] = {
    {"fds", "the descriptors above 2",
     "sys_close_above_stderr() itself looks whether it closed: verify cannot look at every number"},
    {"keyring", "the session keyring",
     "sys_new_session_keyring() itself reads back what it did, and a keyring that cannot be had "
     "for sure (seccomp) is no reason to refuse: verify has nothing to compare"},
};

/* What remains unnoticed in one scenario, though others stop because the row is missing. */
static const struct excuse UNNOTICED_IN_ONE_STATE[] = {
    {"groups", "a group that only reads as one that was asked for",
     "an unmapped group reads as the wanted one: the step itself empties the list before it sets "
     "it"},
};

static void a_missing_row_is_noticed_or_listed(void **state) {
    size_t count, listed = 0;
    const struct step *steps = transition_steps(&count);
    struct step *changed = calloc(count, sizeof *changed);

    (void)state;
    assert_non_null(changed);
    for (size_t i = 0; i < count; i++) {
        const struct excuse *excuse =
            excuse_for(UNNOTICED_WHEN_MISSING, COUNT(UNNOTICED_WHEN_MISSING), steps[i].name, NULL);
        struct trial trial;

        memcpy(changed, steps, i * sizeof *changed);
        memcpy(changed + i, steps + i + 1, (count - i - 1) * sizeof *changed);
        try_table((struct table){changed, count - 1}, &trial);
        print_message("  without %s: %s\n", steps[i].name,
                      trial.stopped > 0 ? "noticed"
                      : excuse != NULL  ? excuse->reason
                                        : "not noticed and not listed");
        assert_int_equal(trial.stopped > 0, excuse == NULL);
        listed += excuse != NULL;
        if (excuse == NULL)
            excuse = excuse_for(UNNOTICED_IN_ONE_STATE, COUNT(UNNOTICED_IN_ONE_STATE),
                                steps[i].name, NULL);
        if (excuse == NULL)
            assert_int_equal(trial.wrong, 0);
        else
            assert_string_equal(trial.wrongly, excuse->next);
    }
    assert_int_equal(listed, COUNT(UNNOTICED_WHEN_MISSING));
    free(changed);
}

/* What the table says about its order: the first row is somewhere before the second. */
struct lemma {
    const char *first, *second;
    const char *wrongly; /* what alone shows a violation, because verify cannot; or NULL */
};

static const struct lemma LEMMAS[] = {
    {"effective", "bounding", NULL},
    {"effective", "groups", NULL},
    {"effective", "uid", NULL},
    {"keep-caps", "uid", NULL},
    {"groups", "uid", NULL},
    {"gid", "uid", NULL},
    {"uid", "working-caps", NULL},
    {"uid", "keyring", "the session keyring"},
    {"uid", "ambient", NULL},
    {"uid", "un-keep-caps", NULL},
    {"working-caps", "program", NULL},
    {"uid", "program", NULL},
    {"uid", "chdir", NULL},
    {"working-caps", "chdir", NULL},
    {"ambient", "securebits", NULL},
    {"un-keep-caps", "securebits", NULL},
    {"securebits", "final-caps", NULL},
    {"stdio", "final-caps", NULL},
    {"uid", "parent-death", NULL},
    {"label", "no-new-privs", NULL},
};

static void the_reasons_for_the_order_hold(void **state) {
    size_t count;
    const struct step *steps = transition_steps(&count);
    struct step *changed = calloc(count, sizeof *changed);

    (void)state;
    assert_non_null(changed);
    for (size_t i = 0; i < COUNT(LEMMAS); i++) {
        size_t first = row_of(steps, count, LEMMAS[i].first);
        size_t second = row_of(steps, count, LEMMAS[i].second);
        struct trial before_first, after_second;

        assert_true(first < second);
        /* the second row directly before the first */
        memcpy(changed, steps, count * sizeof *changed);
        memmove(changed + first + 1, steps + first, (second - first) * sizeof *changed);
        changed[first] = steps[second];
        try_table((struct table){changed, count}, &before_first);
        /* the first row directly after the second */
        memcpy(changed, steps, count * sizeof *changed);
        memmove(changed + first, steps + first + 1, (second - first) * sizeof *changed);
        changed[second] = steps[first];
        try_table((struct table){changed, count}, &after_second);

        print_message("  %s before %s: without it %u and %u scenarios stop\n", LEMMAS[i].first,
                      LEMMAS[i].second, before_first.stopped, after_second.stopped);
        if (LEMMAS[i].wrongly != NULL) {
            assert_true(before_first.wrong > 0);
            assert_string_equal(before_first.wrongly, LEMMAS[i].wrongly);
            continue;
        }
        assert_true(before_first.stopped > 0);
        assert_int_equal(before_first.wrong, 0);
        assert_true(after_second.stopped > 0);
    }
    free(changed);
}

static void every_row_says_why_it_stands_where_it_stands(void **state) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(steps[i].name) > 0);
        assert_true(strlen(steps[i].call) > 0);
        assert_true(strlen(steps[i].why) > 10);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(steps[i].name, steps[k].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_ends_as_it_was_asked_for),
        cmocka_unit_test(every_row_of_the_table_is_made_in_some_scenario),
        cmocka_unit_test(a_step_is_wanted_for_the_least_that_it_has_to_change),
        cmocka_unit_test(neighbours_in_the_table_that_change_places_are_noticed_or_listed),
        cmocka_unit_test(a_missing_row_is_noticed_or_listed),
        cmocka_unit_test(the_reasons_for_the_order_hold),
        cmocka_unit_test(every_row_says_why_it_stands_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
