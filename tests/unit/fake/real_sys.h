/*
 * real_sys - src/core/sys.c under other names, beside the fake: for the test that the fake does as
 * the kernel does.
 */
#ifndef CAPWRAP_REAL_SYS_H
#define CAPWRAP_REAL_SYS_H

#include "core/sys.h"

int real_sys_get_uids(struct ids *ids);
int real_sys_get_gids(struct ids *ids);
int real_sys_get_groups(size_t capacity, gid_t *list);
int real_sys_get_caps(uint64_t *permitted, uint64_t *effective, uint64_t *inheritable);
int real_sys_bounding_has(unsigned cap);
int real_sys_ambient_has(unsigned cap);
int real_sys_get_securebits(void);
int real_sys_get_no_new_privs(void);
int real_sys_get_parent_death_signal(int *signal);
int real_sys_set_caps(uint64_t permitted, uint64_t effective, uint64_t inheritable);
int real_sys_bounding_drop(unsigned cap);
int real_sys_ambient_raise(unsigned cap);
int real_sys_ambient_lower(unsigned cap);
int real_sys_set_keepcaps(bool on);
int real_sys_set_groups(const struct groups *groups);
int real_sys_set_gids(gid_t real, gid_t effective, gid_t saved);
int real_sys_set_uids(uid_t real, uid_t effective, uid_t saved);
int real_sys_confirm_uid(uid_t uid);
int real_sys_confirm_gid(gid_t gid);
int real_sys_set_securebits(unsigned bits);
int real_sys_set_no_new_privs(void);
int real_sys_set_parent_death_signal(int signal);

#endif
