/*
 * names - capability sets as words.
 */
#ifndef CAPWRAP_NAMES_H
#define CAPWRAP_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* A capability's name, or its number when the library does not know it. */
enum { NAMES_ONE = 32 };

/* Writes the name of a capability without CAP_, or its number. */
void names_of(unsigned cap, char name[NAMES_ONE]);

/* Reads a set as /proc/PID/status prints it: 1 to 16 hexadecimal digits, with or without 0x.
 * Returns 0 or -EINVAL. */
int names_read_set(const char *word, uint64_t *set);

enum { NAMES_SIZE = 2048 }; /* room for 64 names with their separators */

/* Writes each name of set as prefix NAME, joined by separator; "" for an empty set. */
void names_join(uint64_t set, const char *prefix, const char *separator, char text[NAMES_SIZE]);

#endif
