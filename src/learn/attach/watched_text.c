#include "learn/attach/watched_text.h"

#include <stdarg.h>
#include <string.h>

#include "learn/attach/watched.h"
#include "learn/report/wrap.h"
#include "text/capname.h"

enum { INDENT = 2, ITEM = 4, LABEL = 12, NAME_COLUMNS = sizeof "capwrap-learn:" };

static void line(FILE *out, size_t indent, const char *label, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void line(FILE *out, size_t indent, const char *label, const char *format, ...) {
    char text[2048];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    (void)fprintf(out, "%*s%-*s", (int)indent, "", LABEL - INDENT, label);
    wrap(out, indent + LABEL - INDENT, "", indent + LABEL - INDENT, text);
}

static void write_set(FILE *out, size_t indent, const char *label, uint64_t set) {
    char names[CAPNAME_LIST_SIZE];

    capname_join(set, "", ", ", names);
    line(out, indent, label, "%s", set == 0 ? "none" : names);
}

static void write_sets(FILE *out, size_t indent, const struct attached *attached,
                       const struct seen_sets *sets) {
    write_set(out, indent, "used", sets->used);
    if (sets->held == attached->seen.every_cap)
        line(out, indent, "unused", "every other one: they hold all that root has here");
    else
        write_set(out, indent, "unused", watched_unused(sets));
    if (sets->refused != 0)
        write_set(out, indent, "refused", sets->refused);
    if (sets->outside != 0)
        write_set(out, indent, "outside", sets->outside);
}

/* ---- the head ---- */

static void write_head(FILE *out, const struct attached *attached) {
    const struct seen *seen = &attached->seen;
    long long tenths = (long long)(attached->now - attached->begin) / 100;
    char names[1024] = "";

    for (unsigned i = 0; i < attached->target_count; i++) {
        const struct target *target = &attached->targets[i];
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, "%s%s %s", i == 0 ? "" : ", ",
                       target_kind(target->named.kind), target->named.name);
    }
    (void)fputs("capwrap-learn: ", out);
    wrap(out, NAME_COLUMNS, "", NAME_COLUMNS, names);
    write_sets(out, INDENT, attached, &seen->sets);
    line(out, INDENT, "state", "observed: what was used, unused and refused while it was watched");
    line(out, INDENT, "watched", "%lld.%lld s, %u process%s, %llu checks (%s)", tenths / 10,
         tenths % 10, seen->processes, seen->processes == 1 ? "" : "es",
         (unsigned long long)seen->checks, attached->kprobe ? "kprobe" : "tracepoint");
}

static void write_check(FILE *out, const struct attached *attached) {
    char names[CAPNAME_LIST_SIZE];

    if (attached->options->check_word == NULL)
        return;
    capname_join(watched_outside(attached), "", ", ", names);
    line(out, INDENT, "check", names[0] == '\0' ? "%s" : "failed: %s not in the list",
         names[0] != '\0'            ? names
         : watched_saw_all(attached) ? "passed"
                                     : "not known: not every check was seen");
}

/* ---- the capabilities ---- */

enum { TIMES = 32, USES_SHOWN = 3 }; /* of each, without -v */

static const char *times(uint64_t checks, char text[TIMES]) {
    (void)snprintf(text, TIMES, ", %llu times", (unsigned long long)checks);
    return checks == 1 ? "" : text;
}

static void write_uses(FILE *out, bool all, const struct uses *uses) {
    uint64_t others = uses->others;
    char text[TIMES];

    for (size_t i = 0; i < uses->count; i++) {
        const struct use *use = &uses->list[i];
        if (i < USES_SHOWN || all)
            line(out, INDENT, "", "%s: %s%s", use->process, use->call, times(use->checks, text));
        else
            others += use->checks;
    }
    if (others > 0)
        line(out, INDENT, "", "and more%s", times(others, text));
}

static void write_caps(FILE *out, const struct attached *attached, const char *what, size_t place) {
    const char *before = "\n";

    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        const struct uses *uses = (const void *)((const char *)&attached->seen.caps[cap] + place);
        char name[CAPNAME_SIZE];
        if (uses->checks == 0)
            continue;
        capname_print(cap, name);
        (void)fprintf(out, "%s  %s: %s\n", before, name, what);
        write_uses(out, attached->options->verbose, uses);
        before = "";
    }
}

/* ---- the programs ---- */

static void write_phases(FILE *out, size_t indent, const struct phases *phases) {
    char names[CAPNAME_LIST_SIZE], identity[32];

    for (unsigned i = 0; i < phases->count; i++) {
        const struct phase *phase = &phases->list[i];
        capname_join(phase->caps, "", ", ", names);
        (void)snprintf(identity, sizeof identity, "%u:%u ", phase->uid, phase->gid);
        line(out, indent, identity, "%s", phase->caps == 0 ? "nothing" : names);
    }
}

static void write_programs(FILE *out, const struct attached *attached) {
    for (size_t i = 0; i < watched_programs(attached); i++) {
        const struct seen_program *program = watched_program(attached, i);
        char head[128];
        (void)snprintf(head, sizeof head, "%s: %u process%s, %llu checks%s", program->name,
                       program->processes, program->processes == 1 ? "" : "es",
                       (unsigned long long)program->checks,
                       program->other_namespace ? ", in another user namespace" : "");
        (void)fputs(i == 0 ? "\nEach program\n  " : "  ", out);
        wrap(out, INDENT, "", INDENT, head);
        write_sets(out, ITEM, attached, &program->sets);
        write_phases(out, ITEM, &program->phases);
    }
    if (attached->seen.phases.count > 1) {
        (void)fputs("\nUsed by each user and group, in order of appearance\n", out);
        write_phases(out, INDENT, &attached->seen.phases);
    }
}

/* The contribution of each run. */
static void write_runs(FILE *out, const struct attached *attached) {
    char names[CAPNAME_LIST_SIZE], all[CAPNAME_LIST_SIZE + 1024];

    if (attached->options->run_count == 0)
        return;
    (void)fputs("\nWith earlier runs\n", out);
    write_set(out, INDENT, "together", watched_together(attached));
    write_set(out, INDENT, "new", watched_new(attached));
    for (unsigned i = 0; i < attached->options->run_count; i++) {
        const struct earlier *earlier = &attached->earlier[i];
        capname_join(earlier->used, "", ", ", names);
        (void)snprintf(all, sizeof all, "%.900s (%s): %s", earlier->file, earlier->state,
                       earlier->used == 0 ? "none" : names);
        (void)fprintf(out, "%*s", INDENT, "");
        wrap(out, INDENT, "", ITEM, all);
    }
}

/* ---- the rest ---- */

static void write_limits(FILE *out, const struct attached *attached) {
    static struct watched_limit limits[WATCHED_LIMITS];
    size_t count = watched_limits(attached, limits);

    (void)fputs("\nHow far this goes\n", out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs("  - ", out);
        wrap(out, ITEM, "", ITEM, limits[i].text);
    }
}

void watched_text_write(FILE *out, const struct attached *attached) {
    write_head(out, attached);
    write_check(out, attached);
    write_caps(out, attached, "used", offsetof(struct seen_cap, used));
    write_caps(out, attached, "refused, not held", offsetof(struct seen_cap, refused));
    if (attached->options->verbose) {
        write_caps(out, attached, "refused, asked of another user namespace",
                   offsetof(struct seen_cap, outside));
        write_caps(out, attached, "ignored", offsetof(struct seen_cap, ignored));
    }
    write_programs(out, attached);
    write_runs(out, attached);
    write_limits(out, attached);
    (void)fputs("\nFor lines that take away what was not used, add --format systemd, dockerfile,\n"
                "compose or kubernetes.\n",
                out);
}
