#include "learn/failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "show/hint.h"
#include "show/report.h"

/* Where the launcher's own names options that the learner does not have. */
static const char *const HINTS[FAIL_CODES] = {
    [FAIL_GROUP_NEEDED] = "name the group as well: --user UID:GID",
    [FAIL_LOOKUP] = "give numbers: --user UID:GID",
    [FAIL_GRANT_IDENTITY] = "leave out --user, or start as root",
    [FAIL_SETGROUPS_DENIED] = "learn outside of this user namespace, which denies setgroups(2)",
};

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
    else if (HINTS[failure->fail.code] != NULL)
        (void)snprintf(hint, sizeof hint, "%s", HINTS[failure->fail.code]);
    else
        hint_for(&failure->fail, sizeof hint, hint);
    report_clean(hint);
    (void)fprintf(stderr, "capwrap-learn: %s: %s\n  hint: %s\n", failure->fail.step, text, hint);
    return failure->fail.exit_code;
}
