/*
 * Whether a text is JSON: RFC 8259, read from left to right. What is printed nests five deep, so a
 * limit is no loss.
 */
#include <string.h>

#include "ref.h"

enum { DEEP = 16 };

struct text {
    const unsigned char *next, *end;
};

static bool value(struct text *text, unsigned depth);

static bool take(struct text *text, const char *word) {
    size_t length = strlen(word);

    if ((size_t)(text->end - text->next) < length || memcmp(text->next, word, length) != 0)
        return false;
    text->next += length;
    return true;
}

static size_t digits(struct text *text) {
    size_t count = 0;

    for (; text->next < text->end && *text->next >= '0' && *text->next <= '9'; count++)
        text->next++;
    return count;
}

/* The bytes that follow the first byte of a UTF-8 sequence; shortest form only, no surrogates. */
static bool sequence(struct text *text, unsigned first) {
    unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    unsigned code = first & (0x3fu >> more);
    static const unsigned lowest[] = {0, 0x80, 0x800, 0x10000};

    if (first < 0xc0 || first > 0xf7)
        return false;
    for (unsigned i = 0; i < more; i++, text->next++) {
        if (text->next == text->end || (*text->next & 0xc0) != 0x80)
            return false;
        code = code << 6 | (*text->next & 0x3fu);
    }
    return code >= lowest[more] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static bool escape(struct text *text) {
    if (text->next == text->end)
        return false;
    unsigned char kind = *text->next++;
    if (kind != 'u')
        return kind != '\0' && strchr("\"\\/bfnrt", kind) != NULL;
    for (unsigned i = 0; i < 4; i++, text->next++)
        if (text->next == text->end || strchr("0123456789abcdefABCDEF", *text->next) == NULL ||
            *text->next == '\0')
            return false;
    return true;
}

static bool string(struct text *text) {
    if (!take(text, "\""))
        return false;
    while (text->next < text->end) {
        unsigned char c = *text->next++;
        if (c == '"')
            return true;
        if (c < ' ' || (c == '\\' && !escape(text)) || (c >= 0x80 && !sequence(text, c)))
            return false;
    }
    return false;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the text, which has its limit */
static bool members(struct text *text, bool named, const char *close, unsigned depth) {
    if (depth == DEEP || take(text, close))
        return depth < DEEP;
    do {
        if ((named && (!string(text) || !take(text, ":"))) || !value(text, depth + 1))
            return false;
    } while (take(text, ","));
    return take(text, close);
}

static bool value(struct text *text, unsigned depth) {
    if (take(text, "{"))
        return members(text, true, "}", depth);
    if (take(text, "["))
        return members(text, false, "]", depth);
    if (take(text, "true") || take(text, "false") || take(text, "null"))
        return true;
    if (text->next < text->end && *text->next == '"')
        return string(text);
    return digits(text) > 0;
}
/* NOLINTEND(misc-no-recursion) */

bool ref_is_json(const char *text, size_t size) {
    struct text all = {(const unsigned char *)text, (const unsigned char *)text + size};

    return value(&all, 0) && take(&all, "\n") && all.next == all.end;
}
