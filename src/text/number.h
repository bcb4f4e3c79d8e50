/*
 * number - strict readers of numbers. They accept one spelling of a value or refuse; nothing is
 * guessed, skipped or wrapped.
 */
#ifndef CAPWRAP_NUMBER_H
#define CAPWRAP_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Only ASCII digits, at least one: such a word is always a number, never a name. */
bool number_is_digits(const char *word);

/* Decimal without sign, blank or leading zero, from 0 to max. Returns 0 or -ERANGE, -EINVAL. */
int number_parse(const char *word, uint64_t max, uint64_t *value);

/* 1 to 16 hexadecimal digits, as /proc/PID/status prints a set. Returns 0 or -EINVAL. */
int number_parse_hex(const char *word, uint64_t *value);

#endif
