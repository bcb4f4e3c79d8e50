#include "core/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fail_set(struct fail *f, const char *step, enum fail_code code, int error, const char *format,
             ...) {
    memset(f, 0, sizeof *f);
    f->step = step;
    f->code = code;
    f->error = abs(error);
    f->exit_code = EXIT_REFUSED;

    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    return -1;
}

int fail_caps(struct fail *f, const char *step, enum fail_code code, uint64_t caps,
              const char *text) {
    (void)fail_set(f, step, code, 0, "%s", text);
    f->caps = caps;
    return -1;
}

int fail_about(struct fail *f, const char *step, enum fail_code code, int error,
               const char *subject, const char *text) {
    (void)fail_set(f, step, code, error, "%s", text);
    f->subject = subject;
    return -1;
}

int fail_hint(struct fail *f, const char *hint) {
    f->hint = hint;
    return -1;
}

int fail_advise(struct fail *f, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(f->advice, sizeof f->advice, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof f->advice)
        f->advice[0] = '\0';
    return -1;
}
