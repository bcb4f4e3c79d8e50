#include "learn/watch/event_order.h"

#include <stdlib.h>
#include <string.h>

#include "learn/array.h"

struct event_order_entry {
    uint64_t time;
    size_t offset, size; /* in bytes; the offset is the order of arrival */
};

void *event_order_reserve(struct event_order *order) {
    struct event_order_entry *entries =
        array_grow(order->entries, sizeof *entries, order->count, 1, &order->capacity);
    if (entries == NULL)
        return NULL;
    order->entries = entries;

    unsigned char *bytes =
        array_grow(order->bytes, 1, order->used, EVENT_ORDER_RECORD, &order->size);
    if (bytes == NULL)
        return NULL;
    order->bytes = bytes;
    return bytes + order->used;
}

void event_order_add(struct event_order *order, uint64_t time, size_t size) {
    if (time < order->from || (order->until != 0 && time >= order->until))
        return;
    order->late += time < order->handed_on;
    order->entries[order->count++] = (struct event_order_entry){time, order->used, size};
    order->used += size;
}

static int by_offset(const void *a, const void *b) {
    const struct event_order_entry *left = a, *right = b;

    return (left->offset > right->offset) - (left->offset < right->offset);
}

static int by_time(const void *a, const void *b) {
    const struct event_order_entry *left = a, *right = b;

    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return by_offset(a, b);
}

/* Drops the first `done` records and moves the bytes of the others to the front. */
static void keep_rest(struct event_order *order, size_t done) {
    order->count -= done;
    order->used = 0;
    memmove(order->entries, order->entries + done, order->count * sizeof order->entries[0]);
    qsort(order->entries, order->count, sizeof order->entries[0], by_offset);
    for (size_t i = 0; i < order->count; i++) {
        struct event_order_entry *entry = &order->entries[i];
        memmove(order->bytes + order->used, order->bytes + entry->offset, entry->size);
        entry->offset = order->used;
        order->used += entry->size;
    }
}

void event_order_flush(struct event_order *order, uint64_t end,
                       void (*take)(void *context, const void *bytes, size_t size), void *context) {
    size_t done = 0;

    if (end > order->handed_on)
        order->handed_on = end;
    if (order->count == 0)
        return;
    qsort(order->entries, order->count, sizeof order->entries[0], by_time);
    for (; done < order->count && order->entries[done].time < end; done++)
        take(context, order->bytes + order->entries[done].offset, order->entries[done].size);
    keep_rest(order, done);
}

void event_order_each(const struct event_order *order,
                      void (*take)(void *context, const void *bytes, size_t size), void *context) {
    for (size_t i = 0; i < order->count; i++)
        take(context, order->bytes + order->entries[i].offset, order->entries[i].size);
}

void event_order_free(struct event_order *order) {
    free(order->entries);
    free(order->bytes);
    memset(order, 0, sizeof *order);
}
