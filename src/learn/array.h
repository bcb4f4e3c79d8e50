/*
 * array - arrays that grow.
 */
#ifndef CAPWRAP_LEARN_ARRAY_H
#define CAPWRAP_LEARN_ARRAY_H

#include <stddef.h>

/* The array, of items of that size, with room for `more` behind those that are used: the same one
 * or a larger copy, with *capacity as it is then. NULL: no memory, and the array stays as it was.
 */
void *array_grow(void *items, size_t size, size_t used, size_t more, size_t *capacity);

#endif
