/*
 * The strict parsers, with any text: no undefined behaviour, no number that wraps, and no answer
 * but those that text/number.h and text/capname.h promise.
 */
#include "any.h"
#include "text/capname.h"
#include "text/number.h"

enum { NUMBER_MOST = 24, NAME_MOST = 40 }; /* longer than any that is accepted */

/* max: the largest value that the caller allows */
static void number(size_t length, uint64_t max) {
    char word[NUMBER_MOST + 1];
    uint64_t value;

    for (size_t i = 0; i < length; i++)
        word[i] = any_char;
    word[length] = '\0';
    int error = number_parse(word, max, &value);
    //@ assert promised_error: error == 0 || error == -22 || error == -34;
    if (error == 0) {
        //@ assert is_set: \initialized(&value);
        //@ assert within_max: value <= max;
    }
}

/* A part of a longer text, not ended by NUL. */
static void capability(size_t length) {
    char word[NAME_MOST];

    for (size_t i = 0; i < length; i++)
        word[i] = any_char;
    int cap = capname_parse(word, length);
    //@ assert a_capability_or_not: cap == -22 || 0 <= cap <= 63;
}

int main(void) {
    for (size_t length = 0; length <= NUMBER_MOST; length++) {
        number(length, 63);
        number(length, INT32_MAX);
        number(length, (uint64_t)UINT32_MAX - 1);
    }
    for (size_t length = 0; length <= NAME_MOST; length++)
        capability(length);
    return 0;
}
