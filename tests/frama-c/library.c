/*
 * The library functions that src/core/text.c calls and of which Frama-C knows the contract alone,
 * written out, so that what they do with their arguments is analysed as well. libcap-ng's answer is
 * any number at all.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "any.h"

int capng_name_to_capability(const char *name);

int capng_name_to_capability(const char *name) {
    (void)strlen(name);
    return any_int;
}

/* Of the digits, the only thing that it is asked for. */
size_t strspn(const char *string, const char *accept) {
    size_t length = 0;

    //@ assert digits: accept[0] == '0' && accept[9] == '9' && accept[10] == 0;
    while (string[length] >= accept[0] && string[length] <= accept[9])
        length++;
    //@ split length;
    return length;
}

/* Of decimal digits alone: a sign, a blank or a value that wraps shows as an overflow. */
unsigned long long strtoull(const char *string, char **end, int base) {
    unsigned long long value = 0;

    (void)end;
    for (; *string != '\0'; string++)
        value = value * (unsigned)base + (unsigned)(*string - '0');
    return value;
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
