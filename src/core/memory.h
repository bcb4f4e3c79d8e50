/*
 * memory - the lists and words of a start, which are few and short.
 *
 * The first malloc(3) of a process asks the kernel for memory, and touches pages of its own. So
 * there is room for them within the program. What is longer, or one too many, is allocated.
 */
#ifndef CAPWRAP_MEMORY_H
#define CAPWRAP_MEMORY_H

#include <stddef.h>

enum { MEMORY_ROOMS = 8, MEMORY_ROOM_SIZE = 512 }; /* bytes, each */

/* As calloc(3): zeros for count times size bytes, aligned for every type; NULL without memory. size
 * is not 0. */
void *memory_take(size_t count, size_t size);

/* As free(3), for what memory_take() gave. */
void memory_release(void *memory);

#endif
