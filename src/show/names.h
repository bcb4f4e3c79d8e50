/*
 * names - capability sets as words.
 */
#ifndef CAPWRAP_NAMES_H
#define CAPWRAP_NAMES_H

#include <stddef.h>
#include <stdint.h>

enum { NAMES_SIZE = 2048 }; /* room for 64 names with their separators */

/* Writes each name of set as prefix NAME, joined by separator; "" for an empty set. */
void names_join(uint64_t set, const char *prefix, const char *separator, char text[NAMES_SIZE]);

#endif
