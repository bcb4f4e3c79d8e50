#include "show/document.h"

#include <stdio.h>
#include <string.h>

#include "core/transition.h"
#include "show/errno_name.h"
#include "show/hint.h"
#include "show/json.h"
#include "show/notes.h"
#include "show/report.h"
#include "show/state_text.h"
#include "show/step_values.h"

enum { LINE = 8192 };

/* Whether the plan can be made: the stages before the first change succeeded. */
static bool has_plan(const struct pipeline *p) { return p->next > STAGE_PREFLIGHT; }

/* Writes only the name: a value may be a secret. */
static void variable_name(const char *variable, char name[LINE]) {
    (void)snprintf(name, LINE, "%.*s", (int)strcspn(variable, "="), variable);
}

/* ---- as text ---- */

static void text_steps(const struct pipeline *p, bool reasons) {
    char values[STEP_VALUES];
    size_t count;
    const struct step *steps = transition_steps(&count);

    (void)printf("steps:\n");
    for (size_t i = 0; i < count; i++) {
        if (steps[i].wanted(&p->plan) == NOT_WANTED)
            continue;
        step_values(&p->plan, steps[i].name, values);
        (void)printf("  %-13s %s\n", steps[i].name, values);
        if (reasons)
            (void)printf("  %-13s   %s\n", "", steps[i].why);
    }
}

/* The name of a file may come from a #! line, so it is not trusted. */
static void text_name(const char *label, const char *name) {
    char clean[4 * PATH_MAX];

    (void)snprintf(clean, sizeof clean, "%s", name);
    report_clean(sizeof clean, clean);
    (void)printf("  %-13s %s\n", label, clean);
}

static void text_environment(char *const *environment) {
    for (size_t i = 0; environment[i] != NULL; i++) {
        char name[LINE];
        variable_name(environment[i], name);
        text_name(i == 0 ? "environment" : "", name);
    }
}

void document_text(const struct pipeline *p, const struct fail *f, bool reasons) {
    struct note notes[NOTES_MOST];
    size_t count = has_plan(p) ? notes_collect(p, notes) : 0;

    if (p->next > STAGE_OBSERVE) {
        (void)printf("now:\n");
        state_text_print(stdout, &p->start.cred, true);
    }
    if (has_plan(p)) {
        (void)printf("goal:\n");
        state_text_print(stdout, &p->plan.goal, true);
        text_steps(p, reasons);
    }
    if (p->program.path[0] != '\0') {
        (void)printf("program:\n");
        text_name("path", p->program.path);
        for (unsigned i = 0; i < p->program.interpreter_count; i++)
            text_name("interpreter", p->program.interpreters[i]);
        if (p->plan.directory != NULL)
            text_name("directory", p->plan.directory);
        if (p->plan.set_umask)
            (void)printf("  %-13s %04o\n", "umask", p->plan.umask);
        if (p->program.environment != NULL)
            text_environment(p->program.environment);
    }
    if (p->program.inspected) {
        (void)printf("the program will hold:\n");
        state_text_print(stdout, &p->program.after, true);
    }
    for (size_t i = 0; i < count; i++) {
        char text[NOTE_SIZE];
        note_print(&notes[i], text);
        (void)printf("note: %s\n", text);
    }
    (void)printf("outcome: %s\n", f == NULL ? "it would start" : "refused");
}

/* ---- as JSON ---- */

static void json_steps(const struct pipeline *p) {
    char values[STEP_VALUES];
    size_t count;
    const struct step *steps = transition_steps(&count);
    const char *separator = "";

    (void)printf("\"steps\":");
    if (!has_plan(p)) {
        (void)printf("null,");
        return;
    }
    (void)printf("[");
    for (size_t i = 0; i < count; i++) {
        if (steps[i].wanted(&p->plan) == NOT_WANTED)
            continue;
        (void)printf("%s{\"name\":\"%s\",\"what\":", separator, steps[i].name);
        step_values(&p->plan, steps[i].name, values);
        json_string(stdout, values);
        (void)printf(",\"why\":");
        json_string(stdout, steps[i].why);
        (void)printf("}");
        separator = ",";
    }
    (void)printf("],");
}

static void json_environment(char *const *environment) {
    (void)printf(",\"environment\":");
    if (environment == NULL)
        (void)printf("null");
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        char name[LINE];
        variable_name(environment[i], name);
        (void)printf("%s", i == 0 ? "[" : ",");
        json_string(stdout, name);
    }
    if (environment != NULL)
        (void)printf("]");
}

static void json_program(const struct program *program, const struct plan *plan) {
    const struct exec_file *file = &program->file;

    (void)printf("\"program\":");
    if (program->path[0] == '\0') {
        (void)printf("null,");
        return;
    }
    (void)printf("{\"path\":");
    json_string(stdout, program->path);
    (void)printf(",\"interpreters\":[");
    for (unsigned i = 0; i < program->interpreter_count; i++) {
        (void)printf("%s", i == 0 ? "" : ",");
        json_string(stdout, program->interpreters[i]);
    }
    (void)printf("],\"directory\":");
    json_string(stdout, plan->directory);
    (void)printf(",\"umask\":");
    if (plan->set_umask)
        (void)printf("\"%04o\"", plan->umask);
    else
        (void)printf("null");
    json_environment(program->environment);
    (void)printf(",\"file_capabilities\":");
    if (file->has_caps)
        json_file_caps(stdout, file);
    else
        (void)printf("null");
    (void)printf(",\"after_exec\":");
    if (program->inspected)
        json_cred(stdout, &program->after, true);
    else
        (void)printf("null");
    (void)printf("},");
}

static void json_notes(const struct pipeline *p) {
    struct note notes[NOTES_MOST];
    size_t count = has_plan(p) ? notes_collect(p, notes) : 0;

    (void)printf("\"notes\":[");
    for (size_t i = 0; i < count; i++) {
        char text[NOTE_SIZE];
        note_print(&notes[i], text);
        (void)printf("%s{\"code\":\"%s\",\"text\":", i == 0 ? "" : ",", notes[i].code);
        json_string(stdout, text);
        (void)printf("}");
    }
    (void)printf("],");
}

static void json_error(FILE *out, const struct fail *f, const struct place *place) {
    char text[LINE];

    (void)fprintf(out, "\"error\":{\"step\":\"%s\",\"code\":\"%s\",\"errno\":", f->step,
                  json_code(f->code));
    json_string(out, f->error == 0 ? NULL : errno_name(f->error));
    report_text(f, sizeof text, text);
    (void)fputs(",\"text\":", out);
    json_string(out, text);
    hint_for(f, place, sizeof text, text);
    (void)fputs(",\"hint\":", out);
    json_string(out, text);
    (void)fputs("}", out);
}

void document_error(FILE *out, const struct fail *f, const struct place *place) {
    (void)fprintf(out, "{\"version\":1,\"outcome\":\"refused\",\"exit\":%d,", f->exit_code);
    json_error(out, f, place);
    (void)fputs("}\n", out);
    (void)fflush(out);
}

void document_json(const struct pipeline *p, const struct fail *f, const struct place *place) {
    (void)printf("{\"version\":1,\"outcome\":\"%s\",\"exit\":%d,\"start\":",
                 f == NULL ? "ok" : "refused", f == NULL ? 0 : f->exit_code);
    if (p->next > STAGE_OBSERVE)
        json_cred(stdout, &p->start.cred, true);
    else
        (void)printf("null");
    (void)printf(",\"goal\":");
    if (has_plan(p))
        json_cred(stdout, &p->plan.goal, true);
    else
        (void)printf("null");
    (void)printf(",");
    json_steps(p);
    json_program(&p->program, &p->plan);
    json_notes(p);
    if (f == NULL)
        (void)printf("\"error\":null");
    else
        json_error(stdout, f, place);
    (void)printf("}\n");
}
