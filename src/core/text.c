#include "core/text.h"

#include <cap-ng.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/cred.h"

bool text_is_digits(const char *word) {
    size_t length = 0;

    while (word[length] >= '0' && word[length] <= '9')
        length++;
    return length > 0 && word[length] == '\0';
}

int text_number(const char *word, uint64_t max, uint64_t *value) {
    if (!text_is_digits(word) || (word[0] == '0' && word[1] != '\0'))
        return -EINVAL;
    if (strlen(word) > 19) /* as many digits as cannot wrap */
        return -ERANGE;
    for (*value = 0; *word != '\0'; word++)
        *value = 10 * *value + (uint64_t)(*word - '0');
    return *value <= max ? 0 : -ERANGE;
}

int text_cap(const char *word, size_t length) {
    char name[32]; /* longer than any name */
    uint64_t number;

    if (length == 0 || length >= sizeof name)
        return -EINVAL;
    memcpy(name, word, length);
    name[length] = '\0';
    if (strlen(name) != length)
        return -EINVAL;

    if (text_is_digits(name))
        return text_number(name, CAP_BITS - 1, &number) == 0 ? (int)number : -EINVAL;
    const char *bare = strncasecmp(name, "cap_", 4) == 0 ? name + 4 : name;
    int cap = capng_name_to_capability(bare);
    return cap >= 0 && cap < CAP_BITS ? cap : -EINVAL;
}
