/*
 * option_meant - refusals of words that are not an option, or not a value of one, with the option
 * that was probably meant. Each function fills *f with step "options" and returns -1.
 */
#ifndef CAPWRAP_OPTION_MEANT_H
#define CAPWRAP_OPTION_MEANT_H

#include <stdbool.h>

#include "text/option_table.h"

/* --name, of length bytes, is not an option. */
int option_refuse_name(const struct option_table *table, const char *name, size_t length,
                       struct fail *f);

/* letter, in the word -letters, is not an option. */
int option_refuse_letter(const struct option_table *table, const char *letters, const char *letter,
                         struct fail *f);

/* -name is an option that requires two dashes. */
int option_refuse_one_dash(const char *name, struct fail *f);

/* Whether word starts with dashes that are not all "-", as copied from a formatted page. */
bool option_has_wrong_dash(const char *word);
int option_refuse_dash(const struct option_table *table, const char *word, struct fail *f);

/* Whether word is, or starts as, an option, and so is not the value of the option before it. */
bool option_is_next(const struct option_table *table, const char *word);

/* The value is missing, empty, or next, which is an option; next is NULL at the end of the line. */
int option_refuse_value(const struct option *option, const char *next, struct fail *f);

/* Sets the hint of a filled *f about this value: the value contains another option of the table. */
void option_advise_joined(const struct option_table *table, const struct option *option,
                          const char *value, struct fail *f);

/* A value is given, but the option takes none. */
int option_refuse_extra(const struct option *option, const char *value, struct fail *f);

/* Sets the hint of a filled *f, about a COMMAND that was not found, when it has no hint with values
 * and COMMAND is the name of an option. */
void option_advise_command(const struct option_table *table, const char *command, struct fail *f);

/* The words argv of the line contain no COMMAND. */
int option_refuse_no_command(const char *program, char *const *argv, struct fail *f);

#endif
