/*
 * The library functions that src/text/number.c calls and of which Frama-C knows the contract alone,
 * written out, so that what they do with their arguments is analysed as well. libcap-ng's answer is
 * any number at all.
 */
#include <string.h>
#include <strings.h>

#include "any.h"

int capng_name_to_capability(const char *name);

int capng_name_to_capability(const char *name) {
    (void)strlen(name);
    return any_int;
}

int strncasecmp(const char *a, const char *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if ((a[i] | 0x20) != (b[i] | 0x20))
            return 1;
        if (a[i] == '\0')
            break;
    }
    return 0;
}
