/*
 * option_meant - refusals of words that are no option or no value of one, with the option that was
 * probably meant. Each fills *f with step "options" and returns -1.
 */
#ifndef CAPWRAP_OPTION_MEANT_H
#define CAPWRAP_OPTION_MEANT_H

#include <stdbool.h>

#include "text/option_table.h"

/* --name, of length bytes, is no option. */
int option_refuse_name(const struct option_table *table, const char *name, size_t length,
                       struct fail *f);

/* letter, inside the word -letters, is no option. */
int option_refuse_letter(const struct option_table *table, const char *letters, const char *letter,
                         struct fail *f);

/* -name, which is an option with two dashes. */
int option_refuse_one_dash(const char *name, struct fail *f);

/* Whether word begins with dashes of which one is not "-", as a page of text may have it. */
bool option_has_wrong_dash(const char *word);
int option_refuse_dash(const struct option_table *table, const char *word, struct fail *f);

/* Whether word is, or begins as, an option, and so is no value of the option before it. */
bool option_is_next(const struct option_table *table, const char *word);

/* There is no value, an empty one, or next, which is an option; NULL where the line ends. */
int option_refuse_value(const struct option *option, const char *next, struct fail *f);

/* Gives a filled *f, about this value, the hint that another option of the table is in it. */
void option_advise_joined(const struct option_table *table, const struct option *option,
                          const char *value, struct fail *f);

/* There is a value, and the option takes none. */
int option_refuse_extra(const struct option *option, const char *value, struct fail *f);

/* Gives a filled *f without a hint of values, about a COMMAND that was not found, the hint that it
 * is the name of an option. */
void option_advise_command(const struct option_table *table, const char *command, struct fail *f);

/* The words argv of the line have no COMMAND. */
int option_refuse_no_command(const char *program, char *const *argv, struct fail *f);

#endif
