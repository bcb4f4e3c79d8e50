/*
 * scenarios - starts and requests that together make every row of the table do something.
 */
#ifndef CAPWRAP_SCENARIOS_H
#define CAPWRAP_SCENARIOS_H

#include <linux/capability.h>

#include "fake/pipeline.h"

#define BIND   CAP_MASK(CAP_NET_BIND_SERVICE)
#define RAW    CAP_MASK(CAP_NET_RAW)
#define PCAP   CAP_MASK(CAP_SETPCAP)
#define CHOWN  CAP_MASK(CAP_CHOWN)
#define SETUID CAP_MASK(CAP_SETUID)
#define SETGID CAP_MASK(CAP_SETGID)

enum { WWW = 33, OPS = 44, LOG = 45, SIGNAL = 15 };

/* The request to become WWW with the groups WWW, OPS and LOG. */
#define TO_WWW                                                                                     \
    .change_identity = true, .uid = WWW, .gid = WWW, .change_groups = true,                        \
    .groups = {3, (gid_t[]){WWW, OPS, LOG}}

/* The request to run as the overflow id, as which every unmapped id reads. */
#define TO_NOBODY                                                                                  \
    .change_identity = true, .uid = FAKE_OVERFLOW_UID, .gid = FAKE_OVERFLOW_GID,                   \
    .change_groups = true, .groups = {1, (gid_t[]){FAKE_OVERFLOW_GID}}

struct scenario {
    const char *name;
    void (*set_up)(void);
    struct request request;
    const char *refused_at; /* the step that must refuse; NULL: it must reach execve */
};

extern const struct scenario SCENARIOS[];
extern const size_t SCENARIO_COUNT;

/* The real table. */
extern const struct table REAL;

/* Set-ups that other tests start from as well. */
void as_root(void);               /* SERVER can be entered by WWW only */
void as_root_for_root(void);      /* SERVER can be entered by anyone */
void as_unmapped_root(void);      /* reads as nobody; every capability */
void as_user(void);               /* uid 1000 without any capability */
void as_user_with(uint64_t caps); /* ... with these, ambient */

/* The result of a scenario, compared with the required one. */
enum verdict {
    AS_ASKED,  /* the result is the required one */
    STOPPED,   /* nothing ran, though it should have; or not the right step refused */
    UNREFUSED, /* the program runs in the right state, though it had to be refused */
    WRONG,     /* the program runs in another state than requested */
};

/* Sets up and plays; *unmet is what is not as expected, or NULL. run_free() the run. */
enum verdict scenario_play(const struct scenario *scenario, struct table table, struct run *run,
                           const char **unmet);

/* As scenario_play, on what the caller has set up (and armed). */
enum verdict scenario_play_on(const struct scenario *scenario, struct table table, struct run *run,
                              const char **unmet);

/* As scenario_play_on, with other stages than the real ones. */
enum verdict scenario_play_stages(const struct scenario *scenario, const struct stage *stages,
                                  struct run *run, const char **unmet);

/* For a failing test. */
void scenario_print(const struct run *run, const char *unmet);

#endif
