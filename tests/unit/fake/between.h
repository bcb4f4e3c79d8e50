/* Between two numbers, for cmocka 1.1 and 2: the latter warns of assert_in_range(), which the
 * former alone has. */
#ifndef FAKE_BETWEEN_H
#define FAKE_BETWEEN_H

#include <stdint.h>

#define assert_between(value, least, most)                                                         \
    do {                                                                                           \
        uintmax_t between_ = (uintmax_t)(value);                                                   \
        if (between_ < (uintmax_t)(least) || between_ > (uintmax_t)(most))                         \
            fail_msg("%s is %ju, not within %s and %s", #value, between_, #least, #most);          \
    } while (0)

#endif
