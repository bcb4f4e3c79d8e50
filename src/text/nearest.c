#include "text/nearest.h"

#include <ctype.h>
#include <string.h>

enum { MOST_ERRORS = 2, SHORTEST_PART = 3 };

static int folded(char c) { return c == '-' ? '_' : tolower((unsigned char)c); }

/* into contains only NULs. */
static void fold(const char *word, size_t length, char into[NEAREST_SIZE]) {
    for (size_t i = 0; i < length; i++)
        into[i] = (char)folded(word[i]);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Returns how many characters must be inserted, removed, replaced or swapped with their neighbour
 * to change a to b (optimal string alignment). */
static unsigned typing_errors(const char *a, const char *b) {
    unsigned rows[3][NEAREST_SIZE];
    size_t a_length = strlen(a), b_length = strlen(b);

    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

void nearest_offer(struct nearest *search, const char *name) {
    char word[NEAREST_SIZE] = "", other[NEAREST_SIZE] = "";
    size_t length = strlen(name);

    if (search->length >= NEAREST_SIZE || length >= NEAREST_SIZE)
        return;
    fold(search->word, search->length, word);
    fold(name, length, other);

    const char *part = search->length >= SHORTEST_PART ? strstr(other, word) : NULL;
    bool is_part = part != NULL && (part == other || part[-1] == '_');
    unsigned distance = typing_errors(word, other);
    if (!is_part && (distance > MOST_ERRORS || 3 * (size_t)distance > length))
        return;
    if (is_part)
        distance = least(distance, 1);
    if (search->best[0] != '\0' && distance >= search->distance) {
        search->tied = search->tied || distance == search->distance;
        return;
    }
    memcpy(search->best, name, length + 1);
    search->distance = distance;
    search->tied = false;
}

const char *nearest_found(const struct nearest *search) {
    return search->best[0] == '\0' || search->tied ? NULL : search->best;
}
