#include "learn/report/text.h"

#include <stdarg.h>
#include <string.h>

#include "learn/report/assessment.h"
#include "learn/report/configuration.h"
#include "learn/report/wrap.h"
#include "text/capname.h"

enum { INDENT = 2, ITEM = 4, NAME_COLUMNS = sizeof "capwrap-learn:" };

static void paragraph(FILE *out, size_t used, size_t indent, const char *text) {
    wrap(out, used, "", indent, text);
}

static void line(FILE *out, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void line(FILE *out, const char *label, const char *format, ...) {
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

static const char *meaning(const struct result *result) {
    switch (result->state) {
    case STATE_CONFIRMED:
        return result->keep == 0 ? "it works without any capability"
                                 : "it works with exactly these, and not with any one less";
    case STATE_NOT_CONFIRMED:
        return "this is the smallest set known to work, if any does";
    case STATE_OBSERVED:
        break;
    }
    return result->keep == 0 ? "none was asked for" : "these were asked for";
}

static void write_head(FILE *out, const struct result *result) {
    const struct account *account = &result->subject.identity.account;
    char names[CAPNAME_LIST_SIZE], name[64] = "";

    capname_join(result->keep, "", ", ", names);
    if (account->name != NULL)
        (void)snprintf(name, sizeof name, " (%s)", account->name);
    line(out, "needs", "%s", result->keep == 0 ? "no capability" : names);
    line(out, "state", "%s: %s", assessment_state(result), meaning(result));
    line(out, "user", "%u:%u%s", account->uid, account->gid, name);
    line(out, "runs", "%u, %s", result->runs,
         !result->traced  ? "not watched"
         : result->kprobe ? "each one watched (kprobe)"
                          : "each one watched (tracepoint)");
}

/* ---- the capabilities ---- */

enum { TIMES = 32 };

static const char *times(uint64_t checks, char text[TIMES]) {
    (void)snprintf(text, TIMES, ", %llu times", (unsigned long long)checks);
    return checks == 1 ? "" : text;
}

enum { USES_SHOWN = 3 }; /* of each capability, without -v */

static void write_uses(FILE *out, const struct result *result, const struct uses *uses) {
    uint64_t others = uses->others;
    char text[TIMES];

    for (size_t i = 0; i < uses->count; i++) {
        const struct use *use = &uses->list[i];
        if (i < USES_SHOWN || result->options.verbose)
            line(out, "", "%s: %s%s", use->process, use->call, times(use->checks, text));
        else
            others += use->checks;
    }
    if (others > 0)
        line(out, "", "and more%s", times(others, text));
}

/* One line for each ignored capability; the processes that asked only with -v. */
static void write_cap(FILE *out, const struct result *result, unsigned cap) {
    bool needed = (result->keep & CAP_MASK(cap)) != 0;
    char name[CAPNAME_SIZE], fact[ASSESSMENT_FACT], all[CAPNAME_SIZE + ASSESSMENT_FACT + 256];

    capname_print(cap, name);
    (void)assessment_fact(result, cap, fact);
    (void)snprintf(all, sizeof all, "%s: %s: %s", name, assessment_of(result, cap),
                   needed || fact[0] == '\0' ? assessment_reason(result, cap) : fact);
    (void)fprintf(out, "%*s", INDENT, "");
    paragraph(out, INDENT, ITEM, all);
    if (needed && fact[0] != '\0')
        line(out, "", "%s", fact);
    if (needed || result->options.verbose)
        write_uses(out, result, usage_of(&result->usage.asked[cap]));
}

/* First what is needed, then what is not, then what is ignored. */
static void write_caps(FILE *out, const struct result *result) {
    static const char *const order[] = {"needed", "not needed", "ignored"};
    uint64_t caps = assessment_caps(result);
    const char *before = "\n";

    for (size_t i = 0; i < (result->options.verbose ? 3 : 2); i++)
        for (unsigned cap = 0; cap < CAP_BITS; cap++)
            if ((caps & CAP_MASK(cap)) != 0 && strcmp(assessment_of(result, cap), order[i]) == 0) {
                (void)fputs(before, out);
                write_cap(out, result, cap);
                before = "";
            }
}

/* What each identity needed; if it never changed, the head contains everything. */
static void write_phases(FILE *out, const struct result *result) {
    const struct phases *phases = &result->privilege.phases;
    char names[CAPNAME_LIST_SIZE], all[CAPNAME_LIST_SIZE + 32];

    if (!result->calls || phases->count < 2)
        return;
    (void)fputs("\nNeeded by each user and group that it ran with, in order of appearance\n", out);
    for (unsigned i = 0; i < phases->count; i++) {
        const struct phase *phase = &phases->list[i];
        uint64_t needed = assessment_phase(result, phase);
        capname_join(needed, "", ", ", names);
        (void)snprintf(all, sizeof all, "%u:%u: %s", phase->uid, phase->gid,
                       needed == 0 ? "nothing" : names);
        (void)fprintf(out, "%*s", INDENT, "");
        paragraph(out, INDENT, ITEM, all);
    }
}

/* ---- the rest ---- */

static void write_check(FILE *out, const struct result *result) {
    char names[CAPNAME_LIST_SIZE];

    if (result->options.check_word == NULL)
        return;
    capname_join(assessment_outside(result), "", ", ", names);
    line(out, "check", names[0] == '\0' ? "%s" : "failed: %s not in the list",
         names[0] != '\0'             ? names
         : assessment_saw_all(result) ? "passed"
                                      : "not known: not every check was seen");
}

static void write_sentences(FILE *out, const char *title, const struct limit *sentences,
                            size_t count) {
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s%s%s  - ", i == 0 ? "\n" : "", i == 0 ? title : "",
                      i == 0 ? "\n" : "");
        paragraph(out, ITEM, ITEM, sentences[i].text);
    }
}

static void write_limits(FILE *out, const struct result *result) {
    static struct limit limits[ASSESSMENT_LIMITS], reasons[REASONS];

    write_sentences(out, "Why it is not confirmed", reasons, assessment_reasons(result, reasons));
    write_sentences(out, "How far this goes", limits, assessment_limits(result, limits));
}

/* ---- all of it ---- */

static void write_way_on(FILE *out, const struct result *result) {
    const char *refused = configuration_refused(result);

    if (refused != NULL) {
        (void)fprintf(out, "\nNo configuration is offered: %s.\n", refused);
        return;
    }
    (void)fputs("\nFor a configuration, learn again with --format capwrap, dockerfile, compose,\n"
                "kubernetes or systemd:\n",
                out);
    learn_options_again(out, &result->options, "dockerfile");
    (void)fputc('\n', out);
}

void learn_text_write(FILE *out, const struct result *result) {
    (void)fputs("capwrap-learn: ", out);
    paragraph(out, NAME_COLUMNS, NAME_COLUMNS, result->subject.command[0]);
    write_head(out, result);
    write_check(out, result);
    write_caps(out, result);
    write_phases(out, result);
    write_limits(out, result);
    write_way_on(out, result);
}
