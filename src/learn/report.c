#include "learn/report.h"

#include <stdarg.h>
#include <string.h>

#include "learn/verdict.h"
#include "show/names.h"
#include "show/report.h"

enum { COLUMNS = 80, INDENT = 2, ITEM = 4, NAME_COLUMNS = sizeof "capwrap-learn:" };

/* Text in lines of at most COLUMNS, the first behind what stands already in `used` columns, the
 * others indented. Control characters, of a name for one, do not get to a terminal. */
static void paragraph(FILE *out, size_t used, size_t indent, const char *text) {
    char clean[2048];

    (void)snprintf(clean, sizeof clean, "%s", text);
    report_clean(clean);
    for (const char *word = clean; *word != '\0';) {
        size_t length = strcspn(word, " ");
        if (used > indent && used + 1 + length > COLUMNS) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
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

static void __attribute__((format(printf, 3, 4)))
line(FILE *out, const char *label, const char *format, ...) {
    enum { LABEL = 12 };
    char text[2048];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    (void)fprintf(out, "  %-*s", LABEL - INDENT, label);
    paragraph(out, LABEL, LABEL, text);
}

/* ---- the head ---- */

static const char *meaning(const struct learned *learned) {
    switch (learned->state) {
    case STATE_CONFIRMED:
        if (verdict_is_of_failure(learned))
            return "it ends as it does with everything, which is not well: see below";
        return learned->keep == 0 ? "it works without any capability"
                                  : "it works with exactly these, and not with any one less";
    case STATE_NOT_CONFIRMED:
        return "this is the least that is known to work, if anything does";
    case STATE_OBSERVED:
        break;
    }
    return learned->keep == 0 ? "none was asked for" : "these were asked for";
}

static void write_head(FILE *out, const struct learned *learned) {
    const struct account *account = &learned->subject.identity.account;
    char names[NAMES_SIZE], name[64] = "";

    names_join(learned->keep, "", ", ", names);
    if (account->name != NULL)
        (void)snprintf(name, sizeof name, " (%s)", account->name);
    line(out, "needs", "%s", learned->keep == 0 ? "no capability" : names);
    line(out, "state", "%s: %s", verdict_state(learned), meaning(learned));
    line(out, "user", "%u:%u%s", account->uid, account->gid, name);
    line(out, "runs", "%u, %s", learned->runs,
         !learned->traced  ? "not watched"
         : learned->kprobe ? "the first one watched (kprobe)"
                           : "the first one watched (tracepoint)");
}

/* ---- the capabilities ---- */

enum { TIMES = 32 };

static const char *times(uint64_t checks, char text[TIMES]) {
    (void)snprintf(text, TIMES, ", %llu times", (unsigned long long)checks);
    return checks == 1 ? "" : text;
}

enum { USES_SHOWN = 3 }; /* of each capability, without -v */

static void write_uses(FILE *out, const struct learned *learned, const struct uses *uses) {
    uint64_t others = uses->others;
    char text[TIMES];

    for (size_t i = 0; i < uses->count; i++) {
        const struct use *use = &uses->list[i];
        if (i < USES_SHOWN || learned->options.verbose)
            line(out, "", "%s: %s%s", use->process, use->call, times(use->checks, text));
        else
            others += use->checks;
    }
    if (others > 0)
        line(out, "", "and more%s", times(others, text));
}

static void write_cap(FILE *out, const struct learned *learned, unsigned cap) {
    char name[NAMES_ONE];

    names_of(cap, name);
    (void)fprintf(out, "\n  %s: %s\n", name, verdict_of(learned, cap));
    line(out, "", "%s", verdict_reason(learned, cap));
    write_uses(out, learned, tally_uses(&learned->tally.asked[cap]));
}

/* What is needed first, then what is not, then what does not count. */
static void write_caps(FILE *out, const struct learned *learned) {
    static const char *const order[] = {"needed", "not needed", "ignored"};
    uint64_t caps = verdict_caps(learned);

    for (size_t i = 0; i < (learned->options.verbose ? 3 : 2); i++)
        for (unsigned cap = 0; cap < CAP_BITS; cap++)
            if ((caps & CAP_MASK(cap)) != 0 && strcmp(verdict_of(learned, cap), order[i]) == 0)
                write_cap(out, learned, cap);
}

/* ---- the rest ---- */

static void write_check(FILE *out, const struct learned *learned) {
    char names[NAMES_SIZE];

    if (learned->options.check_word == NULL)
        return;
    names_join(verdict_outside(learned), "", ", ", names);
    line(out, "check", names[0] == '\0' ? "%s" : "failed: %s not in the list",
         names[0] == '\0' ? "passed" : names);
}

static void write_limits(FILE *out, const struct learned *learned) {
    char limits[VERDICT_LIMITS][VERDICT_LIMIT];
    size_t count = verdict_limits(learned, limits);

    for (size_t i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "\nHow far this goes\n  - " : "  - ", out);
        paragraph(out, ITEM, ITEM, limits[i]);
    }
}

struct snippet learn_snippet(const struct learned *learned) {
    const struct subject *subject = &learned->subject;

    return (struct snippet){
        .user = subject->options.user,
        .uid = subject->identity.account.uid,
        .gid = subject->identity.account.gid,
        .groups = subject->identity.groups.list,
        .group_count = subject->identity.groups.count,
        .keep = learned->keep,
        .command = subject->options.command,
        .path = learned->first.program.path,
    };
}

void learn_report(FILE *out, const struct learned *learned) {
    struct snippet snippet = learn_snippet(learned);

    (void)fputs("capwrap-learn: ", out);
    paragraph(out, NAME_COLUMNS, NAME_COLUMNS, learned->subject.options.command[0]);
    write_head(out, learned);
    write_check(out, learned);
    write_caps(out, learned);
    write_limits(out, learned);
    for (unsigned kind = 0; kind < SNIPPETS; kind++) {
        (void)fprintf(out, "\n%s\n", snippet_title(kind));
        snippet_write(out, kind, &snippet);
    }
}
