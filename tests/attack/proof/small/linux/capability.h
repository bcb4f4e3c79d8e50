/* Six capabilities in place of 64: the five that the core names, and one for all others. */
#include_next <linux/capability.h>

#ifndef CAPWRAP_PROOF_SIX
#define CAPWRAP_PROOF_SIX

#undef CAP_SETGID
#undef CAP_SETUID
#undef CAP_SETPCAP
#undef CAP_SYS_ADMIN
#define CAP_SETGID    1 /* CAP_CHOWN is 0 */
#define CAP_SETUID    2
#define CAP_SETPCAP   3
#define CAP_SYS_ADMIN 4

#endif
