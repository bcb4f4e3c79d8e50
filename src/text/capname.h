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
    CAPNAME_SIZE = 32,        /* one name, or a number that the library has no name for */
    CAPNAME_LIST_SIZE = 2048, /* 64 names with their separators */
};

/* One capability: NET_RAW, cap_net_raw (any case), or its number from 0 to 63. length is that of
 * the word. Returns the number or -EINVAL. */
int capname_parse(const char *word, size_t length);

/* What a word that is no capability was probably meant to be, as --keep takes it: the names in it
 * without what stands around them (NET_RAW+ep, "A B", net-raw), mistyped ones mended. False when
 * that cannot be told. */
bool capname_suggest(const char *word, char list[CAPNAME_LIST_SIZE]);

/* Gives a filled *f, about the value of --option, which holds no capability where one belongs, the
 * hint what to write. */
void capname_advise(const char *option, const char *value, struct fail *f);

/* Writes the name of a capability without CAP_, or its number. */
void capname_print(unsigned cap, char name[CAPNAME_SIZE]);

/* Writes each name of set as prefix NAME, joined by separator; "" for an empty set. */
void capname_join(uint64_t set, const char *prefix, const char *separator,
                  char text[CAPNAME_LIST_SIZE]);

#endif
