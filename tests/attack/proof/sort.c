/* T7: observe_sort leaves the same set, ascending, with no id twice. */
#include "any.h"
#include "core/observe.h"

int main(void) {
    gid_t list[MOST_GROUPS], old[MOST_GROUPS];
    size_t count = nondet_size();
    struct groups groups = {.count = count, .list = list};

    ASSUME(count <= MOST_GROUPS);
    for (size_t i = 0; i < MOST_GROUPS; i++)
        list[i] = old[i] = nondet_u32();
    observe_sort(&groups);
    PROVE("not longer, and empty only if it was",
          groups.count <= count && (count == 0 || groups.count > 0));
    for (size_t i = 0; i < MOST_GROUPS; i++) {
        bool kept = i >= count, was = i >= groups.count;
        for (size_t j = 0; j < MOST_GROUPS; j++) {
            kept = kept || (j < groups.count && list[j] == old[i]);
            was = was || (j < count && old[j] == list[i]);
        }
        PROVE("nothing is lost", kept);
        PROVE("nothing is new", was);
        PROVE("ascending", i == 0 || i >= groups.count || list[i - 1] < list[i]);
    }
    REACHED("a list with an id twice", groups.count < count && groups.count > 1);
    return 0;
}
