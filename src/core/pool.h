/*
 * pool - memory for the lists and words of a start, which are few and short.
 *
 * The first malloc(3) of a process requests memory from the kernel and touches new pages. To avoid
 * this, the program contains static blocks. Longer or additional requests use the heap.
 */
#ifndef CAPWRAP_POOL_H
#define CAPWRAP_POOL_H

#include <stddef.h>

enum { POOL_BLOCKS = 10, POOL_BLOCK_SIZE = 512 }; /* bytes, each */

/* As calloc(3): count times size bytes of zeros, aligned for every type; NULL without memory. size
 * must not be 0. */
void *pool_take(size_t count, size_t size);

/* As free(3), for memory from pool_take(). */
void pool_release(void *memory);

#endif
