#include "show/report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/transition.h"
#include "show/hint.h"
#include "show/notes.h"
#include "show/step_values.h"
#include "text/capname.h"
#include "text/printable.h"

enum { LINE = 8192 };

static size_t add(size_t size, char *text, size_t used, const char *word, const char *separator) {
    int more = snprintf(text + used, size - used, "%s%s", word, separator);

    return more < 0 || used + (size_t)more >= size ? size - 1 : used + (size_t)more;
}

void report_clean(size_t size, char *text) { printable_escape(size, text); }

void report_text(const struct fail *f, size_t size, char *text) {
    size_t used = 0;

    text[0] = '\0';
    if (f->subject != NULL && f->subject[0] != '\0')
        used = add(size, text, used, f->subject, ": ");
    char names[CAPNAME_LIST_SIZE];
    capname_join(f->caps, "", ",", names);
    used = add(size, text, used, names, f->caps == 0 ? "" : ": ");
    used = add(size, text, used, f->text, f->obstacle == NULL ? "" : " ");
    if (f->obstacle != NULL)
        used = add(size, text, used, f->obstacle, "");
    if (f->also != 0) {
        capname_join(f->also, "", ",", names);
        used = add(size, text, used, "; also missing: ", names);
    }
    if (f->error != 0) {
        used = add(size, text, used, ": ", "");
        (void)add(size, text, used, strerror(f->error), "");
    }
    report_clean(size, text);
}

/* Prints one or two lines. If the reader of standard error is gone, SIGPIPE must not kill capwrap:
 * a refusal keeps its exit status, and a note does not prevent the start of a program. The program
 * inherits the disposition as it was. */
static void say(const char *name, const char *text, const char *after) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, inherited;

    (void)sigaction(SIGPIPE, &ignore, &inherited);
    (void)fprintf(stderr, "capwrap: %s: %s%s\n", name, text, after);
    (void)sigaction(SIGPIPE, &inherited, NULL);
}

int report_failure(const struct fail *f, const struct place *place) {
    char text[LINE], hint[LINE], after[LINE + sizeof "\n  hint: "];

    report_text(f, sizeof text, text);
    hint_for(f, place, sizeof hint, hint);
    report_clean(sizeof hint, hint);
    (void)snprintf(after, sizeof after, "\n  hint: %s", hint);
    say(f->step, text, after);
    return f->exit_code;
}

void report_steps(const struct plan *plan) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    for (size_t i = 0; i < count; i++)
        if (steps[i].wanted(plan) != NOT_WANTED) {
            char values[STEP_VALUES];
            step_values(plan, steps[i].name, values);
            say(steps[i].name, values, "");
        }
}

void report_environment(const char *names, const char *known) {
#ifdef __GLIBC__
    say("environment", "the C library has removed those of these that were set: ", known);
#else
    (void)known;
#endif
    if (names[0] != '\0')
        say("environment", "removed, because of AT_SECURE: ", names);
}

void report_notes(const struct pipeline *pipeline, bool all) {
    struct note notes[NOTES_MOST];
    size_t count = notes_collect(pipeline, notes);

    for (size_t i = 0; i < count; i++) {
        char text[NOTE_SIZE];
        note_print(&notes[i], text);
        if (notes[i].always || all)
            say("note", text, "");
    }
}

int report_finish(struct fail *f) {
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return fail_set(f, "output", FAIL_OUTPUT, errno, "standard output cannot be written");
    return 0;
}
