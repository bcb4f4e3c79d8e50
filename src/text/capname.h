/*
 * capname - capabilities and sets of them as words.
 */
#ifndef CAPWRAP_CAPNAME_H
#define CAPWRAP_CAPNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fail.h"

enum {
    CAPNAME_SIZE = 32,        /* one name, or a number without a name in the library */
    CAPNAME_LIST_SIZE = 2048, /* 64 names with their separators */
};

/* Parses one capability: NET_RAW, cap_net_raw (any case), or its number from 0 to 63. length is the
 * length of the word. Returns the number or -EINVAL. */
int capname_parse(const char *word, size_t length);

/* Writes what was probably meant by a word that is not a capability, in the form of --keep: the
 * names in it without other characters around them (NET_RAW+ep, "A B", net-raw), with typing errors
 * corrected. Returns false when there is no suggestion. */
bool capname_suggest(const char *word, char list[CAPNAME_LIST_SIZE]);

/* Sets the hint of a filled *f about the value of --option, which contains a word that is not a
 * capability: the hint says what to write. */
void capname_advise(const char *option, const char *value, struct fail *f);

/* Writes the name of a capability without CAP_, or its number. */
void capname_print(unsigned cap, char name[CAPNAME_SIZE]);

/* Writes the names in set, each with prefix, joined by separator; "" for an empty set. */
void capname_join(uint64_t set, const char *prefix, const char *separator,
                  char text[CAPNAME_LIST_SIZE]);

#endif
