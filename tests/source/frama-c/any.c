#include "any.h"

volatile uint64_t any_u64;
volatile uint32_t any_u32;
volatile int any_int;
volatile char any_char;

bool any_bool(void) { return (any_u32 & 1) != 0; }

struct ids any_ids(void) {
    return (struct ids){.real = any_u32, .effective = any_u32, .saved = any_u32, .fs = any_u32};
}

struct cred any_cred(void) {
    return (struct cred){.uid = any_ids(),
                         .gid = any_ids(),
                         .permitted = any_u64,
                         .effective = any_u64,
                         .inheritable = any_u64,
                         .bounding = any_u64,
                         .ambient = any_u64,
                         .securebits = any_u32,
                         .no_new_privs = any_bool(),
                         .cap_count = any_u32};
}
