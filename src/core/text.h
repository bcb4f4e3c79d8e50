/*
 * text - strict readers of numbers and capability names. They accept one spelling of a value or
 * refuse; nothing is guessed, skipped or wrapped.
 */
#ifndef CAPWRAP_TEXT_H
#define CAPWRAP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Only ASCII digits, at least one: such a word is always a number, never a name. */
bool text_is_digits(const char *word);

/* Decimal without sign, blank or leading zero, from 0 to max. Returns 0 or -ERANGE, -EINVAL. */
int text_number(const char *word, uint64_t max, uint64_t *value);

/* One capability: NET_RAW, cap_net_raw (any case), or its number from 0 to 63. Length is that of
 * the word. Returns the number or -EINVAL. */
int text_cap(const char *word, size_t length);

#endif
