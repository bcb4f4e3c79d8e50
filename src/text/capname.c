#include "text/capname.h"

#include <cap-ng.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/cred.h"
#include "text/number.h"

int capname_parse(const char *word, size_t length) {
    char name[CAPNAME_SIZE]; /* longer than any name */
    uint64_t number;

    if (length == 0 || length >= sizeof name)
        return -EINVAL;
    memcpy(name, word, length);
    name[length] = '\0';
    if (strlen(name) != length)
        return -EINVAL;

    if (number_is_digits(name))
        return number_parse(name, CAP_BITS - 1, &number) == 0 ? (int)number : -EINVAL;
    const char *bare = strncasecmp(name, "cap_", 4) == 0 ? name + 4 : name;
    int cap = capng_name_to_capability(bare);
    return cap >= 0 && cap < CAP_BITS ? cap : -EINVAL;
}

void capname_print(unsigned cap, char name[CAPNAME_SIZE]) {
    /* Above what it knows the library answers NULL, or makes up "cap_41". */
    const char *known = capng_capability_to_name(cap);
    if (known == NULL || strncmp(known, "cap_", 4) == 0) {
        (void)snprintf(name, CAPNAME_SIZE, "%u", cap);
        return;
    }

    size_t i = 0;
    for (; i < CAPNAME_SIZE - 1 && known[i] != '\0'; i++)
        name[i] = (char)toupper((unsigned char)known[i]);
    name[i] = '\0';
}

void capname_join(uint64_t set, const char *prefix, const char *separator,
                  char text[CAPNAME_LIST_SIZE]) {
    size_t used = 0;

    text[0] = '\0';
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char name[CAPNAME_SIZE];
        if ((set & CAP_MASK(cap)) == 0)
            continue;
        capname_print(cap, name);
        int more = snprintf(text + used, CAPNAME_LIST_SIZE - used, "%s%s%s",
                            used == 0 ? "" : separator, prefix, name);
        if (more < 0 || used + (size_t)more >= CAPNAME_LIST_SIZE)
            return;
        used += (size_t)more;
    }
}
