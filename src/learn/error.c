#include "learn/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "show/document.h"
#include "show/hint.h"
#include "show/report.h"

/* Where the launcher's hints name options that capwrap-learn does not have. */
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
    (void)fail_set(f, step, error == 0 ? FAIL_USAGE : FAIL_SYSTEM_CALL, error, "%s", text);
    f->hint = hint;
    return -1;
}

int error_print(const struct fail *f, FILE *document) {
    const struct place place = place_find();
    struct fail shown = *f;
    char text[8192], hint[8192];

    if (shown.advice[0] == '\0' && HINTS[shown.code] != NULL)
        fail_advise(&shown, "%s", HINTS[shown.code]);
    if (document != NULL)
        document_error(document, &shown, &place);
    report_text(&shown, sizeof text, text);
    hint_for(&shown, &place, sizeof hint, hint);
    report_clean(sizeof hint, hint);
    (void)fprintf(stderr, "capwrap-learn: %s: %s\n  hint: %s\n", shown.step, text, hint);
    return shown.exit_code;
}
