/*
 * text - strict readers of numbers and capability names. They accept one spelling of a value or
 * refuse; nothing is guessed, skipped or wrapped.
 */
#ifndef CAPWRAP_TEXT_H
#define CAPWRAP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A capability's name, or its number when the library does not know it. */
enum { TEXT_CAP_NAME = 32 };

/* Only ASCII digits, at least one: such a word is always a number, never a name. */
bool text_is_digits(const char *word);

/* Decimal without sign, blank or leading zero, from 0 to max. Returns 0 or -ERANGE, -EINVAL. */
int text_number(const char *word, uint64_t max, uint64_t *value);

/* 1 to 16 hexadecimal digits, with or without 0x. Returns 0 or -EINVAL. */
int text_hex(const char *word, uint64_t *value);

/* One capability: NET_RAW, cap_net_raw (any case), or its number from 0 to 63. Length is that of
 * the word. Returns the number or -EINVAL. */
int text_cap(const char *word, size_t length);

/* Writes the name of a capability without CAP_, or its number. */
void text_cap_name(unsigned cap, char name[TEXT_CAP_NAME]);

#endif
