/* The directory of descriptors is used only as far as its entries are valid. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/descriptors.h"

enum { ROOM = 1024, HEAD = 19, LENGTH_AT = 16 }; /* getdents64(2), d_name and d_reclen */

/* ---- a kernel that returns given answers ---- */

static char answer[ROOM];
static long answered; /* the value of the first call */
static int calls;     /* made so far; -1: the kernel is the real one */
/* What the calls after the first one return. */
static enum { NO_MORE, THE_SAME, NOTHING_WRITTEN, REMOVED } next;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...) {
    va_list rest;

    assert_int_equal(number, SYS_getdents64);
    va_start(rest, number);
    int fd = va_arg(rest, int);
    char *to = va_arg(rest, char *);
    size_t size = va_arg(rest, size_t);
    va_end(rest);
    if (calls < 0)
        return __real_syscall(number, fd, to, size);
    assert_int_equal(size, ROOM);
    bool first = calls++ == 0;
    if (first || next == THE_SAME)
        memcpy(to, answer, size);
    errno = first ? EACCES : ENOENT;
    if (!first && next == REMOVED)
        return -1;
    return first || next != NO_MORE ? answered : 0;
}

/* The kernel answers with these entries from here on; with the next free descriptor's, and with it
 * only that, where own is set. */
static void begin(bool own) {
    int fd = dup(STDERR_FILENO);
    char name[16];

    assert_int_equal(close(fd), 0);
    memset(answer, 0, sizeof answer);
    answered = calls = 0;
    next = NO_MORE;
    if (!own)
        return;
    (void)snprintf(name, sizeof name, "%d", fd);
    uint16_t length = (uint16_t)(HEAD + strlen(name) + 1);
    memcpy(answer + LENGTH_AT, &length, sizeof length);
    memcpy(answer + HEAD, name, strlen(name) + 1);
    answered = length;
}

/* One more entry, that says of itself that it is so long. */
static void add(const char *name, size_t says) {
    uint16_t length = (uint16_t)says;

    memcpy(answer + answered + LENGTH_AT, &length, sizeof length);
    memcpy(answer + answered + HEAD, name, strlen(name) + 1);
    answered += (long)(HEAD + strlen(name) + 1);
}

static void add_whole(const char *name) { add(name, HEAD + strlen(name) + 1); }

/* ---- the caller ---- */

static int seen[ROOM];
static size_t count;

static int see(void *result, int fd) {
    seen[count++] = fd;
    return *(int *)result;
}

static int ask(int result) {
    count = 0;
    return descriptors_each(see, &result);
}

/* ---- tests ---- */

static void each_descriptor_but_the_own_one_is_told_once(void **state) {
    (void)state;
    calls = -1;
    int fd = dup(STDERR_FILENO);
    assert_int_equal(ask(0), 0);
    bool told[ROOM] = {false};
    for (size_t i = 0; i < count; i++) {
        assert_true(seen[i] >= 0 && seen[i] < ROOM);
        assert_false(told[seen[i]]);
        told[seen[i]] = true;
    }
    assert_true(told[STDERR_FILENO] && told[fd]);
    assert_int_equal(close(fd), 0);
    assert_int_equal(ask(0), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_not_equal(seen[i], fd);
}

static void another_value_than_0_ends_it_and_is_returned(void **state) {
    (void)state;
    begin(true);
    add_whole("300");
    add_whole("301");
    assert_int_equal(ask(-EBUSY), -EBUSY);
    assert_int_equal(count, 1);
    assert_int_equal(seen[0], 300);
}

static void a_name_that_is_no_number_is_passed_over(void **state) {
    (void)state;
    begin(true);
    add_whole(".");
    add_whole("..");
    add_whole(":");
    add_whole("x");
    add_whole("/");
    add_whole("9");
    assert_int_equal(ask(0), 0);
    assert_int_equal(count, 1);
    assert_int_equal(seen[0], 9);
}

static void a_folder_without_the_own_descriptor_or_with_two_is_no_answer(void **state) {
    (void)state;
    begin(false);
    assert_int_equal(ask(0), -EIO);
    begin(false);
    add_whole("300");
    assert_int_equal(ask(0), -EIO);
    begin(true);
    add_whole(answer + HEAD);
    assert_int_equal(ask(0), -EIO);
    assert_int_equal(count, 0);
}

static void a_size_that_cannot_be_is_no_answer(void **state) {
    static const long sizes[] = {-1, 1, HEAD, ROOM + 1, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        begin(true);
        add_whole("300");
        answered = sizes[i];
        assert_int_equal(ask(0), -EIO);
        assert_int_equal(calls, 1);
        assert_int_equal(count, 0);
    }
}

static void an_entry_that_cannot_be_is_no_answer_and_tells_nobody(void **state) {
    static const size_t lengths[] = {0, 1, HEAD, HEAD + 5, ROOM, UINT16_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        begin(true);
        add("300", lengths[i]); /* whole with HEAD + 4 */
        assert_int_equal(ask(0), -EIO);
        assert_int_equal(count, 0);
    }
    begin(true);
    add("300", HEAD + 3); /* its name has no end */
    answered--;
    assert_int_equal(ask(0), -EIO);
    assert_int_equal(count, 0);
}

/* Nothing is read past the buffer, which a sanitizer would report. */
static void what_is_left_of_the_room_has_no_room_for_an_entry(void **state) {
    (void)state;
    begin(true);
    add("300", ROOM - (size_t)answered - 4);
    answered = ROOM;
    assert_int_equal(ask(0), -EIO);
    assert_int_equal(count, 1);
}

static void an_answer_without_an_end_is_none(void **state) {
    enum { SECONDS = 600 };

    (void)state;
    (void)alarm(SECONDS); /* a reading without an end is one failure */
    begin(false);
    add_whole("x");
    next = THE_SAME;
    assert_int_equal(ask(0), -EIO);
    assert_int_equal(count, 0);
    (void)alarm(0);
}

static void an_answer_that_is_not_written_is_none(void **state) {
    (void)state;
    begin(true);
    add_whole("300");
    next = NOTHING_WRITTEN;
    assert_int_equal(ask(0), -EIO);
    assert_int_equal(count, 1);
    assert_int_equal(calls, 2);
}

static void a_folder_that_is_removed_has_no_more_entries(void **state) {
    (void)state;
    begin(true);
    add_whole("300");
    next = REMOVED;
    assert_int_equal(ask(0), 0);
    assert_int_equal(count, 1);
    begin(false);
    next = REMOVED;
    assert_int_equal(ask(0), -EIO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_descriptor_but_the_own_one_is_told_once),
        cmocka_unit_test(another_value_than_0_ends_it_and_is_returned),
        cmocka_unit_test(a_name_that_is_no_number_is_passed_over),
        cmocka_unit_test(a_folder_without_the_own_descriptor_or_with_two_is_no_answer),
        cmocka_unit_test(a_size_that_cannot_be_is_no_answer),
        cmocka_unit_test(an_entry_that_cannot_be_is_no_answer_and_tells_nobody),
        cmocka_unit_test(what_is_left_of_the_room_has_no_room_for_an_entry),
        cmocka_unit_test(an_answer_without_an_end_is_none),
        cmocka_unit_test(an_answer_that_is_not_written_is_none),
        cmocka_unit_test(a_folder_that_is_removed_has_no_more_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
