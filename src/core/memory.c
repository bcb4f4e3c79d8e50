#include "core/memory.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static alignas(max_align_t) char rooms[MEMORY_ROOMS][MEMORY_ROOM_SIZE];
static bool is_taken[MEMORY_ROOMS];

void *memory_take(size_t count, size_t size) {
    bool is_short =
        count <= MEMORY_ROOM_SIZE && size <= MEMORY_ROOM_SIZE && count * size <= MEMORY_ROOM_SIZE;

    for (size_t i = 0; is_short && i < MEMORY_ROOMS; i++) {
        if (!is_taken[i]) {
            is_taken[i] = true;
            return memset(rooms[i], 0, MEMORY_ROOM_SIZE);
        }
    }
    return calloc(count, size);
}

void memory_release(void *memory) {
    for (size_t i = 0; i < MEMORY_ROOMS; i++) {
        if (memory == rooms[i]) {
            is_taken[i] = false;
            return;
        }
    }
    free(memory);
}
