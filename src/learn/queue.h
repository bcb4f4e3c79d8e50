/*
 * queue - copies of records, which come in the order of their processor and leave in that of their
 * time. Pure.
 */
#ifndef CAPWRAP_LEARN_QUEUE_H
#define CAPWRAP_LEARN_QUEUE_H

#include <stddef.h>
#include <stdint.h>

enum { QUEUE_RECORD = 65536 }; /* no record is larger: its header has 16 bits for that */

struct queue_entry;

/* Zeros at first. Release with queue_free(). */
struct queue {
    struct queue_entry *entries;
    size_t count, capacity;
    unsigned char *bytes;
    size_t used, size; /* of bytes */
};

/* Room for one record, aligned as it has to be; valid until the next call. NULL: no memory. */
void *queue_room(struct queue *queue);

/* What stands in the room is a record of that size, a multiple of 8, and belongs to the queue. */
void queue_add(struct queue *queue, uint64_t time, size_t size);

/* Takes out the records before `end`, the oldest first; those of one time as they came. */
void queue_empty(struct queue *queue, uint64_t end,
                 void (*take)(void *context, const void *bytes, size_t size), void *context);

void queue_free(struct queue *queue);

#endif
