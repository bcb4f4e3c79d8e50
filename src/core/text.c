#include "core/text.h"

#include <cap-ng.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cred.h"

static bool only(const char *word, const char *allowed) {
    return word[0] != '\0' && word[strspn(word, allowed)] == '\0';
}

bool text_is_digits(const char *word) { return only(word, "0123456789"); }

int text_number(const char *word, uint64_t max, uint64_t *value) {
    if (!text_is_digits(word) || (word[0] == '0' && word[1] != '\0'))
        return -EINVAL;
    if (strlen(word) > 19) /* the longest that strtoull cannot wrap */
        return -ERANGE;
    *value = strtoull(word, NULL, 10);
    return *value <= max ? 0 : -ERANGE;
}

int text_hex(const char *word, uint64_t *value) {
    if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
        word += 2;
    if (!only(word, "0123456789abcdefABCDEF") || strlen(word) > 16)
        return -EINVAL;
    *value = strtoull(word, NULL, 16);
    return 0;
}

int text_cap(const char *word, size_t length) {
    char name[TEXT_CAP_NAME];
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

void text_cap_name(unsigned cap, char name[TEXT_CAP_NAME]) {
    /* Above what it knows the library answers NULL, or makes up "cap_41". */
    const char *known = capng_capability_to_name(cap);
    if (known == NULL || strncmp(known, "cap_", 4) == 0) {
        (void)snprintf(name, TEXT_CAP_NAME, "%u", cap);
        return;
    }

    size_t i = 0;
    for (; i < TEXT_CAP_NAME - 1 && known[i] != '\0'; i++)
        name[i] = (char)toupper((unsigned char)known[i]);
    name[i] = '\0';
}
