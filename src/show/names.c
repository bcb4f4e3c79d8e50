#include "show/names.h"

#include <stdio.h>
#include <string.h>

#include "core/cred.h"
#include "core/text.h"

void names_join(uint64_t set, const char *prefix, const char *separator, char text[NAMES_SIZE]) {
    size_t used = 0;

    text[0] = '\0';
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char name[TEXT_CAP_NAME];
        if ((set & CAP_MASK(cap)) == 0)
            continue;
        text_cap_name(cap, name);
        int more = snprintf(text + used, NAMES_SIZE - used, "%s%s%s", used == 0 ? "" : separator,
                            prefix, name);
        if (more < 0 || used + (size_t)more >= NAMES_SIZE)
            return;
        used += (size_t)more;
    }
}
