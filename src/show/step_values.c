#include "show/step_values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text/printable.h"

static void keep(uint64_t set, char text[STEP_VALUES]) {
    char names[CAPNAME_LIST_SIZE];

    capname_join(set, "", ",", names);
    (void)snprintf(text, STEP_VALUES, "keep %s", names[0] == '\0' ? "none" : names);
}

static void effective(const struct plan *plan, char text[STEP_VALUES]) {
    char names[CAPNAME_LIST_SIZE];

    capname_join(plan->keep & ~plan->start.inheritable, "", ",", names);
    (void)snprintf(text, STEP_VALUES, "make all that is permitted effective%s%s",
                   names[0] == '\0' ? "" : ", add to inheritable ", names);
}

static void bounding(const struct plan *plan, char text[STEP_VALUES]) {
    int count = __builtin_popcountll(plan->start.bounding & ~plan->goal.bounding);
    char names[CAPNAME_LIST_SIZE];

    capname_join(plan->goal.bounding, "", ",", names);
    (void)snprintf(text, STEP_VALUES, "drop %d capabilit%s, keep %s", count,
                   count == 1 ? "y" : "ies", names[0] == '\0' ? "none" : names);
}

/* Lists a few groups by their IDs; prints only the number of more. */
static size_t add_groups(const struct groups *groups, size_t used, char text[STEP_VALUES]) {
    enum { FEW = 16 };

    if (groups->count == 0)
        used += (size_t)snprintf(text + used, STEP_VALUES - used, "none");
    if (groups->count > FEW)
        used += (size_t)snprintf(text + used, STEP_VALUES - used, "%zu groups", groups->count);
    for (size_t i = 0; i < groups->count && groups->count <= FEW; i++)
        used += (size_t)snprintf(text + used, STEP_VALUES - used, "%s%" PRIu32, i == 0 ? "" : ",",
                                 groups->list[i]);
    return used;
}

static void change_groups(const struct plan *plan, char text[STEP_VALUES]) {
    size_t used = add_groups(&plan->start.groups, 0, text);

    used += (size_t)snprintf(text + used, STEP_VALUES - used, " -> ");
    (void)add_groups(&plan->goal.groups, used, text);
}

static void change_id(const struct ids *from, const struct ids *to, char text[STEP_VALUES]) {
    if (from->real == from->effective)
        (void)snprintf(text, STEP_VALUES, "%" PRIu32 " -> %" PRIu32, from->real, to->real);
    else
        (void)snprintf(text, STEP_VALUES, "%" PRIu32 " and %" PRIu32 " -> %" PRIu32, from->real,
                       from->effective, to->real);
}

static void ambient(const struct plan *plan, char text[STEP_VALUES]) {
    uint64_t lowered = plan->start.ambient & ~plan->keep;
    char raise[CAPNAME_LIST_SIZE], lower[CAPNAME_LIST_SIZE];

    capname_join(plan->ambient_missing, "", ",", raise);
    capname_join(lowered, "", ",", lower);
    (void)snprintf(text, STEP_VALUES, "%s%s%s%s%s", raise[0] == '\0' ? "" : "raise ", raise,
                   raise[0] != '\0' && lower[0] != '\0' ? ", " : "",
                   lower[0] == '\0' ? "" : "lower ", lower);
}

static void hand_over(const struct plan *plan, char text[STEP_VALUES]) {
    static const char *const names[] = {"standard input", "standard output", "standard error"};
    size_t used = 0;

    for (unsigned fd = 0; fd <= 2; fd++)
        if ((plan->stdio & 1u << fd) != 0)
            used += (size_t)snprintf(text + used, STEP_VALUES - used, "%s%s", used == 0 ? "" : ", ",
                                     names[fd]);
    (void)snprintf(text + used, STEP_VALUES - used, " -> uid %" PRIu32, plan->goal.uid.real);
}

/* For a step that always has the same effect. */
static const char *fixed(const char *name) {
    static const char *const rows[][2] = {
        {"keep-caps", "on"},
        {"keyring", "join a new session keyring"},
        {"un-keep-caps", "off"},
        {"program", "find it as the new user, and check what execve makes of it"},
        {"fds", "close all descriptors above 2"},
        {"no-new-privs", "on"},
        {"userns", "filter the calls that make or enter a user namespace"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], name) == 0)
            return rows[i][1];
    return "";
}

void step_values(const struct plan *plan, const char *name, char text[STEP_VALUES]) {
    const struct cred *start = &plan->start, *goal = &plan->goal;

    if (strcmp(name, "effective") == 0)
        effective(plan, text);
    else if (strcmp(name, "bounding") == 0)
        bounding(plan, text);
    else if (strcmp(name, "groups") == 0)
        change_groups(plan, text);
    else if (strcmp(name, "gid") == 0)
        change_id(&start->gid, &goal->gid, text);
    else if (strcmp(name, "uid") == 0)
        change_id(&start->uid, &goal->uid, text);
    else if (strcmp(name, "working-caps") == 0)
        keep(plan->working, text);
    else if (strcmp(name, "ambient") == 0)
        ambient(plan, text);
    else if (strcmp(name, "securebits") == 0)
        (void)snprintf(text, STEP_VALUES, "0x%x -> 0x%x", start->securebits, goal->securebits);
    else if (strcmp(name, "chdir") == 0)
        (void)snprintf(text, STEP_VALUES, "%s", plan->directory);
    else if (strcmp(name, "stdio") == 0)
        hand_over(plan, text);
    else if (strcmp(name, "final-caps") == 0)
        keep(plan->keep, text);
    else if (strcmp(name, "parent-death") == 0)
        (void)snprintf(text, STEP_VALUES, "signal %d", plan->parent_death_signal);
    else if (strcmp(name, "umask") == 0)
        (void)snprintf(text, STEP_VALUES, "%04o", plan->umask);
    else
        (void)snprintf(text, STEP_VALUES, "%s", fixed(name));
    printable_escape(STEP_VALUES, text);
}
