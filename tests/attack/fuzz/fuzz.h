/*
 * fuzz - what every fuzzing target shares: reading its input, reporting errors, capturing what
 * is printed, and counting what was reached.
 *
 * A target is one LLVMFuzzerTestOneInput() with an oracle: a naive reference (ref.h), with which
 * the code under test must agree on every input.
 */
#ifndef CAPWRAP_FUZZ_H
#define CAPWRAP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run with a message when the oracle and the code under test differ. */
#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_disagree(__FILE__, __LINE__, #condition, __VA_ARGS__);                            \
    } while (0)

_Noreturn void fuzz_disagree(const char *file, int line, const char *condition, const char *format,
                             ...) __attribute__((format(printf, 4, 5)));

/* Prints the input in readable form, after a message; or NULL. */
extern void (*fuzz_explain)(FILE *out);

/* One more of what (a static word); all are printed at the end as `counts: {JSON}`, so that an
 * oracle that is never used is noticed. */
void fuzz_count(const char *what);

/* ---- the input: words that end with a NUL, and numbers, which are 0 once it is used up ---- */

struct input {
    const uint8_t *next, *end;
};

struct input input_of(const uint8_t *data, size_t size);
uint8_t input_byte(struct input *input);
uint64_t input_number(struct input *input, unsigned bytes); /* little-endian */
/* The bytes up to stop, which is skipped; malloced, with a NUL appended. */
char *input_until(struct input *input, uint8_t stop, size_t *size);
char *input_word(struct input *input);
void *fuzz_allocate(size_t size); /* zeroed; ends the run instead of failing */

/* The words of text (size bytes, each word but the last ended by NUL) as an argument vector, whose
 * first is name. Release with words_free(). */
struct words {
    int count;
    char **list; /* NULL at the end */
};

void words_of(const char *name, const char *text, size_t size, struct words *words);
void words_free(struct words *words);

/* ---- standard output and standard error of code that runs in this process ---- */

struct printed {
    char *out, *err; /* malloced */
    size_t out_size, err_size;
};

void capture_begin(void);
void capture_end(struct printed *printed);
void printed_free(struct printed *printed);

#endif
