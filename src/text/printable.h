/*
 * printable - which characters of a foreign text may get to a terminal or a log as they are.
 *
 * File names, words of the command line and names of processes are anybody's. Control characters
 * move the cursor or change the terminal, and format characters reorder or hide what is shown.
 */
#ifndef CAPWRAP_PRINTABLE_H
#define CAPWRAP_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the UTF-8 sequence at text, which ends with a NUL, and its code point; 0 where
 * there is none (RFC 3629, section 4), and then *code is the byte. */
size_t printable_sequence(const char *text, uint32_t *code);

/* A control character (U+0000 to U+001F, U+007F to U+009F), a line or paragraph separator, or a
 * format character: direction marks and overrides (U+202A to U+202E, ...), zero widths, tags. */
bool printable_is_control(uint32_t code);

/* What stands in text that rarely belongs into a name, for behind an error: ": it holds a carriage
 * return", "a control character", "a blank", "a quote", or "a letter that is not ASCII" and may
 * look as if it were: Greek, Cyrillic, Armenian, of full width or of mathematics; "" for none of
 * these. */
const char *printable_oddity(const char *text);

/* Writes how to correct a word that no table has, because of such a character in it, or because a
 * variable or ~ in it was not expanded; false, and nothing written, where it has none. */
bool printable_advice(const char *word, size_t size, char *advice);

/* Shows each of these characters, and each byte that is no UTF-8, as an escape: \x1b, \u202e,
 * \U000e0001. In place: text has size bytes, and what does not fit is cut off. At most the first
 * PRINTABLE_MOST - 1 bytes of text are taken. */
enum { PRINTABLE_MOST = 8192 };
void printable_escape(size_t size, char *text);

#endif
