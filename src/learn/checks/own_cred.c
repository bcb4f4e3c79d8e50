#include "learn/checks/own_cred.h"

#include <stdbool.h>
#include <string.h>

void own_cred_note(struct own_creds *creds, uint32_t pid, uint32_t tid, uint64_t cred) {
    creds->last[tid % OWN_CREDS].pid = pid;
    creds->last[tid % OWN_CREDS].tid = tid;
    creds->last[tid % OWN_CREDS].cred = cred;
}

uint64_t own_cred_of(const struct own_creds *creds, uint32_t pid, uint32_t tid) {
    bool known = creds->last[tid % OWN_CREDS].pid == pid && creds->last[tid % OWN_CREDS].tid == tid;

    return known ? creds->last[tid % OWN_CREDS].cred : 0;
}

void own_cred_end(struct own_creds *creds, uint32_t pid) {
    if (own_cred_of(creds, pid, pid) != 0)
        memset(&creds->last[pid % OWN_CREDS], 0, sizeof creds->last[0]);
}
