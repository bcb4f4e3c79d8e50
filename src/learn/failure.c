#include "learn/failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "show/hint.h"
#include "show/report.h"

int failure_set(struct failure *failure, const char *step, int error, const char *hint,
                const char *format, ...) {
    char text[sizeof failure->fail.text];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    (void)snprintf(failure->hint, sizeof failure->hint, "%s", hint);
    return fail_set(&failure->fail, step, FAIL_SYSTEM_CALL, error, "%s", text);
}

int failure_print(const struct failure *failure) {
    char text[8192], hint[8192];

    report_text(&failure->fail, sizeof text, text);
    if (failure->hint[0] != '\0')
        (void)snprintf(hint, sizeof hint, "%s", failure->hint);
    else
        hint_for(&failure->fail, sizeof hint, hint);
    report_clean(hint);
    (void)fprintf(stderr, "capwrap-learn: %s: %s\n  hint: %s\n", failure->fail.step, text, hint);
    return failure->fail.exit_code;
}
