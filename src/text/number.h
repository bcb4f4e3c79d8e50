/*
 * number - strict readers of numbers. They accept one spelling of a value and refuse all others.
 */
#ifndef CAPWRAP_NUMBER_H
#define CAPWRAP_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether word has only ASCII digits, at least one: it is then always a number, never a name. */
bool number_is_digits(const char *word);

/* Parses a decimal without sign, blank or leading zero, at most max. Returns 0, -ERANGE,
 * -EINVAL. */
int number_parse(const char *word, uint64_t max, uint64_t *value);

/* Parses 1 to 16 hexadecimal digits, as /proc/PID/status prints a set. Returns 0 or -EINVAL. */
int number_parse_hex(const char *word, uint64_t *value);

#endif
