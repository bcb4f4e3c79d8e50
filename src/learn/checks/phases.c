#include "learn/checks/phases.h"

void phases_add(struct phases *phases, uint32_t uid, uint32_t gid, uint64_t caps) {
    for (unsigned i = 0; i < phases->count; i++)
        if (phases->list[i].uid == uid && phases->list[i].gid == gid) {
            phases->list[i].caps |= caps;
            return;
        }
    if (phases->count == PHASES_MOST)
        phases->more = true;
    else
        phases->list[phases->count++] = (struct phase){uid, gid, caps};
}
