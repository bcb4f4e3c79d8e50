/*
 * list - the words of a list that commas separate.
 */
#ifndef CAPWRAP_LIST_H
#define CAPWRAP_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A position in a list. Begin with {.rest = LIST}. */
struct list {
    const char *word; /* the current word, not terminated; length may be 0 */
    size_t length;
    const char *rest; /* what follows it; NULL at the end */
};

/* Moves on to the next word; false at the end. A list has at least one word, the empty list an
 * empty one. */
bool list_next(struct list *list);

/* Whether words, with commas between, has the word of length bytes. */
bool list_has(const char *words, const char *word, size_t length);

#endif
