#include "text/printable.h"

#include <stdio.h>
#include <string.h>

size_t printable_sequence(const char *text, uint32_t *code) {
    const unsigned char *bytes = (const unsigned char *)text;
    const unsigned char first = bytes[0];
    unsigned char low = 0x80, high = 0xbf;
    size_t length = first < 0x80   ? 1
                    : first < 0xc2 ? 0
                    : first < 0xe0 ? 2
                    : first < 0xf0 ? 3
                    : first < 0xf5 ? 4
                                   : 0;

    if (first == 0xe0)
        low = 0xa0; /* shorter forms exist */
    else if (first == 0xed)
        high = 0x9f; /* surrogates */
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f; /* above U+10FFFF */
    uint32_t value = length < 2 ? first : first & (0xffu >> (length + 1));
    *code = first;
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] < low || bytes[i] > high)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    *code = value;
    return length;
}

bool printable_is_control(uint32_t code) {
    /* The general categories Cc, Cf, Zl and Zp of Unicode 16. */
    static const uint32_t ranges[][2] = {
        {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x600, 0x605},
        {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
        {0x8e2, 0x8e2},     {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},
        {0x2060, 0x206f},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},   {0x110bd, 0x110bd},
        {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return true;
    return false;
}

static const char HOLDS[] = ": it contains a ",
                  FOREIGN[] = ": it contains a letter that is not ASCII";

static const char *oddity(uint32_t code) {
    enum { NO_BREAK_SPACE = 0xa0, LEFT_QUOTE = 0x2018, LOW_QUOTES = 0x201f };
    enum { GREEK = 0x370, ARMENIAN_END = 0x58f, FULL_WIDTH = 0xff01 };

    if (code == '\r')
        return ": it contains a carriage return";
    if (printable_is_control(code))
        return ": it contains a control character";
    if (code == ' ' || code == NO_BREAK_SPACE)
        return ": it contains a blank";
    if (code == '"' || code == '\'' || (code >= LEFT_QUOTE && code <= LOW_QUOTES))
        return ": it contains a quote";
    return (code >= GREEK && code <= ARMENIAN_END) || code >= FULL_WIDTH ? FOREIGN : "";
}

const char *printable_oddity(const char *text) {
    const char *found = "";

    while (*text != '\0' && *found == '\0') {
        uint32_t code;
        size_t length = printable_sequence(text, &code);
        found = length == 0 ? "" : oddity(code);
        text += length == 0 ? 1 : length;
    }
    return found;
}

/* Whether word is a variable, a template or a home directory that was not expanded. */
static bool is_unexpanded(const char *word) {
    const char *dollar = strchr(word, '$');

    return (dollar != NULL && dollar[1] != '\0') || strstr(word, "{{") != NULL ||
           strchr(word, '`') != NULL ||
           (word[0] == '~' && (word[1] == '\0' || strchr(word, '/') != NULL));
}

bool printable_advice(const char *word, size_t size, char *advice) {
    const char *found = printable_oddity(word);

    if (is_unexpanded(word))
        (void)snprintf(advice, size,
                       "expand %s first: no shell has done it, as in the exec form of a Dockerfile",
                       word);
    else if (*found == '\0')
        return false;
    else if (found == FOREIGN)
        (void)snprintf(advice, size, "type the name again%s", found);
    else if (strstr(word, " -") != NULL)
        (void)snprintf(advice, size, "write %s as separate words, without quotes around all of it",
                       word);
    else
        (void)snprintf(advice, size, "remove the %s from the value%s", found + strlen(HOLDS),
                       strchr(word, '\r') != NULL ? ": it comes from a file with CRLF line ends"
                                                  : "");
    return true;
}

void printable_escape(size_t size, char *text) {
    enum { LONGEST = sizeof "\\U0010ffff" };
    char source[PRINTABLE_MOST];
    size_t used = 0;

    (void)snprintf(source, sizeof source, "%s", text);
    for (const char *c = source; *c != '\0' && used < size;) {
        char word[LONGEST];
        uint32_t code;
        size_t length = printable_sequence(c, &code);
        bool escapes = length == 0 || printable_is_control(code);

        int shown = !escapes      ? snprintf(word, sizeof word, "%.*s", (int)length, c)
                    : length <= 1 ? snprintf(word, sizeof word, "\\x%02x", (unsigned)code)
                                  : snprintf(word, sizeof word,
                                             code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
        if (used + (size_t)shown >= size)
            break;
        memcpy(text + used, word, (size_t)shown);
        used += (size_t)shown;
        c += length == 0 ? 1 : length;
    }
    if (size > 0)
        text[used] = '\0';
}
