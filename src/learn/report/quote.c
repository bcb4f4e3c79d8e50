#include "learn/report/quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "show/json.h"

/* Characters that a terminal would not take as plain text. */
static bool is_control(unsigned char c) { return iscntrl(c) != 0 && c != '\n' && c != '\t'; }

void quote_shell(FILE *out, const char *word) {
    bool plain = word[0] != '\0', control = false;

    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++) {
        plain &= isalnum(*c) || strchr("%+,-./:=@_", *c) != NULL;
        control |= is_control(*c);
    }
    if (plain) {
        (void)fputs(word, out);
        return;
    }
    (void)fputs(control ? "$'" : "'", out);
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++) {
        if (is_control(*c))
            (void)fprintf(out, "\\%03o", *c);
        else if (control && (*c == '\'' || *c == '\\'))
            (void)fprintf(out, "\\%c", *c);
        else if (*c == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*c, out);
    }
    (void)fputc('\'', out);
}

/* systemd.service(5), "Command lines": $ and % are doubled; otherwise as in C. */
void quote_systemd(FILE *out, const char *word) {
    bool plain = word[0] != '\0' && strcmp(word, ";") != 0;

    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++)
        plain &= isgraph(*c) && strchr("\"'\\", *c) == NULL;
    (void)fputs(plain ? "" : "\"", out);
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++) {
        if (iscntrl(*c))
            (void)fprintf(out, "\\x%02x", *c);
        else if (*c == '"' || *c == '\\')
            (void)fprintf(out, "\\%c", *c);
        else if (*c == '$' || *c == '%')
            (void)fprintf(out, "%c%c", *c, *c);
        else
            (void)fputc(*c, out);
    }
    (void)fputs(plain ? "" : "\"", out);
}

static void json_word(FILE *out, const char *word, enum dollar dollar) {
    char *doubled = malloc(2 * strlen(word) + 1), *end = doubled;

    if (doubled == NULL)
        return; /* the output is lost as well: open_memstream() fails */
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '$' &&
            (dollar == DOLLAR_ALWAYS || (dollar == DOLLAR_BEFORE_PAREN && c[1] == '(')))
            *end++ = '$';
        *end++ = *c;
    }
    *end = '\0';
    json_string(out, doubled);
    free(doubled);
}

void quote_array(FILE *out, char *const *words, enum dollar dollar) {
    (void)fputc('[', out);
    for (size_t i = 0; words[i] != NULL; i++) {
        (void)fputs(i == 0 ? "" : ", ", out);
        json_word(out, words[i], dollar);
    }
    (void)fputc(']', out);
}
