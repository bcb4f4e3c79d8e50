#include "learn/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "show/hint.h"
#include "show/report.h"

/* Where the launcher's own names options that the learner does not have. */
static const char *const HINTS[FAIL_CODES] = {
    [FAIL_LOOKUP] = "give numbers: --user UID:GID",
    [FAIL_NEED_SETUID] = "run capwrap-learn as root, or leave out --user",
    [FAIL_NEED_SETGID] = "run capwrap-learn as root, or leave out --user",
    [FAIL_GRANT_IDENTITY] = "leave out --user, or start as root",
    [FAIL_SETGROUPS_DENIED] = "learn outside of this user namespace, which denies setgroups(2)",
};

int error_set(struct fail *f, const char *step, int error, const char *hint, const char *format,
              ...) {
    char text[sizeof f->text];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    (void)fail_set(f, step, FAIL_SYSTEM_CALL, error, "%s", text);
    f->hint = hint;
    return -1;
}

int error_print(const struct fail *f) {
    const struct place place = place_find();
    char text[8192], hint[8192];

    report_text(f, sizeof text, text);
    if (f->advice[0] == '\0' && HINTS[f->code] != NULL)
        (void)snprintf(hint, sizeof hint, "%s", HINTS[f->code]);
    else
        hint_for(f, &place, sizeof hint, hint);
    report_clean(sizeof hint, hint);
    (void)fprintf(stderr, "capwrap-learn: %s: %s\n  hint: %s\n", f->step, text, hint);
    return f->exit_code;
}
