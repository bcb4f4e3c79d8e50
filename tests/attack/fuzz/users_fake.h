/*
 * users_fake - a user database in memory in place of the machine's, behind the calls of the C
 * library (linked with --wrap): getpwnam(3), getpwuid(3), getgrnam(3), getgrouplist(3) of the NSS
 * reader (passwd_nss.c), and open(2), read(2), close(2) of both files for passwd_files.c.
 */
#ifndef CAPWRAP_FUZZ_USERS_FAKE_H
#define CAPWRAP_FUZZ_USERS_FAKE_H

#include "ref.h"

enum users_wrong { WRONG_NO_ENTRY, WRONG_ID, WRONG_GID, WRONG_HOME, WRONG_KINDS };

struct users_fake {
    const struct ref_database *database; /* what NSS answers from */
    char *text[2];                       /* /etc/passwd and /etc/group */
    size_t size[2];
    int open_error[2]; /* errno of open(2), or 0 */
    size_t read_most;  /* bytes that one read(2) gives; 0: all there is */

    /* The ordinal of the lookup (NSS) or read(2) that goes wrong, from 1; 0: none. */
    unsigned fails_at, wrong_at;
    int error; /* errno of the failing one; 0: an entry that is not there */
    enum users_wrong wrong;

    unsigned calls;
    bool failed, was_wrong; /* it happened */
    bool said_so;           /* and the caller was informed by an errno that means a failure */
    struct {
        bool open;
        size_t at;
    } descriptors[2];
};

extern struct users_fake users_fake;

#endif
