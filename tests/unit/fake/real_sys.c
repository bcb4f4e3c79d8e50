/* The kernel as the program sees it, beside the fake of the unit tests: real_sys.h. */
#define sys_all_ids_mapped          real_sys_all_ids_mapped
#define sys_ambient_has             real_sys_ambient_has
#define sys_ambient_lower           real_sys_ambient_lower
#define sys_ambient_raise           real_sys_ambient_raise
#define sys_bounding_drop           real_sys_bounding_drop
#define sys_bounding_has            real_sys_bounding_has
#define sys_chown_fd                real_sys_chown_fd
#define sys_close_above_stderr      real_sys_close_above_stderr
#define sys_confirm_gid             real_sys_confirm_gid
#define sys_confirm_uid             real_sys_confirm_uid
#define sys_execve                  real_sys_execve
#define sys_filter_is_refused       real_sys_filter_is_refused
#define sys_get_caps                real_sys_get_caps
#define sys_get_gids                real_sys_get_gids
#define sys_get_groups              real_sys_get_groups
#define sys_get_keepcaps            real_sys_get_keepcaps
#define sys_get_no_new_privs        real_sys_get_no_new_privs
#define sys_get_parent              real_sys_get_parent
#define sys_get_parent_death_signal real_sys_get_parent_death_signal
#define sys_get_securebits          real_sys_get_securebits
#define sys_get_uids                real_sys_get_uids
#define sys_ids_are_mapped          real_sys_ids_are_mapped
#define sys_inspect                 real_sys_inspect
#define sys_may_execute             real_sys_may_execute
#define sys_new_session_keyring     real_sys_new_session_keyring
#define sys_overflow_id             real_sys_overflow_id
#define sys_setgroups_denied        real_sys_setgroups_denied
#define sys_read_file_caps          real_sys_read_file_caps
#define sys_read_head               real_sys_read_head
#define sys_set_caps                real_sys_set_caps
#define sys_set_gids                real_sys_set_gids
#define sys_set_groups              real_sys_set_groups
#define sys_set_keepcaps            real_sys_set_keepcaps
#define sys_set_no_new_privs        real_sys_set_no_new_privs
#define sys_set_parent_death_signal real_sys_set_parent_death_signal
#define sys_set_securebits          real_sys_set_securebits
#define sys_set_uids                real_sys_set_uids
#define sys_stdio_owner             real_sys_stdio_owner
#define sys_try_gids                real_sys_try_gids
#define sys_try_setpcap             real_sys_try_setpcap
#define sys_try_uids                real_sys_try_uids
#define sys_try_unset_keepcaps      real_sys_try_unset_keepcaps

/* Compiled once more under these names. */
#include "core/sys.c" /* NOLINT(bugprone-suspicious-include) */
