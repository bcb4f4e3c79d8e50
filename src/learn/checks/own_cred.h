/*
 * own_cred - the credentials last seen of a thread, if they are known to be its own.
 *
 * Overlayfs uses credentials that are not the thread's, some of them made for one operation
 * (override_creds(), prepare_creds()). Their address is free afterwards and may be reused for the
 * thread's next own credentials. So an address alone does not show whose credentials they are; the
 * same own credentials before and after do. Pure.
 */
#ifndef CAPWRAP_LEARN_OWN_CRED_H
#define CAPWRAP_LEARN_OWN_CRED_H

#include <stdint.h>

enum { OWN_CREDS = 1024 };

/* Indexed by thread; initialise with zeros. If two threads collide, the later one is kept. */
struct own_creds {
    struct {
        uint32_t pid, tid;
        uint64_t cred;
    } last[OWN_CREDS];
};

/* The thread of the process was seen with these credentials of its own. */
void own_cred_note(struct own_creds *creds, uint32_t pid, uint32_t tid, uint64_t cred);

/* The thread's own credentials when last seen; 0: unknown. */
uint64_t own_cred_of(const struct own_creds *creds, uint32_t pid, uint32_t tid);

/* The first thread of the process has ended: its ID may be used again. */
void own_cred_end(struct own_creds *creds, uint32_t pid);

#endif
