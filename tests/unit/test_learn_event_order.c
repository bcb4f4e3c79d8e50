/* Records leave in the order of their time, whole, and each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "learn/watch/event_order.h"

enum { MANY = 5000, STEP = 7 }; /* they have no divisor in common */

/* A record that says when and as which one it came, in 16 to 72 bytes. */
static void put(struct event_order *order, uint64_t time, uint64_t number) {
    uint64_t *room = event_order_reserve(order);

    assert_non_null(room);
    memset(room, 0xee, 72);
    room[0] = time;
    room[1] = number;
    event_order_add(order, time, 16 + 8 * (number % 8));
}

struct taken {
    uint64_t time, number;
    size_t count;
};

/* Each is younger than the one before, or came later. */
static void take(void *context, const void *bytes, size_t size) {
    const uint64_t *words = bytes;
    struct taken *taken = context;

    assert_int_equal(size, 16 + 8 * (words[1] % 8));
    for (size_t i = 2; i < size / 8; i++)
        assert_true(words[i] == UINT64_C(0xeeeeeeeeeeeeeeee));
    if (taken->count > 0)
        assert_true(words[0] > taken->time ||
                    (words[0] == taken->time && words[1] > taken->number));
    *taken = (struct taken){words[0], words[1], taken->count + 1};
}

static void records_leave_in_the_order_of_their_time(void **state) {
    (void)state;
    struct event_order order = {0};
    struct taken taken = {0};

    for (uint64_t i = 0; i < MANY; i++)
        put(&order, i * STEP % MANY, i);
    event_order_flush(&order, UINT64_MAX, take, &taken);
    assert_int_equal(taken.count, MANY);
    assert_int_equal(order.count, 0);
    event_order_free(&order);
}

static void those_of_one_time_leave_as_they_came(void **state) {
    (void)state;
    struct event_order order = {0};
    struct taken taken = {0};

    for (uint64_t i = 0; i < MANY; i++)
        put(&order, i % 3, i);
    event_order_flush(&order, UINT64_MAX, take, &taken);
    assert_int_equal(taken.count, MANY);
    event_order_free(&order);
}

static void what_is_too_young_stays_for_the_next_time(void **state) {
    (void)state;
    struct event_order order = {0};
    struct taken taken = {0};

    for (uint64_t round = 0; round < 10; round++) {
        for (uint64_t i = 0; i < MANY; i++)
            put(&order, round * MANY + i * STEP % MANY, i);
        event_order_flush(&order, round * MANY + MANY / 2, take, &taken);
        assert_int_equal(taken.count, round * MANY + MANY / 2);
    }
    event_order_flush(&order, UINT64_MAX, take, &taken);
    assert_int_equal(taken.count, 10 * MANY);
    event_order_free(&order);
}

static void what_comes_too_late_is_counted(void **state) {
    (void)state;
    struct event_order order = {0};
    struct taken taken = {0};

    put(&order, 5, 0);
    event_order_flush(&order, 10, take, &taken);
    put(&order, 10, 1);
    assert_int_equal(order.late, 0);
    put(&order, 9, 2);
    assert_int_equal(order.late, 1);
    event_order_free(&order);
}

static void what_is_too_old_or_too_young_is_dropped(void **state) {
    (void)state;
    struct event_order order = {.from = 5, .until = 7};
    struct taken taken = {0};

    put(&order, 4, 0);
    put(&order, 5, 1);
    put(&order, 6, 2);
    put(&order, 7, 3);
    event_order_flush(&order, UINT64_MAX, take, &taken);
    assert_int_equal(taken.count, 2);
    assert_int_equal(order.late, 0);
    event_order_free(&order);
}

static void nothing_comes_out_of_an_empty_one(void **state) {
    (void)state;
    struct event_order order = {0};
    struct taken taken = {0};

    event_order_flush(&order, UINT64_MAX, take, &taken);
    assert_int_equal(taken.count, 0);
    assert_non_null(event_order_reserve(&order)); /* which nothing is put into */
    event_order_flush(&order, UINT64_MAX, take, &taken);
    assert_int_equal(taken.count, 0);
    event_order_free(&order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_leave_in_the_order_of_their_time),
        cmocka_unit_test(those_of_one_time_leave_as_they_came),
        cmocka_unit_test(what_is_too_young_stays_for_the_next_time),
        cmocka_unit_test(what_comes_too_late_is_counted),
        cmocka_unit_test(what_is_too_old_or_too_young_is_dropped),
        cmocka_unit_test(nothing_comes_out_of_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
