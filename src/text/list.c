#include "text/list.h"

#include <string.h>

bool list_next(struct list *list) {
    if (list->rest == NULL)
        return false;
    list->word = list->rest;
    list->length = strcspn(list->word, ",");
    list->rest = list->word[list->length] == ',' ? list->word + list->length + 1 : NULL;
    return true;
}

bool list_has(const char *words, const char *word, size_t length) {
    for (struct list list = {.rest = words}; list_next(&list);)
        if (list.length == length && memcmp(list.word, word, length) == 0)
            return true;
    return false;
}
