/*
 * printable - which characters of third-party text may be written to a terminal or a log unchanged.
 *
 * File names, words of the command line and names of processes are not trusted. Control characters
 * move the cursor or change the terminal, and format characters reorder or hide text.
 */
#ifndef CAPWRAP_PRINTABLE_H
#define CAPWRAP_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the length of the UTF-8 sequence at text, which ends with a NUL, and its code point; 0
 * for an invalid sequence (RFC 3629, section 4), and then *code is the byte. */
size_t printable_sequence(const char *text, uint32_t *code);

/* Whether code is a control character (U+0000 to U+001F, U+007F to U+009F), a line or paragraph
 * separator, or a format character: direction marks, overrides (U+202A, ...), zero widths, tags. */
bool printable_is_control(uint32_t code);

/* Returns what is unusual in text, to append to an error: ": it contains a carriage return", "a
 * control character", "a blank", "a quote", or "a letter that is not ASCII" and may look like one:
 * Greek, Cyrillic, Armenian, full-width or mathematical. Returns "" when nothing is unusual. */
const char *printable_oddity(const char *text);

/* Writes how to correct a word that no table contains, because of such a character, or because a
 * variable or ~ in it was not expanded. Returns false, and writes nothing, when it has neither. */
bool printable_advice(const char *word, size_t size, char *advice);

/* Replaces each of these characters, and each byte that is not UTF-8, by an escape: \x1b, \u202e,
 * \U000e0001. In place: text has size bytes; what does not fit is truncated. Reads at most the
 * first PRINTABLE_MOST - 1 bytes of text. */
enum { PRINTABLE_MOST = 8192 };
void printable_escape(size_t size, char *text);

#endif
