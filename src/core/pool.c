#include "core/pool.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>

static struct block {
    alignas(max_align_t) char bytes[POOL_BLOCK_SIZE];
    bool taken;
} blocks[POOL_BLOCKS];

static const struct block *const END = blocks + sizeof blocks / sizeof blocks[0];

void *pool_take(size_t count, size_t size) {
    bool is_short = count <= POOL_BLOCK_SIZE / size;

    for (struct block *block = blocks; is_short && block < END; block++) {
        if (!block->taken) {
            *block = (struct block){.taken = true};
            return block->bytes;
        }
    }
    return calloc(count, size);
}

void pool_release(void *memory) {
    for (struct block *block = blocks; block < END; block++) {
        if (memory == block->bytes) {
            block->taken = false;
            return;
        }
    }
    free(memory);
}
