#include "show/names.h"

#include <cap-ng.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cred.h"

void names_of(unsigned cap, char name[NAMES_ONE]) {
    /* Above what it knows the library answers NULL, or makes up "cap_41". */
    const char *known = capng_capability_to_name(cap);
    if (known == NULL || strncmp(known, "cap_", 4) == 0) {
        (void)snprintf(name, NAMES_ONE, "%u", cap);
        return;
    }

    size_t i = 0;
    for (; i < NAMES_ONE - 1 && known[i] != '\0'; i++)
        name[i] = (char)toupper((unsigned char)known[i]);
    name[i] = '\0';
}

int names_read_set(const char *word, uint64_t *set) {
    if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
        word += 2;
    if (word[0] == '\0' || word[strspn(word, "0123456789abcdefABCDEF")] != '\0' ||
        strlen(word) > 16)
        return -EINVAL;
    *set = strtoull(word, NULL, 16);
    return 0;
}

void names_join(uint64_t set, const char *prefix, const char *separator, char text[NAMES_SIZE]) {
    size_t used = 0;

    text[0] = '\0';
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char name[NAMES_ONE];
        if ((set & CAP_MASK(cap)) == 0)
            continue;
        names_of(cap, name);
        int more = snprintf(text + used, NAMES_SIZE - used, "%s%s%s", used == 0 ? "" : separator,
                            prefix, name);
        if (more < 0 || used + (size_t)more >= NAMES_SIZE)
            return;
        used += (size_t)more;
    }
}
