/* In place of src/core/pool.c where sanitizers look on: each list is a block of its own, so that
 * they see what is written beside it, used after its release, or released twice. */
#include "core/pool.h"

#include <stdlib.h>

void *pool_take(size_t count, size_t size) { return calloc(count, size); }

void pool_release(void *memory) { free(memory); }
