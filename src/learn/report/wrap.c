#include "learn/report/wrap.h"

#include <string.h>

#include "show/report.h"

enum { COLUMNS = 80 };

void wrap(FILE *out, size_t used, const char *mark, size_t indent, const char *text) {
    char clean[4096];

    (void)snprintf(clean, sizeof clean, "%s", text);
    report_clean(sizeof clean, clean);
    for (const char *word = clean; *word != '\0';) {
        size_t length = strcspn(word, " ");
        if (used > indent && used + 1 + length > COLUMNS) {
            (void)fprintf(out, "\n%-*s", (int)indent, mark);
            used = indent;
        } else if (used > indent) {
            (void)fputc(' ', out);
            used++;
        }
        (void)fprintf(out, "%.*s", (int)length, word);
        used += length;
        word += length + strspn(word + length, " ");
    }
    (void)fputc('\n', out);
}
