/*
 * every-plan, every-execve
 *
 * FIRST STEP CAP   compares the decisions of src/core with rules.c in every state of the capability
 *                  CAP (the part from FIRST on, in steps of STEP), and prints the counts as JSON
 * print NUMBER...  prints these states of capability 10, and what the rules say
 *
 * Exit status: 0 no difference, 1 a difference, 2 usage.
 */
#include "every.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

unsigned every_cap = 10;

/* Instead of src/core/fail.c, whose text would take most of the time. */
int fail_set(struct fail *f, const char *step, enum fail_code code, int error, const char *format,
             ...) {
    (void)format;
    f->step = step;
    f->code = code;
    f->error = error;
    return -1;
}

int fail_caps(struct fail *f, const char *step, enum fail_code code, uint64_t caps,
              const char *text) {
    f->caps = caps;
    return fail_set(f, step, code, 0, "%s", text);
}

int fail_about(struct fail *f, const char *step, enum fail_code code, int error,
               const char *subject, const char *text) {
    f->subject = subject;
    return fail_set(f, step, code, error, "%s", text);
}

int fail_hint(struct fail *f, const char *hint) {
    f->hint = hint;
    return -1;
}

int fail_advise(struct fail *f, const char *format, ...) {
    (void)f;
    (void)format;
    return -1;
}

struct sets every_sets(unsigned n) {
    /* P E I B A, one bit each: E within P, A within P and I */
    static const unsigned char STATES[SETS] = {
        0x00, 0x02, 0x04, 0x06, 0x10, 0x12, 0x14, 0x15,
        0x16, 0x17, 0x18, 0x1a, 0x1c, 0x1d, 0x1e, 0x1f,
    };
    const uint64_t cap = CAP_MASK(every_cap);
    unsigned state = STATES[n];

    return (struct sets){.permitted = (state & 0x10) != 0 ? cap : 0,
                         .effective = (state & 0x08) != 0 ? cap : 0,
                         .inheritable = (state & 0x04) != 0 ? cap : 0,
                         .bounding = (state & 0x02) != 0 ? cap : 0,
                         .ambient = (state & 0x01) != 0 ? cap : 0};
}

unsigned every_securebits(unsigned n) { return (n & 0xff) | ((n & 0x100) != 0 ? 0xf00 : 0); }

bool every_same_sets(const struct sets *a, const struct sets *b) {
    return a->permitted == b->permitted && a->effective == b->effective &&
           a->inheritable == b->inheritable && a->bounding == b->bounding &&
           a->ambient == b->ambient && a->securebits == b->securebits &&
           a->no_new_privs == b->no_new_privs;
}

bool every_is_reason(enum fail_code code, unsigned reasons) {
    static const enum fail_code CODES[REASONS] = {
        FAIL_CAP_NOT_PERMITTED, FAIL_CAP_BOUNDING_ONLY, FAIL_CAP_MASKED,
        FAIL_GRANT_IDENTITY,    FAIL_NEED_SETPCAP,      FAIL_NEED_SETUID,
        FAIL_NEED_SETGID,       FAIL_NEED_CHOWN,        FAIL_STRICT,
        FAIL_SECUREBITS_LOCKED, FAIL_UNMAPPED_ID,       FAIL_SET_ID,
        FAIL_OUTSIDE_BOUNDING,  FAIL_FILE_CAPABILITIES, FAIL_ROOT_GAINS};

    for (unsigned i = 0; i < REASONS; i++)
        if ((reasons >> i & 1) != 0 && CODES[i] == code)
            return true;
    return false;
}

void every_print_sets(const char *name, const struct sets *s) {
    printf("\"%s\":{\"permitted\":%" PRIu64 ",\"effective\":%" PRIu64 ",\"inheritable\":%" PRIu64
           ",\"bounding\":%" PRIu64 ",\"ambient\":%" PRIu64
           ",\"securebits\":%u,\"no_new_privs\":%s}",
           name, s->permitted, s->effective, s->inheritable, s->bounding, s->ambient, s->securebits,
           s->no_new_privs ? "true" : "false");
}

void every_print_reasons(unsigned reasons) {
    const char *comma = "";

    printf("\"reasons\":[");
    for (unsigned i = 0; i < REASONS; i++)
        if ((reasons >> i & 1) != 0) {
            printf("%s\"%s\"", comma, REASON_WORDS[i]);
            comma = ",";
        }
    printf("]");
}

static uint64_t number(const char *word) { return strtoull(word, NULL, 10); }

int main(int argc, char **argv) {
    struct counts counts = {0};
    bool prints = argc > 1 && strcmp(argv[1], "print") == 0;

    if (!prints && argc != 4) {
        (void)fprintf(stderr, "usage: %s FIRST STEP CAP | print NUMBER...\n", argv[0]);
        return 2;
    }
    for (int i = 2; prints && i < argc; i++)
        every_print(number(argv[i]));
    if (prints)
        return 0;
    every_cap = (unsigned)number(argv[3]) % CAPS;
    every_state(number(argv[1]), number(argv[2]), &counts);
    printf("{\"states\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"accepted\":%" PRIu64
           ",\"differences\":%" PRIu64 "}\n",
           counts.states, counts.refused, counts.accepted, counts.differences);
    return counts.differences != 0;
}
