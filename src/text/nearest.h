/*
 * nearest - finds the name that was probably meant by a mistyped word.
 */
#ifndef CAPWRAP_NEAREST_H
#define CAPWRAP_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

enum { NEAREST_SIZE = 32 }; /* a longer word or name never matches */

/* A search. Initialise with {.word = WORD, .length = its length}. */
struct nearest {
    const char *word; /* need not be terminated */
    size_t length;
    char best[NEAREST_SIZE]; /* the nearest name so far; "" if none */
    unsigned distance;
    bool tied; /* another name is equally near */
};

/* Compares the word with one more name. Case is ignored, and - equals _. */
void nearest_offer(struct nearest *search, const char *name);

/* Returns the only name that has a word of its own starting with the given word, or that differs
 * from it by at most two typing errors (and at most a third of the name). Returns NULL when there
 * is no such name, or more than one. */
const char *nearest_found(const struct nearest *search);

#endif
