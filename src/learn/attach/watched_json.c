#include "learn/attach/watched_json.h"

#include <errno.h>
#include <stdlib.h>

#include "learn/attach/narrowing.h"
#include "learn/attach/watched.h"
#include "show/json.h"
#include "text/capname.h"

static void write_targets(FILE *out, const struct attached *attached) {
    for (unsigned i = 0; i < attached->target_count; i++) {
        const struct target *target = &attached->targets[i];
        (void)fprintf(out, "%s{\"kind\":\"%s\",\"name\":", i == 0 ? "" : ",",
                      target_kind(target->named.kind));
        json_string(out, target->named.name);
        (void)fprintf(out, ",\"processes\":%u,\"by\":\"%s\"}", target->processes,
                      target->by_cgroup ? "cgroup" : "process tree");
    }
}

static void write_sets(FILE *out, const struct seen_sets *sets) {
    json_caps(out, "held", sets->held);
    (void)fputc(',', out);
    json_caps(out, "used", sets->used);
    (void)fputc(',', out);
    json_caps(out, "unused", watched_unused(sets));
    (void)fputc(',', out);
    json_caps(out, "refused", sets->refused);
    (void)fputc(',', out);
    json_caps(out, "outside", sets->outside);
}

static void write_phases(FILE *out, const struct phases *phases) {
    (void)fputs(",\"phases\":[", out);
    for (unsigned i = 0; i < phases->count; i++) {
        const struct phase *phase = &phases->list[i];
        (void)fprintf(out, "%s{\"uid\":%u,\"gid\":%u,", i == 0 ? "" : ",", phase->uid, phase->gid);
        json_caps(out, "capabilities", phase->caps);
        (void)fputc('}', out);
    }
    (void)fputc(']', out);
}

/* The results of earlier runs, of this one, and of all together. */
static void write_runs(FILE *out, const struct attached *attached) {
    (void)fputs(",\"runs\":[", out);
    for (unsigned i = 0; i < attached->options->run_count; i++) {
        const struct earlier *earlier = &attached->earlier[i];
        (void)fputs(i == 0 ? "{\"file\":" : ",{\"file\":", out);
        json_string(out, earlier->file);
        (void)fprintf(out, ",\"state\":\"%s\",", earlier->state);
        json_caps(out, "used", earlier->used);
        (void)fputc('}', out);
    }
    (void)fputs("],", out);
    json_caps(out, "new", watched_new(attached));
    (void)fputc(',', out);
    json_caps(out, "together", watched_together(attached));
}

static void write_programs(FILE *out, const struct attached *attached) {
    (void)fputs(",\"programs\":[", out);
    for (size_t i = 0; i < watched_programs(attached); i++) {
        const struct seen_program *program = watched_program(attached, i);
        (void)fprintf(out, "%s{\"name\":", i == 0 ? "" : ",");
        json_string(out, program->name);
        (void)fprintf(out, ",\"processes\":%u,\"checks\":%llu,\"user_namespace\":\"%s\",",
                      program->processes, (unsigned long long)program->checks,
                      program->other_namespace ? "other" : "first");
        write_sets(out, &program->sets);
        write_phases(out, &program->phases);
        (void)fputc('}', out);
    }
    (void)fputc(']', out);
}

static void write_uses(FILE *out, const char *name, const struct uses *uses) {
    (void)fprintf(out, ",\"%s\":{\"checks\":%llu,\"by\":[", name, (unsigned long long)uses->checks);
    for (size_t i = 0; i < uses->count; i++) {
        (void)fprintf(out, "%s{\"process\":", i == 0 ? "" : ",");
        json_string(out, uses->list[i].process);
        (void)fputs(",\"syscall\":", out);
        json_string(out, uses->list[i].call);
        (void)fprintf(out, ",\"checks\":%llu,\"noise\":", (unsigned long long)uses->list[i].checks);
        json_string(out, uses->list[i].noise != NULL ? uses->list[i].noise->name : NULL);
        (void)fputc('}', out);
    }
    (void)fputs("]}", out);
}

static void write_caps(FILE *out, const struct attached *attached) {
    const char *separator = "";

    (void)fputs(",\"capabilities\":[", out);
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        const struct seen_cap *caps = &attached->seen.caps[cap];
        char name[CAPNAME_SIZE];
        if (caps->used.checks + caps->refused.checks + caps->outside.checks +
                caps->ignored.checks ==
            0)
            continue;
        capname_print(cap, name);
        (void)fprintf(out, "%s{\"name\":\"%s\"", separator, name);
        write_uses(out, "used", &caps->used);
        write_uses(out, "refused", &caps->refused);
        write_uses(out, "outside", &caps->outside);
        write_uses(out, "ignored", &caps->ignored);
        (void)fputc('}', out);
        separator = ",";
    }
    (void)fputc(']', out);
}

static void write_limits(FILE *out, const struct attached *attached) {
    static struct watched_limit limits[WATCHED_LIMITS];
    size_t count = watched_limits(attached, limits);

    (void)fputs(",\"limits\":[", out);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s{\"code\":\"%s\",\"text\":", i == 0 ? "" : ",", limits[i].code);
        json_string(out, limits[i].text);
        (void)fputc('}', out);
    }
    (void)fputs("],\"check\":", out);
    if (attached->options->check_word == NULL) {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('{', out);
    json_caps(out, "allowed", attached->options->check);
    (void)fputc(',', out);
    json_caps(out, "outside", watched_outside(attached));
    (void)fprintf(out, ",\"complete\":%s}", watched_saw_all(attached) ? "true" : "false");
}

static int write_snippets(FILE *out, const struct attached *attached) {
    (void)fputs(",\"snippets\":{", out);
    for (unsigned kind = 1; kind < SNIPPETS; kind++) {
        char *text = narrowing_text(kind, attached);
        if (text == NULL)
            return -ENOMEM;
        (void)fprintf(out, "%s\"%s\":", kind == 1 ? "" : ",", snippet_name(kind));
        json_string(out, text);
        free(text);
    }
    (void)fputs("}}\n", out);
    return 0;
}

int watched_json_write(FILE *out, const struct attached *attached) {
    const struct seen *seen = &attached->seen;
    long long milliseconds = (long long)(attached->now - attached->begin);

    (void)fputs("{\"version\":1,\"state\":\"observed\",\"targets\":[", out);
    write_targets(out, attached);
    (void)fprintf(out,
                  "],\"seconds\":%lld.%03lld,\"ended\":\"%s\",\"method\":\"%s\",\"processes\":%u,"
                  "\"checks\":%llu,\"lost\":%llu,",
                  milliseconds / 1000, milliseconds % 1000, watched_end(attached),
                  attached->kprobe ? "kprobe" : "tracepoint", seen->processes,
                  (unsigned long long)seen->checks, (unsigned long long)attached->lost);
    write_sets(out, &seen->sets);
    write_phases(out, &seen->phases);
    write_runs(out, attached);
    write_programs(out, attached);
    write_caps(out, attached);
    write_limits(out, attached);
    return write_snippets(out, attached);
}
