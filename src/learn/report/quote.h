/*
 * quote - quotes arguments of a command line so that the reader of each format gets them unchanged.
 */
#ifndef CAPWRAP_LEARN_QUOTE_H
#define CAPWRAP_LEARN_QUOTE_H

#include <stdio.h>

/* For a shell. Arguments with control characters need a shell with $'' (POSIX.1-2024). */
void quote_shell(FILE *out, const char *word);

/* For a command line in a unit file (systemd.service(5)). */
void quote_systemd(FILE *out, const char *word);

/* When the reader of a JSON array replaces "$NAME" or "$(NAME)" by the value of a variable, "$" is
 * doubled. */
enum dollar { DOLLAR_AS_IT_IS, DOLLAR_ALWAYS, DOLLAR_BEFORE_PAREN };

/* Writes a JSON array of the arguments up to NULL. Without memory the array is incomplete: an
 * open_memstream() stream then fails as well; other streams get a shorter array. */
void quote_array(FILE *out, char *const *words, enum dollar dollar);

#endif
