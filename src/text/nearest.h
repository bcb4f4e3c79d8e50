/*
 * nearest - the name that a mistyped word was probably meant to be.
 */
#ifndef CAPWRAP_NEAREST_H
#define CAPWRAP_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

enum { NEAREST_SIZE = 32 }; /* a longer word or name is near to nothing */

/* A search. Begin with {.word = WORD, .length = its length}. */
struct nearest {
    const char *word; /* need not be terminated */
    size_t length;
    char best[NEAREST_SIZE]; /* the nearest name so far; "" while there is none */
    unsigned distance;
    bool tied; /* another name is as near */
};

/* Compares the word with one more name. Upper and lower case are alike, and - and _. */
void nearest_offer(struct nearest *search, const char *name);

/* The one name that has the word at the beginning of one of its own words, or differs from it by at
 * most two typing errors (and no more than a third of the name); NULL when there is none, or more
 * than one. */
const char *nearest_found(const struct nearest *search);

#endif
