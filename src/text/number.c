#include "text/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool number_is_digits(const char *word) {
    size_t length = 0;

    while (word[length] >= '0' && word[length] <= '9')
        length++;
    return length > 0 && word[length] == '\0';
}

int number_parse(const char *word, uint64_t max, uint64_t *value) {
    if (!number_is_digits(word) || (word[0] == '0' && word[1] != '\0'))
        return -EINVAL;
    if (strlen(word) > 19) /* up to 19 digits cannot overflow */
        return -ERANGE;
    for (*value = 0; *word != '\0'; word++)
        *value = 10 * *value + (uint64_t)(*word - '0');
    return *value <= max ? 0 : -ERANGE;
}

int number_parse_hex(const char *word, uint64_t *value) {
    enum { DIGITS = 16 };
    size_t length = strspn(word, "0123456789abcdefABCDEF");

    if (length == 0 || length > DIGITS || word[length] != '\0')
        return -EINVAL;
    *value = strtoull(word, NULL, 16);
    return 0;
}
