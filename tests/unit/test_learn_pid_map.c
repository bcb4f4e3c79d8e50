/* A map of process ids has what was put there and was not removed, and is no larger than that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/pid_map.h"

static void an_empty_map_has_nothing(void **state) {
    (void)state;
    struct pid_map map = {0};

    assert_int_equal(pid_map_get(&map, 1), 0);
    pid_map_remove(&map, 1);
    pid_map_free(&map);
}

/* Against a plain array, with numbers that meet in the same places. */
static void it_has_what_was_put_there(void **state) {
    (void)state;
    enum { IDS = 512, ROUNDS = 200000 };
    static uint32_t expected[IDS];
    struct pid_map map = {0};
    uint32_t random = 1;
    size_t count = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        random = random * 1664525 + 1013904223;
        uint32_t i = random >> 8 & (IDS - 1), pid = i * 65536 + 1;
        if ((random >> 20 & 3) == 0) {
            pid_map_remove(&map, pid);
            count -= expected[i] != 0;
            expected[i] = 0;
        } else {
            assert_true(pid_map_set(&map, pid, round + 1));
            count += expected[i] == 0;
            expected[i] = round + 1;
        }
        assert_int_equal(map.count, count);
    }
    for (uint32_t i = 0; i < IDS; i++)
        assert_int_equal(pid_map_get(&map, i * 65536 + 1), expected[i]);
    pid_map_free(&map);
}

static void what_comes_and_goes_takes_no_room(void **state) {
    (void)state;
    struct pid_map map = {0};

    for (uint32_t pid = 1; pid < 1000000; pid++) {
        assert_true(pid_map_set(&map, pid, 1));
        if (pid > 20)
            pid_map_remove(&map, pid - 20);
    }
    assert_int_equal(map.count, 20);
    assert_true(map.size <= 64);
    pid_map_free(&map);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(it_has_what_was_put_there),
        cmocka_unit_test(what_comes_and_goes_takes_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
