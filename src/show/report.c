#include "show/report.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/transition.h"
#include "show/hint.h"
#include "show/names.h"
#include "show/notes.h"

enum { LINE = 8192 };

static size_t add(size_t size, char *text, size_t used, const char *word, const char *separator) {
    int more = snprintf(text + used, size - used, "%s%s", word, separator);

    return more < 0 || used + (size_t)more >= size ? size - 1 : used + (size_t)more;
}

void report_clean(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0; /* U+0080 to U+009F in UTF-8 */
        if (*c < ' ' || *c == 0x7f || c1)
            *c = '?';
        if (c1)
            c[1] = '?';
    }
}

void report_text(const struct fail *f, size_t size, char *text) {
    size_t used = 0;

    text[0] = '\0';
    if (f->subject != NULL)
        used = add(size, text, used, f->subject, ": ");
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char name[NAMES_ONE];
        uint64_t above = cap == CAP_BITS - 1 ? 0 : f->caps >> (cap + 1);
        if ((f->caps & CAP_MASK(cap)) == 0)
            continue;
        names_of(cap, name);
        used = add(size, text, used, name, above != 0 ? "," : ": ");
    }
    used = add(size, text, used, f->text, "");
    if (f->error != 0) {
        used = add(size, text, used, ": ", "");
        (void)add(size, text, used, strerror(f->error), "");
    }
    report_clean(text);
}

/* Prints one line or two. A reader of standard error that has gone away must not end us by SIGPIPE:
 * a refusal keeps its exit status, and a note keeps no program from starting. The program inherits
 * the disposition as it was. */
static void say(const char *name, const char *text, const char *after) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, inherited;

    (void)sigaction(SIGPIPE, &ignore, &inherited);
    (void)fprintf(stderr, "capwrap: %s: %s%s\n", name, text, after);
    (void)sigaction(SIGPIPE, &inherited, NULL);
}

int report_failure(const struct fail *f) {
    char text[LINE], hint[LINE], after[LINE + sizeof "\n  hint: "];

    report_text(f, sizeof text, text);
    hint_for(f, sizeof hint, hint);
    report_clean(hint);
    (void)snprintf(after, sizeof after, "\n  hint: %s", hint);
    say(f->step, text, after);
    return f->exit_code;
}

void report_steps(const struct launch *launch) {
    size_t count;
    const struct step *steps = transition_steps(&count);

    for (size_t i = 0; launch->options.verbose && i < count; i++)
        if (steps[i].wanted(&launch->plan) != NOT_WANTED)
            say(steps[i].name, steps[i].why, "");
}

void report_notes(const struct launch *launch) {
    struct note notes[NOTES_MOST];
    size_t count = notes_collect(launch, notes);

    for (size_t i = 0; i < count && !launch->options.quiet; i++)
        if (notes[i].always || launch->options.verbose)
            say("note", notes[i].text, "");
}
