/* T8: core/pool.c, for three requests of any length and any releases: what is given is as long as
 * was asked, zeros, and shared with nothing. */
#include "core/pool.h"

#include <stdint.h>

#include "any.h"

enum { LONGEST = 1024 };

int main(void) {
    size_t a = nondet_size(), b = nondet_size(), size = nondet_size(), at = nondet_size(),
           bt = nondet_size();

    ASSUME(a <= LONGEST && b <= LONGEST && (size == 1 || size == 4 || size == 8));
    char *first = pool_take(a, size);
    bool in_first = first != NULL && at < a * size;
    if (in_first) {
        PROVE("zeros", first[at] == 0);
        first[at] = 1;
    }
    char *second = pool_take(b, size);
    if (second != NULL && bt < b * size)
        second[bt] = 2;
    PROVE("shared with nothing", !in_first || first[at] == 1);
    REACHED("two blocks", in_first && second != NULL && bt < b * size);
    pool_release(first);
    char *third = pool_take(b, size);
    PROVE("zeros again", third == NULL || at >= b * size || third[at] == 0);
    REACHED("the same block again", third != NULL && third == first);
    pool_release(second);
    pool_release(third);
    pool_release(NULL);
    return 0;
}
