#include "core/memory.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>

static struct room {
    alignas(max_align_t) char bytes[MEMORY_ROOM_SIZE];
    bool taken;
} rooms[MEMORY_ROOMS];

static const struct room *const END = rooms + sizeof rooms / sizeof rooms[0];

void *memory_take(size_t count, size_t size) {
    bool is_short = count <= MEMORY_ROOM_SIZE / size;

    for (struct room *room = rooms; is_short && room < END; room++) {
        if (!room->taken) {
            *room = (struct room){.taken = true};
            return room->bytes;
        }
    }
    return calloc(count, size);
}

void memory_release(void *memory) {
    for (struct room *room = rooms; room < END; room++) {
        if (memory == room->bytes) {
            room->taken = false;
            return;
        }
    }
    free(memory);
}
