/*
 * event_order - sorts copies of records: they arrive in the order of each processor and leave in
 * the order of their time. Pure.
 */
#ifndef CAPWRAP_LEARN_EVENT_ORDER_H
#define CAPWRAP_LEARN_EVENT_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { EVENT_ORDER_RECORD = 65536 }; /* the largest record: the size in its header has 16 bits */

struct event_order_entry;

/* Initialise with zeros. Release with event_order_free(). */
struct event_order {
    struct event_order_entry *entries;
    size_t count, capacity;
    unsigned char *bytes;
    size_t used, size;    /* of bytes */
    uint64_t from, until; /* records with other times are dropped, because they are incomplete;
                             until 0: no end */
    uint64_t handed_on;   /* the end of the last flush */
    uint64_t late;        /* records older than handed_on that arrived after that flush */
};

/* Room for one record, correctly aligned; valid until the next call. NULL: no memory. */
void *event_order_reserve(struct event_order *order);

/* Adds the record that was written into the reserved room; size is a multiple of 8. A record whose
 * time is out of range is dropped. */
void event_order_add(struct event_order *order, uint64_t time, size_t size);

/* Takes out the records before `end`, oldest first; records of equal time in order of arrival. */
void event_order_flush(struct event_order *order, uint64_t end,
                       void (*take)(void *context, const void *bytes, size_t size), void *context);

/* Passes each record to take, in order of arrival, and keeps it. */
void event_order_each(const struct event_order *order,
                      void (*take)(void *context, const void *bytes, size_t size), void *context);

void event_order_free(struct event_order *order);

#endif
