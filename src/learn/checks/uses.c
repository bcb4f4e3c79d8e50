#include "learn/checks/uses.h"

#include <string.h>

bool uses_same(const struct use *a, const struct use *b) {
    return a->noise == b->noise && strcmp(a->call, b->call) == 0 &&
           strcmp(a->process, b->process) == 0;
}

void uses_add(struct uses *uses, const struct use *use) {
    uses->checks += use->checks;
    for (size_t i = 0; i < uses->count; i++) {
        if (uses_same(&uses->list[i], use)) {
            uses->list[i].checks += use->checks;
            return;
        }
    }
    if (uses->count < USAGE_ASKERS)
        uses->list[uses->count++] = *use;
    else
        uses->others += use->checks;
}
