#include "show/rehearse.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/transition.h"
#include "show/errno_name.h"
#include "show/hint.h"
#include "show/json.h"
#include "show/notes.h"
#include "show/report.h"
#include "show/show.h"

enum { LINE = 8192 };

/* ---- as text ---- */

static void text_steps(const struct launch *l) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    (void)printf("steps:\n");
    for (size_t i = 0; i < count; i++)
        if (steps[i].wanted(&l->plan) != NOT_WANTED)
            (void)printf("  %-13s %s\n", steps[i].name, steps[i].why);
}

/* A file's name may come out of a #! line, so it is nobody's own text. */
static void text_name(const char *label, const char *name) {
    char clean[PATH_MAX];

    (void)snprintf(clean, sizeof clean, "%s", name);
    report_clean(clean);
    (void)printf("  %-13s %s\n", label, clean);
}

static void text_document(const struct launch *l, int status) {
    struct note notes[NOTES_MOST];
    size_t count = l->has_plan ? notes_collect(l, notes) : 0;

    if (l->has_start) {
        (void)printf("now:\n");
        show_cred(stdout, &l->start.cred, true);
    }
    if (l->has_plan) {
        (void)printf("goal:\n");
        show_cred(stdout, &l->plan.goal, true);
        text_steps(l);
    }
    if (l->program.path[0] != '\0') {
        (void)printf("program:\n");
        text_name("path", l->program.path);
        for (unsigned i = 0; i < l->program.interpreter_count; i++)
            text_name("interpreter", l->program.interpreters[i]);
    }
    if (l->program.looked_at) {
        (void)printf("the program will hold:\n");
        show_cred(stdout, &l->program.after, true);
    }
    for (size_t i = 0; i < count; i++)
        (void)printf("note: %s\n", notes[i].text);
    (void)printf("outcome: %s\n", status == 0 ? "it would start" : "refused");
}

/* ---- as JSON ---- */

static void json_steps(const struct launch *l) {
    size_t count;
    const struct step *steps = transition_steps(&count);
    const char *separator = "";

    (void)printf("\"steps\":");
    if (!l->has_plan) {
        (void)printf("null,");
        return;
    }
    (void)printf("[");
    for (size_t i = 0; i < count; i++) {
        if (steps[i].wanted(&l->plan) == NOT_WANTED)
            continue;
        (void)printf("%s{\"name\":\"%s\",\"why\":", separator, steps[i].name);
        json_string(stdout, steps[i].why);
        (void)printf("}");
        separator = ",";
    }
    (void)printf("],");
}

static void json_program(const struct program *program) {
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
    (void)printf("],\"file_capabilities\":");
    if (file->has_caps)
        json_file_caps(stdout, file);
    else
        (void)printf("null");
    (void)printf(",\"after_exec\":");
    if (program->looked_at)
        json_cred(stdout, &program->after, true);
    else
        (void)printf("null");
    (void)printf("},");
}

static void json_notes(const struct launch *l) {
    struct note notes[NOTES_MOST];
    size_t count = l->has_plan ? notes_collect(l, notes) : 0;

    (void)printf("\"notes\":[");
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s{\"code\":\"%s\",\"text\":", i == 0 ? "" : ",", notes[i].code);
        json_string(stdout, notes[i].text);
        (void)printf("}");
    }
    (void)printf("],");
}

static void json_error(const struct fail *f) {
    char text[LINE];

    (void)printf("\"error\":{\"step\":\"%s\",\"code\":\"%s\",\"errno\":", f->step,
                 json_code(f->code));
    json_string(stdout, f->error == 0 ? NULL : errno_name(f->error));
    report_text(f, sizeof text, text);
    (void)printf(",\"text\":");
    json_string(stdout, text);
    hint_for(f, sizeof text, text);
    (void)printf(",\"hint\":");
    json_string(stdout, text);
    (void)printf("}");
}

static void json_document(const struct launch *l, int status) {
    (void)printf("{\"version\":1,\"outcome\":\"%s\",\"exit\":%d,\"start\":",
                 status == 0 ? "ok" : "refused", status == 0 ? 0 : l->fail.exit_code);
    if (l->has_start)
        json_cred(stdout, &l->start.cred, true);
    else
        (void)printf("null");
    (void)printf(",\"goal\":");
    if (l->has_plan)
        json_cred(stdout, &l->plan.goal, true);
    else
        (void)printf("null");
    (void)printf(",");
    json_steps(l);
    json_program(&l->program);
    json_notes(l);
    if (status == 0)
        (void)printf("\"error\":null");
    else
        json_error(&l->fail);
    (void)printf("}\n");
}

/* ---- the rehearsal ---- */

static int document(struct launch *l, int status) {
    if (l->options.json)
        json_document(l, status);
    else
        text_document(l, status);
    if (show_finish(&l->fail) != 0 || status != 0)
        return report_failure(&l->fail);
    return 0;
}

int rehearse(struct launch *l, int status) {
    int ended;

    if (status != 0)
        return document(l, status);

    l->plan.rehearsal = true;
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, as it may be inherited, it would reap the child */
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        status = transition_run(&l->plan, &l->program, &l->fail);
        if (status == 0)
            status = transition_verify(&l->plan, &l->fail);
        return document(l, status);
    }
    if (child < 0 || waitpid(child, &ended, 0) != child)
        return document(l, fail_set(&l->fail, "start", FAIL_SYSTEM_CALL, errno,
                                    "no process for the rehearsal"));
    if (WIFEXITED(ended))
        return WEXITSTATUS(ended);
    return document(l, fail_set(&l->fail, "start", FAIL_KILLED, 0,
                                "the rehearsal was ended by signal %d (%s)", WTERMSIG(ended),
                                strsignal(WTERMSIG(ended))));
}
