#include "fuzz.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- printing ---- */

static FILE *true_stdout, *true_stderr; /* while they are captured */

void (*fuzz_explain)(FILE *out);

void fuzz_disagree(const char *file, int line, const char *condition, const char *format, ...) {
    FILE *out = true_stderr != NULL ? true_stderr : stderr;

    (void)fprintf(out, "%s:%d: not true: %s\n  ", file, line, condition);
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(out, format, arguments);
    va_end(arguments);
    (void)fprintf(out, "\n");
    if (fuzz_explain != NULL)
        fuzz_explain(out);
    (void)fflush(out);
    abort();
}

static struct {
    const char *what;
    unsigned long times;
} counts[32];

static void print_counts(void) {
    (void)fprintf(stderr, "counts: {");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && counts[i].what != NULL; i++)
        (void)fprintf(stderr, "%s\"%s\": %lu", i == 0 ? "" : ", ", counts[i].what, counts[i].times);
    (void)fprintf(stderr, "}\n");
}

void fuzz_count(const char *what) {
    size_t i = 0;

    while (counts[i].what != NULL && strcmp(counts[i].what, what) != 0)
        if (++i == sizeof counts / sizeof counts[0])
            abort();
    if (i == 0 && counts[0].what == NULL)
        (void)atexit(print_counts);
    counts[i].what = what;
    counts[i].times++;
}

/* ---- the input ---- */

void *fuzz_allocate(size_t size) {
    void *memory = calloc(1, size == 0 ? 1 : size);

    if (memory == NULL)
        abort();
    return memory;
}

struct input input_of(const uint8_t *data, size_t size) {
    return (struct input){.next = data, .end = size == 0 ? data : data + size};
}

uint8_t input_byte(struct input *input) { return input->next == input->end ? 0 : *input->next++; }

uint64_t input_number(struct input *input, unsigned bytes) {
    uint64_t number = 0;

    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)input_byte(input) << 8 * i;
    return number;
}

char *input_until(struct input *input, uint8_t stop, size_t *size) {
    size_t left = (size_t)(input->end - input->next);
    const uint8_t *found = left == 0 ? NULL : memchr(input->next, stop, left);

    *size = found == NULL ? left : (size_t)(found - input->next);
    char *copy = fuzz_allocate(*size + 1);
    if (*size > 0)
        memcpy(copy, input->next, *size);
    input->next = found == NULL ? input->end : found + 1;
    return copy;
}

char *input_word(struct input *input) {
    size_t size;

    return input_until(input, '\0', &size);
}

void words_of(const char *name, const char *text, size_t size, struct words *words) {
    struct input input = input_of((const uint8_t *)text, size);
    size_t most = 2;

    for (size_t i = 0; i < size; i++)
        most += text[i] == '\0';
    words->list = fuzz_allocate((most + 1) * sizeof *words->list);
    words->list[0] = fuzz_allocate(strlen(name) + 1);
    memcpy(words->list[0], name, strlen(name));
    words->count = 1;
    while (input.next != input.end)
        words->list[words->count++] = input_word(&input);
}

void words_free(struct words *words) {
    for (int i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
}

/* ---- capturing ---- */

static struct printed caught;

void capture_begin(void) {
    true_stdout = stdout;
    true_stderr = stderr;
    caught = (struct printed){0};
    stdout = open_memstream(&caught.out, &caught.out_size);
    stderr = open_memstream(&caught.err, &caught.err_size);
    if (stdout == NULL || stderr == NULL)
        abort();
}

void capture_end(struct printed *printed) {
    if (fclose(stdout) != 0 || fclose(stderr) != 0)
        abort();
    stdout = true_stdout;
    stderr = true_stderr;
    true_stdout = true_stderr = NULL;
    *printed = caught;
}

void printed_free(struct printed *printed) {
    free(printed->out);
    free(printed->err);
}
