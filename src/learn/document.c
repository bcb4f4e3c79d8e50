#include "learn/document.h"

#include <errno.h>
#include <stdlib.h>

#include "learn/report.h"
#include "learn/verdict.h"
#include "show/json.h"
#include "show/names.h"

static void write_head(FILE *out, const struct learned *learned) {
    const struct account *account = &learned->subject.identity.account;

    (void)fprintf(out, "{\"version\":1,\"state\":\"%s\",", verdict_state(learned));
    json_caps(out, "keep", learned->keep);
    (void)fprintf(out, ",\"runs\":%u,\"user\":", learned->runs);
    if (account->name != NULL)
        json_string(out, account->name);
    else
        (void)fprintf(out, "\"%u\"", account->uid);
    (void)fputs(",\"command\":[", out);
    for (char *const *word = learned->subject.options.command; *word != NULL; word++) {
        (void)fputs(word == learned->subject.options.command ? "" : ",", out);
        json_string(out, *word);
    }
    (void)fprintf(out, "],\"method\":\"%s\",\"lost\":%llu,\"limits\":[", verdict_method(learned),
                  (unsigned long long)learned->lost);
}

static void write_limits(FILE *out, const struct learned *learned) {
    char limits[VERDICT_LIMITS][VERDICT_LIMIT];
    size_t count = verdict_limits(learned, limits);

    for (size_t i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "" : ",", out);
        json_string(out, limits[i]);
    }
    (void)fputs("],\"capabilities\":[", out);
}

/* Those who asked, each process and call once. */
static void write_uses(FILE *out, const struct uses *uses) {
    for (size_t i = 0; i < uses->count; i++) {
        (void)fprintf(out, "%s{\"process\":", i == 0 ? "" : ",");
        json_string(out, uses->list[i].process);
        (void)fputs(",\"syscall\":", out);
        json_string(out, uses->list[i].call);
        (void)fputc('}', out);
    }
}

static void write_caps(FILE *out, const struct learned *learned) {
    uint64_t caps = verdict_caps(learned);
    const char *separator = "";

    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        const struct asked *asked = &learned->tally.asked[cap];
        char name[NAMES_ONE];
        if ((caps & CAP_MASK(cap)) == 0)
            continue;
        names_of(cap, name);
        (void)fprintf(
            out, "%s{\"name\":\"%s\",\"checks\":%llu,\"verdict\":\"%s\",\"reason\":", separator,
            name, (unsigned long long)(asked->counted.checks + asked->ignored.checks),
            verdict_of(learned, cap));
        json_string(out, verdict_reason(learned, cap));
        (void)fputs(",\"by\":[", out);
        write_uses(out, tally_uses(asked));
        (void)fputs("]}", out);
        separator = ",";
    }
    (void)fputs("],\"check\":", out);
}

static void write_check(FILE *out, const struct learned *learned) {
    if (learned->options.check_word == NULL) {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('{', out);
    json_caps(out, "allowed", learned->options.check);
    (void)fputc(',', out);
    json_caps(out, "outside", verdict_outside(learned));
    (void)fputc('}', out);
}

static int write_snippets(FILE *out, const struct learned *learned) {
    struct snippet snippet = learn_snippet(learned);

    (void)fputs(",\"snippets\":{", out);
    for (unsigned kind = 0; kind < SNIPPETS; kind++) {
        char *text = NULL;
        size_t size;
        FILE *lines = open_memstream(&text, &size);
        if (lines == NULL)
            return -ENOMEM;
        snippet_write(lines, kind, &snippet);
        if (fclose(lines) != 0) {
            free(text);
            return -ENOMEM;
        }
        (void)fprintf(out, "%s\"%s\":", kind == 0 ? "" : ",", snippet_name(kind));
        json_string(out, text);
        free(text);
    }
    (void)fputs("}}\n", out);
    return 0;
}

int document_write(FILE *out, const struct learned *learned) {
    write_head(out, learned);
    write_limits(out, learned);
    write_caps(out, learned);
    write_check(out, learned);
    return write_snippets(out, learned);
}
