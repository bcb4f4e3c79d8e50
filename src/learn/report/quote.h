/*
 * quote - words of a command line, written so that the reader of a form gets them unchanged.
 */
#ifndef CAPWRAP_LEARN_QUOTE_H
#define CAPWRAP_LEARN_QUOTE_H

#include <stdio.h>

/* For a shell. Words with control characters need one that knows $'' (POSIX.1-2024). */
void quote_shell(FILE *out, const char *word);

/* For a command line in a unit file (systemd.service(5)). */
void quote_systemd(FILE *out, const char *word);

/* Where the reader of a JSON array replaces "$NAME" or "$(NAME)" by the value of a variable, "$" is
 * written twice. */
enum dollar { DOLLAR_AS_IT_IS, DOLLAR_ALWAYS, DOLLAR_BEFORE_PAREN };

/* A JSON array of the words up to NULL. Without memory it is incomplete: open_memstream() then
 * fails as well, and other streams get a shorter array. */
void quote_array(FILE *out, char *const *words, enum dollar dollar);

#endif
