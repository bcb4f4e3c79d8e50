/*
 * queue - copies of records, which come in the order of their processor and leave in that of their
 * time. Pure.
 */
#ifndef CAPWRAP_LEARN_EVENT_ORDER_H
#define CAPWRAP_LEARN_EVENT_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { EVENT_ORDER_RECORD = 65536 }; /* no record is larger: its header has 16 bits for that */

struct event_order_entry;

/* Zeros at first. Release with event_order_free(). */
struct event_order {
    struct event_order_entry *entries;
    size_t count, capacity;
    unsigned char *bytes;
    size_t used, size;    /* of bytes */
    uint64_t from, until; /* records of other times are dropped: not all of them are there; until 0:
                             no end */
    uint64_t handed_on;   /* the end of the last flush */
    uint64_t late;        /* records older than that, which came after it */
};

/* Room for one record, aligned as it has to be; valid until the next call. NULL: no memory. */
void *event_order_reserve(struct event_order *order);

/* What stands in the room is a record of that size, a multiple of 8; it belongs to the queue unless
 * it is to be dropped. */
void event_order_add(struct event_order *order, uint64_t time, size_t size);

/* Takes out the records before `end`, the oldest first; those of one time as they came. */
void event_order_flush(struct event_order *order, uint64_t end,
                       void (*take)(void *context, const void *bytes, size_t size), void *context);

/* Shows each record as it came, and keeps it. */
void event_order_each(const struct event_order *order,
                      void (*take)(void *context, const void *bytes, size_t size), void *context);

void event_order_free(struct event_order *order);

#endif
