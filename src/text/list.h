/*
 * list - the words of a comma-separated list.
 */
#ifndef CAPWRAP_LIST_H
#define CAPWRAP_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A position in a list. Initialise with {.rest = LIST}. */
struct list {
    const char *word; /* the current word, not terminated; length may be 0 */
    size_t length;
    const char *rest; /* the text after it; NULL at the end */
};

/* Moves to the next word; false at the end. Every list has at least one word; an empty list has one
 * empty word. */
bool list_next(struct list *list);

/* Whether the comma-separated list words contains the word of length bytes. */
bool list_has(const char *words, const char *word, size_t length);

#endif
