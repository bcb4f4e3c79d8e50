#include "any.h"

volatile uint64_t any_u64;
volatile uint32_t any_u32;
volatile int any_int;

bool any_bool(void) { return (any_u32 & 1) != 0; }
volatile char any_char;
