#include "learn/report/json.h"

#include <errno.h>
#include <stdlib.h>

#include "learn/report/assessment.h"
#include "learn/report/configuration.h"
#include "show/errno_name.h"
#include "show/json.h"
#include "text/capname.h"

static void write_head(FILE *out, const struct result *result) {
    const struct account *account = &result->subject.identity.account;

    (void)fprintf(out, "{\"version\":1,\"state\":\"%s\",", assessment_state(result));
    json_caps(out, "keep", result->keep);
    (void)fprintf(out, ",\"runs\":%u,\"user\":", result->runs);
    if (account->name != NULL)
        json_string(out, account->name);
    else
        (void)fprintf(out, "\"%u\"", account->uid);
    (void)fputs(",\"command\":[", out);
    for (char *const *word = result->subject.command; *word != NULL; word++) {
        (void)fputs(word == result->subject.command ? "" : ",", out);
        json_string(out, *word);
    }
    (void)fprintf(out, "],\"method\":\"%s\",\"lost\":%llu,\"limits\":[", assessment_method(result),
                  (unsigned long long)result->lost);
}

static void write_sentences(FILE *out, const struct limit *limits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s{\"code\":\"%s\",\"text\":", i == 0 ? "" : ",", limits[i].code);
        json_string(out, limits[i].text);
        (void)fputc('}', out);
    }
}

static void write_limits(FILE *out, const struct result *result) {
    static struct limit limits[ASSESSMENT_LIMITS], reasons[REASONS];

    write_sentences(out, limits, assessment_limits(result, limits));
    (void)fputs("],\"reasons\":[", out);
    write_sentences(out, reasons, assessment_reasons(result, reasons));
    (void)fputs("],\"phases\":[", out);
}

/* By the identity that the processes had when they asked for them. */
static void write_phases(FILE *out, const struct result *result) {
    const struct phases *phases = &result->privilege.phases;

    for (unsigned i = 0; i < phases->count && result->calls; i++) {
        const struct phase *phase = &phases->list[i];
        (void)fprintf(out, "%s{\"uid\":%u,\"gid\":%u,", i == 0 ? "" : ",", phase->uid, phase->gid);
        json_caps(out, "capabilities", phase->caps);
        (void)fputc('}', out);
    }
    (void)fputs("],\"capabilities\":[", out);
}

/* The result of the call in a run that worked without it; null: no call asked for it. */
static void write_without(FILE *out, const struct fact *fact) {
    const char *error = fact->error != 0 ? errno_name(fact->error) : NULL;

    (void)fputs(",\"without\":", out);
    if (!fact->refused) {
        (void)fputs("null", out);
        return;
    }
    (void)fprintf(out, "{\"outcome\":\"%s\",\"error\":",
                  !fact->outcome_known ? "unknown"
                  : fact->succeeded    ? "succeeded"
                                       : "failed");
    json_string(out, error);
    (void)fputs(",\"process\":", out);
    json_string(out, fact->process);
    (void)fputs(",\"syscall\":", out);
    json_string(out, fact->call != NULL ? fact->call : "?");
    (void)fputc('}', out);
}

static void write_fact(FILE *out, const struct result *result, unsigned cap) {
    const struct fact *fact = &result->facts[cap];
    char name[CAPNAME_SIZE];

    write_without(out, fact);
    (void)fputs(",\"keeps\":", out);
    json_string(out, fact->privileged ? fact->stays : NULL);
    if (fact->substitute >= 0)
        capname_print((unsigned)fact->substitute, name);
    (void)fputs(",\"substitute\":", out);
    json_string(out, fact->substitute >= 0 ? name : NULL);
}

/* The processes and calls that asked, each once. */
static void write_uses(FILE *out, const struct uses *uses) {
    for (size_t i = 0; i < uses->count; i++) {
        (void)fprintf(out, "%s{\"process\":", i == 0 ? "" : ",");
        json_string(out, uses->list[i].process);
        (void)fputs(",\"syscall\":", out);
        json_string(out, uses->list[i].call);
        (void)fputc('}', out);
    }
}

static void write_caps(FILE *out, const struct result *result) {
    uint64_t caps = assessment_caps(result);
    const char *separator = "";

    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        const struct asked *asked = &result->usage.asked[cap];
        char name[CAPNAME_SIZE];
        if ((caps & CAP_MASK(cap)) == 0)
            continue;
        capname_print(cap, name);
        (void)fprintf(
            out, "%s{\"name\":\"%s\",\"checks\":%llu,\"verdict\":\"%s\",\"reason\":", separator,
            name, (unsigned long long)asked->counted.checks + asked->ignored.checks,
            assessment_of(result, cap));
        json_string(out, assessment_reason(result, cap));
        (void)fputs(",\"by\":[", out);
        write_uses(out, usage_of(asked));
        (void)fputc(']', out);
        write_fact(out, result, cap);
        (void)fputc('}', out);
        separator = ",";
    }
    (void)fputs("],\"check\":", out);
}

static void write_check(FILE *out, const struct result *result) {
    if (result->options.check_word == NULL) {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('{', out);
    json_caps(out, "allowed", result->options.check);
    (void)fputc(',', out);
    json_caps(out, "outside", assessment_outside(result));
    (void)fprintf(out, ",\"complete\":%s}", assessment_saw_all(result) ? "true" : "false");
}

static int write_snippets(FILE *out, const struct result *result) {
    struct snippet snippet = configuration_of(result);

    (void)fputs(",\"snippets\":", out);
    if (configuration_refused(result) != NULL) {
        (void)fputs("null}\n", out);
        return 0;
    }
    for (unsigned kind = 0; kind < SNIPPETS; kind++) {
        char *text = snippet_text(kind, &snippet);
        if (text == NULL)
            return -ENOMEM;
        (void)fprintf(out, "%s\"%s\":", kind == 0 ? "{" : ",", snippet_name(kind));
        json_string(out, text);
        free(text);
    }
    (void)fputs("}}\n", out);
    return 0;
}

int learn_json_write(FILE *out, const struct result *result) {
    write_head(out, result);
    write_limits(out, result);
    write_phases(out, result);
    write_caps(out, result);
    write_check(out, result);
    return write_snippets(out, result);
}
