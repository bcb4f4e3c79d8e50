/*
 * Buffers are given out one by one, as zeros, and released; what they cannot hold is allocated.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"
#include "fake/between.h"

/* In place of the C library's: how often it was asked. It refuses what no number holds by itself,
 * as the sanitizers' reallocarray(3) would end the test. */
static unsigned allocated;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are reserved */
void *calloc(size_t count, size_t size) {
    bool is_number = size == 0 || count <= SIZE_MAX / size;
    void *memory = is_number ? reallocarray(NULL, count, size) : NULL;

    allocated++;
    return memory == NULL ? NULL : memset(memory, 0, count * size);
}

/* How many allocations it takes to hold `pieces` of size bytes at once. */
static unsigned allocations_for(size_t pieces, size_t size) {
    void *taken[POOL_BLOCKS + 2];

    assert_between(pieces, 1, sizeof taken / sizeof taken[0]);
    allocated = 0;
    for (size_t i = 0; i < pieces; i++) {
        taken[i] = pool_take(size, 1);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t)taken[i] % _Alignof(max_align_t), 0);
        memset(taken[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < pieces; i++) { /* no piece was written over by another one */
        const unsigned char *bytes = taken[i];
        for (size_t k = 0; k < size; k++)
            assert_int_equal(bytes[k], i + 1);
    }
    unsigned result = allocated;
    for (size_t i = 0; i < pieces; i++)
        pool_release(taken[i]);
    return result;
}

static void what_is_short_and_few_is_not_allocated(void **state) {
    (void)state;
    assert_int_equal(allocations_for(POOL_BLOCKS, POOL_BLOCK_SIZE), 0);
    assert_int_equal(allocations_for(POOL_BLOCKS, POOL_BLOCK_SIZE), 0); /* all were given back */
}

static void what_is_long_or_one_too_many_is_allocated(void **state) {
    (void)state;
    assert_int_equal(allocations_for(1, POOL_BLOCK_SIZE + 1), 1);
    assert_int_equal(allocations_for(POOL_BLOCKS + 2, 16), 2);
    allocated = 0;
    pool_release(pool_take(2, POOL_BLOCK_SIZE / 2 + 1));
    assert_int_equal(allocated, 1);
}

static void memory_comes_as_zeros(void **state) {
    (void)state;
    for (size_t size = 1; size <= 2 * (size_t)POOL_BLOCK_SIZE; size++) {
        for (unsigned turn = 0; turn < 2; turn++) {
            unsigned char *bytes = pool_take(1, size);
            assert_non_null(bytes);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, 0xa5, size);
            pool_release(bytes);
        }
    }
}

static void a_size_that_no_number_holds_is_refused(void **state) {
    (void)state;
    assert_null(pool_take(SIZE_MAX / 2, 4));
    assert_null(pool_take(4, SIZE_MAX / 2));
    assert_null(pool_take(SIZE_MAX / 4 + 1, 4)); /* 0, when it wraps, */
    assert_null(pool_take(2, SIZE_MAX / 2 + 1)); /* as this one */
}

static void nothing_may_be_released(void **state) {
    (void)state;
    pool_release(NULL);
    assert_int_equal(allocations_for(POOL_BLOCKS, 1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_short_and_few_is_not_allocated),
        cmocka_unit_test(what_is_long_or_one_too_many_is_allocated),
        cmocka_unit_test(memory_comes_as_zeros),
        cmocka_unit_test(a_size_that_no_number_holds_is_refused),
        cmocka_unit_test(nothing_may_be_released),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
