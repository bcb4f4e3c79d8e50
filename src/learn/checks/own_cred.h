/*
 * own_cred - the credentials that a thread was seen with last, where they are known to be its own.
 *
 * An overlay works with credentials that are not the thread's, some of them made for one operation
 * (override_creds(), prepare_creds()). Their address is free afterwards and may be that of the
 * thread's next own credentials. So an address alone does not tell whose they are; that a thread
 * has the same own credentials before and after does. Pure.
 */
#ifndef CAPWRAP_LEARN_OWN_CRED_H
#define CAPWRAP_LEARN_OWN_CRED_H

#include <stdint.h>

enum { OWN_CREDS = 1024 };

/* Each at the place that its thread says; zeros at first. Of two at one place the later is kept. */
struct own_creds {
    struct {
        uint32_t pid, tid;
        uint64_t cred;
    } last[OWN_CREDS];
};

/* A thread of a process was seen with these of its own. */
void own_cred_note(struct own_creds *creds, uint32_t pid, uint32_t tid, uint64_t cred);

/* With which it was seen last; 0: not known. */
uint64_t own_cred_of(const struct own_creds *creds, uint32_t pid, uint32_t tid);

/* The first thread of the process has ended: its number may come back. */
void own_cred_end(struct own_creds *creds, uint32_t pid);

#endif
