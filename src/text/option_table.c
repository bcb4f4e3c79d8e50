#include "text/option_table.h"

#include <string.h>

const struct option *option_by_name(const struct option_table *table, const char *name,
                                    size_t length) {
    for (size_t i = 0; i < table->count; i++) {
        const struct option *option = &table->options[i];
        if (strncmp(option->name, name, length) == 0 && option->name[length] == '\0')
            return option;
    }
    return NULL;
}

const struct option *option_by_letter(const struct option_table *table, char letter) {
    for (size_t i = 0; i < table->count; i++)
        if (letter != '\0' && table->options[i].letter == letter)
            return &table->options[i];
    return NULL;
}
