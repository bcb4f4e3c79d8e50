/* What the core takes from the C library and from its own fail.c and pool.c, as far as a proof
 * needs it. The real fail.c and pool.c have theorems of their own. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "core/fail.h"
#include "core/label.h"
#include "core/pool.h"

/* ---- fail: the codes, without the text ---- */

static int refuse(struct fail *f, const char *step, enum fail_code code, int error) {
    f->step = step;
    f->code = code;
    f->error = error < 0 ? -error : error;
    f->exit_code = EXIT_REFUSED;
    return -1;
}

int fail_set(struct fail *f, const char *step, enum fail_code code, int error, const char *format,
             ...) {
    (void)format;
    return refuse(f, step, code, error);
}

int fail_caps(struct fail *f, const char *step, enum fail_code code, uint64_t caps,
              const char *text) {
    (void)text;
    f->caps = caps;
    return refuse(f, step, code, 0);
}

int fail_about(struct fail *f, const char *step, enum fail_code code, int error,
               const char *subject, const char *text) {
    (void)text;
    f->subject = subject;
    return refuse(f, step, code, error);
}

int fail_hint(struct fail *f, const char *hint) {
    f->hint = hint;
    return -1;
}

/* ---- label: a name for a text ---- */

const char *label_module(enum module module) {
    (void)module;
    return "-";
}

/* ---- pool: lists of groups, or no memory ---- */

#ifndef REAL_POOL
enum { LISTS = 4 };
static gid_t lists[LISTS][MOST_GROUPS];
static unsigned taken;

void *pool_take(size_t count, size_t size) {
#ifndef HONEST
    if (nondet_bool())
        return NULL;
#endif
    __CPROVER_assert(size == sizeof(gid_t) && count <= MOST_GROUPS && taken < LISTS,
                     "pool_take: more than is modelled");
    return lists[taken++];
}

void pool_release(void *memory) { (void)memory; }
#endif

/* ---- qsort(3), of lists of groups ---- */

void qsort(void *base, size_t nmemb, size_t size, int (*compar)(const void *, const void *)) {
    gid_t *list = base;

    __CPROVER_assert(size == sizeof *list && nmemb <= MOST_GROUPS, "qsort: more than is modelled");
    for (size_t pass = 0; pass + 1 < MOST_GROUPS; pass++)
        for (size_t i = 0; i + 1 < MOST_GROUPS; i++)
            if (i + 1 < nmemb && compar(&list[i], &list[i + 1]) > 0) {
                gid_t swap = list[i];
                list[i] = list[i + 1];
                list[i + 1] = swap;
            }
}
