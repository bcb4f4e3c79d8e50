/*
 * side_effects - what a module of the user database has left behind in this process.
 *
 * NSS loads foreign code (nsswitch.conf(5)). What it opened, where it went and what it set would be
 * the program's, or change how the rest of the start behaves. So it is compared and put back, and
 * what cannot be put back is refused: a second thread keeps its own ids and capabilities (nptl(7)).
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
    unsigned long long loads; /* how many objects were ever loaded (dl_iterate_phdr(3)) */
    size_t objects;           /* and are */
    long threads;             /* -1: cannot be told */
    int cwd;                  /* a descriptor of it; -1: it cannot be searched */
    mode_t mask;
    sigset_t blocked;
    bool blocked_known;
    struct sigaction actions[SIDE_EFFECTS_SIGNALS];
    bool open[SIDE_EFFECTS_FDS]; /* descriptors; higher ones are not looked at */
};

/* Notes the state of now. Returns 0, or -1 with *f filled. */
int side_effects_note(struct side_effects *before, struct fail *f);

/* Puts back what differs from before, where an object has been loaded since, and ends the
 * comparison. Returns 0, or -1 with *f filled, of step "user" and code FAIL_LOOKUP. */
int side_effects_undo(struct side_effects *before, struct fail *f);

/* Ends the comparison without making it. */
void side_effects_end(const struct side_effects *before);

#endif
