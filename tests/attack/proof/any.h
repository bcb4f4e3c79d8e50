/*
 * any - values of which nothing is known, and the macros of a proof.
 *
 * To CBMC the result of a nondet_ function is any value of its type.
 */
#ifndef CAPWRAP_PROOF_ANY_H
#define CAPWRAP_PROOF_ANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cred.h"
#include "core/plan.h"

bool nondet_bool(void);
int nondet_int(void);
unsigned nondet_unsigned(void);
uint32_t nondet_u32(void);
uint64_t nondet_u64(void);
size_t nondet_size(void);

#ifndef __CPROVER__ /* for the linters, which read this as C */
void __CPROVER_assert(bool condition, const char *claim);
bool __CPROVER_w_ok(const void *memory, size_t size);
bool __CPROVER_r_ok(const void *memory, size_t size);
size_t __CPROVER_OBJECT_SIZE(const void *memory);
#define ASSUME(condition) ((condition) ? (void)0 : __builtin_unreachable())
#else
#define ASSUME(condition) __CPROVER_assume(condition)
#endif

/* A run with -DCOVER proves nothing: there each REACHED must be found to be reachable, as the
 * failure of an assertion, or the theorem is vacuous. */
#ifdef COVER
#define PROVE(claim, condition)  (void)(condition)
#define REACHED(what, condition) __CPROVER_assert(!(condition), "reached: " what)
#else
#define PROVE(claim, condition)  __CPROVER_assert(condition, claim)
#define REACHED(what, condition) (void)(condition)
#endif

/* The most supplementary groups of a list, and of the kernel's. */
#ifndef MOST
#define MOST 3
#endif
enum { MOST_GROUPS = MOST, MAX_SIGNAL = 64, MAX_UMASK = 0777 };

/* A path or a label, whose text the core does not inspect; or NULL. */
const char *any_word(void);

/* Any request whose lists are what users/resolve.c promises; list is where its groups are. */
struct request any_request(gid_t list[MOST_GROUPS]);
/* Any start, as a value: all that is known is that its groups are a sorted list. */
struct start any_start(gid_t list[MOST_GROUPS]);

#endif
