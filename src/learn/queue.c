#include "learn/queue.h"

#include <stdlib.h>
#include <string.h>

#include "learn/room.h"

struct queue_entry {
    uint64_t time;
    size_t offset, size; /* in bytes; the offset is the order of arrival */
};

void *queue_room(struct queue *queue) {
    struct queue_entry *entries =
        room_for(queue->entries, sizeof *entries, queue->count, 1, &queue->capacity);
    if (entries == NULL)
        return NULL;
    queue->entries = entries;

    unsigned char *bytes = room_for(queue->bytes, 1, queue->used, QUEUE_RECORD, &queue->size);
    if (bytes == NULL)
        return NULL;
    queue->bytes = bytes;
    return bytes + queue->used;
}

void queue_add(struct queue *queue, uint64_t time, size_t size) {
    queue->entries[queue->count++] = (struct queue_entry){time, queue->used, size};
    queue->used += size;
}

static int by_offset(const void *a, const void *b) {
    const struct queue_entry *left = a, *right = b;

    return (left->offset > right->offset) - (left->offset < right->offset);
}

static int by_time(const void *a, const void *b) {
    const struct queue_entry *left = a, *right = b;

    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return by_offset(a, b);
}

/* Drops the first `done`, and moves the bytes of the others to the front. */
static void keep_rest(struct queue *queue, size_t done) {
    queue->count -= done;
    queue->used = 0;
    memmove(queue->entries, queue->entries + done, queue->count * sizeof queue->entries[0]);
    qsort(queue->entries, queue->count, sizeof queue->entries[0], by_offset);
    for (size_t i = 0; i < queue->count; i++) {
        struct queue_entry *entry = &queue->entries[i];
        memmove(queue->bytes + queue->used, queue->bytes + entry->offset, entry->size);
        entry->offset = queue->used;
        queue->used += entry->size;
    }
}

void queue_empty(struct queue *queue, uint64_t end,
                 void (*take)(void *context, const void *bytes, size_t size), void *context) {
    size_t done = 0;

    if (queue->count == 0)
        return;
    qsort(queue->entries, queue->count, sizeof queue->entries[0], by_time);
    for (; done < queue->count && queue->entries[done].time < end; done++)
        take(context, queue->bytes + queue->entries[done].offset, queue->entries[done].size);
    keep_rest(queue, done);
}

void queue_free(struct queue *queue) {
    free(queue->entries);
    free(queue->bytes);
    memset(queue, 0, sizeof *queue);
}
