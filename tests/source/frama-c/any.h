/*
 * any - values of which nothing is known: the value analysis takes each read of a volatile object
 * for any value of its type.
 */
#ifndef CAPWRAP_ANY_H
#define CAPWRAP_ANY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cred.h"

extern volatile uint64_t any_u64;
extern volatile uint32_t any_u32;
extern volatile int any_int;
extern volatile char any_char;
bool any_bool(void);
struct ids any_ids(void);
struct cred any_cred(void); /* without supplementary groups */

#endif
