/*
 * pool - memory for the lists and words of a start, which are few and short.
 *
 * The first malloc(3) of a process asks the kernel for memory and touches pages of its own. So the
 * program holds some blocks itself. What is longer, or one too many, is allocated.
 */
#ifndef CAPWRAP_POOL_H
#define CAPWRAP_POOL_H

#include <stddef.h>

enum { POOL_BLOCKS = 10, POOL_BLOCK_SIZE = 512 }; /* bytes, each */

/* As calloc(3): zeros for count times size bytes, aligned for every type; NULL without memory. size
 * is not 0. */
void *pool_take(size_t count, size_t size);

/* As free(3), for what pool_take() gave. */
void pool_release(void *memory);

#endif
