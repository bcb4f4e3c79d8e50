#include "learn/array.h"

#include <stdlib.h>

enum { AT_FIRST = 64 };

void *array_grow(void *items, size_t size, size_t used, size_t more, size_t *capacity) {
    if (items != NULL && used + more <= *capacity)
        return items;

    size_t wanted = (used + more) * 2 + AT_FIRST;
    void *grown = realloc(items, wanted * size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}
