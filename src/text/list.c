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
