/*
 * array - growing arrays.
 */
#ifndef CAPWRAP_LEARN_ARRAY_H
#define CAPWRAP_LEARN_ARRAY_H

#include <stddef.h>

/* Returns the array of items of that size, with room for `more` items after those in use: the same
 * array or a larger copy, with *capacity updated. NULL: no memory; the old array is unchanged.
 */
void *array_grow(void *items, size_t size, size_t used, size_t more, size_t *capacity);

#endif
