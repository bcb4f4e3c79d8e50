/*
 * side_effects - changes that a module of the user database made in this process.
 *
 * NSS loads third-party code (nsswitch.conf(5)). What it opened, entered or set would be inherited
 * by the program, or affect the rest of the start. So it is compared and restored. What cannot be
 * restored is refused: a second thread keeps its own IDs and capabilities (nptl(7)).
 */
#ifndef CAPWRAP_SIDE_EFFECTS_H
#define CAPWRAP_SIDE_EFFECTS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/fail.h"

enum { SIDE_EFFECTS_FDS = 4096, SIDE_EFFECTS_SIGNALS = 65 };

struct side_effects {
    unsigned long long loads; /* number of objects ever loaded (dl_iterate_phdr(3)) */
    size_t objects;           /* number of objects loaded now */
    long threads;             /* -1: unknown */
    int cwd;                  /* a descriptor for it; -1: it cannot be searched */
    mode_t mask;
    sigset_t blocked;
    bool blocked_known;
    struct sigaction actions[SIDE_EFFECTS_SIGNALS];
    bool open[SIDE_EFFECTS_FDS]; /* open descriptors; higher ones are not inspected */
};

/* Records the current state. Returns 0, or -1 with *f filled. */
int side_effects_note(struct side_effects *before, struct fail *f);

/* If an object has been loaded since, restores what differs from before. Then ends the comparison.
 * Returns 0, or -1 with *f filled, of step "user" and code FAIL_LOOKUP. */
int side_effects_undo(struct side_effects *before, struct fail *f);

/* Ends the comparison without a check. */
void side_effects_end(const struct side_effects *before);

#endif
