#include "learn/report/earlier.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cred.h"
#include "text/capname.h"

enum { DEEP = 32, FILE_MOST = 16 << 20 };

/* The rest of a document. A syntax error ends it. */
struct text {
    const char *next, *end;
    bool right;
};

static char peek(struct text *text) {
    while (text->next < text->end && *text->next != '\0' && strchr(" \t\r\n", *text->next) != NULL)
        text->next++;
    return (char)(text->next < text->end ? *text->next : '\0');
}

static bool take(struct text *text, char c) {
    if (!text->right || peek(text) != c || text->next == text->end)
        return false;
    text->next++;
    return true;
}

static void expect(struct text *text, char c) {
    if (!take(text, c))
        text->right = false;
}

/* A string, not decoded: the words of interest have no escapes. */
static const char *take_string(struct text *text, size_t *length) {
    expect(text, '"');
    const char *begin = text->next;
    while (text->right && text->next < text->end && *text->next != '"')
        text->next += *text->next == '\\' ? 2 : 1;
    if (text->next >= text->end)
        text->right = false;
    *length = text->right ? (size_t)(text->next - begin) : 0;
    text->next += text->right;
    return begin;
}

static bool is_word(const char *begin, size_t length, const char *word) {
    return length == strlen(word) && memcmp(begin, word, length) == 0;
}

/* ---- values ---- */

/* A number, true, false or null. */
static void skip_word(struct text *text) {
    const char *begin = text->next;

    while (text->next < text->end &&
           strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *text->next) && *text->next != '\0')
        text->next++;
    text->right &= text->next > begin;
}

/* A value that is neither object nor array. */
static void skip_plain(struct text *text, char first) {
    size_t length;

    if (first == '"')
        (void)take_string(text, &length);
    else
        skip_word(text);
}

static void take_name(struct text *text, char close) {
    size_t length;

    if (close != '}')
        return;
    (void)take_string(text, &length);
    expect(text, ':');
}

/* closing: the closing character of each open object or array */
static void skip(struct text *text) {
    char closing[DEEP];
    size_t depth = 0;

    do {
        char first = peek(text);
        if (first != '{' && first != '[') {
            skip_plain(text, first);
        } else if (depth == DEEP) {
            text->right = false;
        } else {
            text->next++;
            closing[depth++] = first == '{' ? '}' : ']';
            if (peek(text) != closing[depth - 1]) {
                take_name(text, closing[depth - 1]);
                continue; /* with its first value */
            }
        }
        while (depth > 0 && take(text, closing[depth - 1]))
            depth--;
        if (depth > 0) {
            expect(text, ',');
            take_name(text, closing[depth - 1]);
        }
    } while (text->right && depth > 0);
}

static uint64_t take_caps(struct text *text) {
    uint64_t set = 0;
    size_t length;

    expect(text, '[');
    if (take(text, ']'))
        return 0;
    do {
        const char *name = take_string(text, &length);
        int cap = text->right ? capname_parse(name, length) : -1;
        text->right &= cap >= 0;
        set |= text->right ? CAP_MASK(cap) : 0;
    } while (take(text, ','));
    expect(text, ']');
    return set;
}

static const char *take_state(struct text *text) {
    static const char *const states[] = {"observed", "confirmed", "not confirmed"};
    size_t length;
    const char *word = take_string(text, &length);

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (text->right && is_word(word, length, states[i]))
            return states[i];
    text->right = false;
    return NULL;
}

/* ---- the document ---- */

struct found {
    bool version, caps;
    const char *state;
    uint64_t used;
};

/* A run has "keep"; a watch has "together": "used" plus what was used in earlier runs. */
static void take_member(struct text *text, struct found *found) {
    size_t length;
    const char *name = take_string(text, &length);

    expect(text, ':');
    (void)peek(text);
    const char *value = text->next;
    if (is_word(name, length, "version")) {
        skip(text);
        found->version = is_word(value, (size_t)(text->next - value), "1");
    } else if (is_word(name, length, "state")) {
        found->state = take_state(text);
    } else if (is_word(name, length, "keep") || is_word(name, length, "together")) {
        found->used = take_caps(text);
        found->caps = true;
    } else {
        skip(text);
    }
}

int earlier_parse(const char *text, size_t size, struct earlier *earlier) {
    struct text left = {.next = text, .end = text + size, .right = true};
    struct found found = {.version = false};

    expect(&left, '{');
    do {
        if (left.right)
            take_member(&left, &found);
    } while (take(&left, ','));
    expect(&left, '}');
    if (peek(&left) != '\0' || left.next != left.end)
        left.right = false;
    if (!left.right || !found.version || !found.caps || found.state == NULL)
        return -EPROTO;
    earlier->state = found.state;
    earlier->used = found.used;
    return strcmp(found.state, "not confirmed") == 0 ? -EAGAIN : 0;
}

/* Reads the file, up to FILE_MOST bytes. Returns 0 or an errno value. */
static int read_whole(const char *file, char *text, size_t *size) {
    FILE *in = fopen(file, "re");
    struct stat status;

    if (in == NULL)
        return errno;
    bool folder = fstat(fileno(in), &status) == 0 && S_ISDIR(status.st_mode);
    *size = folder ? 0 : fread(text, 1, FILE_MOST, in);
    if (ferror(in) != 0)
        *size = FILE_MOST; /* not a report; handled like one that is too long */
    (void)fclose(in);
    return folder ? EISDIR : 0;
}

int earlier_read(const char *file, struct earlier *earlier, struct fail *f) {
    static const char hint[] = "name a file that capwrap-learn --format json has written";
    char *text = malloc(FILE_MOST);
    size_t size = 0;

    *earlier = (struct earlier){.file = file};
    int error = text != NULL ? read_whole(file, text, &size) : ENOMEM;
    if (error != 0) {
        free(text);
        return error_set(f, "runs", error, hint, "%s cannot be read", file);
    }
    error = size == FILE_MOST ? -EPROTO : earlier_parse(text, size, earlier);
    free(text);
    if (error == -EAGAIN)
        return error_set(f, "runs", 0, "confirm it first, or leave it out",
                         "%s is the report of an answer that was not confirmed", file);
    return error == 0 ? 0 : error_set(f, "runs", 0, hint, "%s is not a report of version 1", file);
}
