/* A file of /proc is read completely or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/proc_file.h"

/* ---- calls that fail, and that lie ---- */

static unsigned reads, reallocs;
static unsigned lying_read, failing_realloc; /* which one; 0: none */

ssize_t __real_read(int fd, void *to, size_t size);
ssize_t __wrap_read(int fd, void *to, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

/* A lie claims one byte more than requested. */
ssize_t __wrap_read(int fd, void *to, size_t size) {
    return ++reads == lying_read ? (ssize_t)size + 1 : __real_read(fd, to, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return ++reallocs == failing_realloc ? NULL : __real_realloc(memory, size);
}

static void make(unsigned read_that_lies, unsigned realloc_that_fails) {
    reads = reallocs = 0;
    lying_read = read_that_lies;
    failing_realloc = realloc_that_fails;
}

/* The lowest descriptor that is free. */
static int next_free(void) {
    int fd = dup(STDERR_FILENO), number = fd;

    assert_int_equal(close(fd), 0);
    return number;
}

/* ---- tests ---- */

/* A file of this length, each byte the low bits of its place. */
static int file_of(size_t length) {
    char *bytes = malloc(length + 1);
    int fd = memfd_create("file", MFD_CLOEXEC);

    assert_non_null(bytes);
    assert_true(fd >= 0);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i & 0x7f);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    free(bytes);
    return fd;
}

static void a_file_of_any_length_is_read_to_its_end(void **state) {
    static const size_t lengths[] = {0, 1, 4094, 4095, 4096, 8191, 8192, 100000};

    (void)state;
    for (size_t n = 0; n < sizeof lengths / sizeof lengths[0]; n++) {
        char path[64], *text = NULL;
        size_t size = 1;
        int fd = file_of(lengths[n]);

        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        assert_int_equal(proc_file_read(AT_FDCWD, path, &text, &size), 0);
        assert_int_equal(size, lengths[n]);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(text[i], i & 0x7f);
        assert_int_equal(text[size], '\0');
        free(text);
        assert_int_equal(close(fd), 0);
    }
}

static void what_cannot_be_opened_or_read_is_an_error_and_no_text(void **state) {
    static const struct {
        const char *path;
        int error;
    } rows[] = {{"/proc/self/nothing", ENOENT}, {"/proc/self", EISDIR}, {"/proc/self/mem", EIO}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char nothing[] = "", *text = nothing;
        size_t size;

        assert_int_equal(proc_file_read(AT_FDCWD, rows[i].path, &text, &size), -rows[i].error);
        assert_null(text);
    }
}

static void a_file_that_cannot_be_held_or_is_longer_than_asked_for_is_an_error(void **state) {
    const int file = file_of(10000), free_before = next_free();
    char path[64], nothing[] = "";

    (void)state;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    for (unsigned nth = 1; nth <= 2; nth++) {
        char *text = nothing;
        size_t size;
        make(0, nth);
        assert_int_equal(proc_file_read(AT_FDCWD, path, &text, &size), -ENOMEM);
        assert_null(text);
        text = nothing;
        make(nth, 0);
        assert_int_equal(proc_file_read(AT_FDCWD, path, &text, &size), -EIO);
        assert_null(text);
        assert_int_equal(next_free(), free_before);
    }
    make(0, 0);
    assert_int_equal(close(file), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_any_length_is_read_to_its_end),
        cmocka_unit_test(what_cannot_be_opened_or_read_is_an_error_and_no_text),
        cmocka_unit_test(a_file_that_cannot_be_held_or_is_longer_than_asked_for_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
