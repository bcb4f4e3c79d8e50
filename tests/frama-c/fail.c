/* src/core/fail.c without the text, which Frama-C cannot format. */
#include "core/fail.h"

int fail_set(struct fail *f, const char *step, enum fail_code code, int error, const char *format,
             ...) {
    //@ assert step_and_text: \valid_read(step) && \valid_read(format);
    f->step = step;
    f->code = code;
    f->error = error < 0 ? -error : error;
    f->exit_code = EXIT_REFUSED;
    return -1;
}

int fail_caps(struct fail *f, const char *step, enum fail_code code, uint64_t caps,
              const char *text) {
    (void)fail_set(f, step, code, 0, "%s", text);
    f->caps = caps;
    return -1;
}
