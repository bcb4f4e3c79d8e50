#include "any.h"

/* Ascending, no id twice, none -1. */
static struct groups sorted_groups(gid_t list[MOST_GROUPS]) {
    size_t count = nondet_size();

    ASSUME(count <= MOST_GROUPS);
    for (size_t i = 0; i < MOST_GROUPS; i++) {
        list[i] = nondet_u32();
        ASSUME(list[i] != UINT32_MAX);
        if (i > 0 && i < count)
            ASSUME(list[i - 1] < list[i]);
    }
    return (struct groups){.count = count, .list = list};
}

const char *any_word(void) { return nondet_bool() ? "-" : NULL; }

struct request any_request(gid_t list[MOST_GROUPS]) {
    struct request request = {.change_identity = nondet_bool(),
                              .uid = nondet_u32(),
                              .gid = nondet_u32(),
                              .change_groups = nondet_bool(),
                              .keep_all = nondet_bool(),
                              .keep = nondet_u64(),
                              .want = nondet_u64(),
                              .no_new_privs = nondet_bool(),
                              .lock_securebits = nondet_bool(),
                              .chown_stdio = nondet_bool(),
                              .close_fds = nondet_bool(),
                              .change_parent_death = nondet_bool(),
                              .parent_death_signal = nondet_int(),
                              .disable_userns = nondet_bool(),
                              .directory = any_word(),
                              .change_umask = nondet_bool(),
                              .umask = nondet_unsigned(),
                              .label = {any_word(), any_word()},
                              .strict = nondet_bool()};

    ASSUME(request.umask <= MAX_UMASK);
    ASSUME(request.uid != UINT32_MAX && request.gid != UINT32_MAX);
    ASSUME(request.parent_death_signal >= 0 && request.parent_death_signal <= MAX_SIGNAL);
    request.groups = sorted_groups(list);
    return request;
}

static struct ids any_ids(void) {
    return (struct ids){
        .real = nondet_u32(), .effective = nondet_u32(), .saved = nondet_u32(), .fs = nondet_u32()};
}

struct start any_start(gid_t list[MOST_GROUPS]) {
    struct start start = {.cred = {.uid = any_ids(),
                                   .gid = any_ids(),
                                   .permitted = nondet_u64(),
                                   .effective = nondet_u64(),
                                   .inheritable = nondet_u64(),
                                   .bounding = nondet_u64(),
                                   .ambient = nondet_u64(),
                                   .securebits = nondet_unsigned(),
                                   .no_new_privs = nondet_bool(),
                                   .cap_count = nondet_unsigned()},
                          .all_ids_mapped = nondet_bool(),
                          .overflow_unknown = nondet_bool(),
                          .overflow_uid = nondet_u32(),
                          .overflow_gid = nondet_u32(),
                          .uid_is_own = nondet_bool(),
                          .gid_is_own = nondet_bool(),
                          .uid_unmapped = nondet_bool(),
                          .gid_unmapped = nondet_bool(),
                          .groups_unmapped = nondet_bool(),
                          .setgroups_denied = nondet_bool(),
                          .userns_known = nondet_bool(),
                          .userns_refused = nondet_int(),
                          .stdio_unmapped = nondet_unsigned(),
                          .parent_death_signal = nondet_int(),
                          .stdio = nondet_unsigned()};

    start.cred.groups = sorted_groups(list);
    start.cred.groups_told = nondet_size();
    ASSUME(start.cred.groups_told >= start.cred.groups.count);
    return start;
}
