#include "learn/clock.h"

#include <time.h>

uint64_t clock_now(void) {
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

int64_t clock_milliseconds(void) { return (int64_t)(clock_now() / 1000000U); }
