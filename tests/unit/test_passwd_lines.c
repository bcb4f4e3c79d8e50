/* The lines of passwd(5) and group(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "users/passwd_lines.h"

/* A copy of text on the heap and to the byte, so that a sanitizer sees what is read beyond. */
static char *copy_of(const void *text, size_t size, struct entries *entries) {
    char *copy = malloc(size + 1);

    assert_non_null(copy);
    memcpy(copy, text, size);
    copy[size] = 'x'; /* the end need not be a NUL */
    *entries = (struct entries){.next = copy, .end = copy + size};
    return copy;
}

/* Whether text holds exactly this user and nothing else. */
static void holds_user(const char *text, const char *name, uid_t uid, gid_t gid, const char *home) {
    struct entries entries;
    struct user_entry user;
    char *copy = copy_of(text, strlen(text), &entries);

    print_message("passwd: %s\n", text);
    assert_true(passwd_lines_user(&entries, &user));
    assert_string_equal(user.name, name);
    assert_string_equal(user.home, home);
    assert_int_equal(user.uid, uid);
    assert_int_equal(user.gid, gid);
    assert_false(passwd_lines_user(&entries, &user));
    assert_false(passwd_lines_user(&entries, &user));
    free(copy);
}

static void holds_no_user_in(const void *text, size_t size) {
    struct entries entries;
    struct user_entry user;
    char *copy = copy_of(text, size, &entries);

    assert_false(passwd_lines_user(&entries, &user));
    free(copy);
}

static void a_whole_line_is_a_user(void **state) {
    (void)state;
    holds_user("joe:x:1001:1002:Joe:/home/joe:/bin/sh\n", "joe", 1001, 1002, "/home/joe");
    holds_user("joe:x:1001:1002:Joe:/home/joe:/bin/sh", "joe", 1001, 1002, "/home/joe");
    holds_user("joe::0:0:::", "joe", 0, 0, "");
    holds_user("joe:x:1:2:a:/b:/bin/sh:more:still more\n", "joe", 1, 2, "/b");
    holds_user(" joe:x:1:2:::\n", " joe", 1, 2, "");
    holds_user("\n\n# joe\n  \njoe:x:1:2:::\n\n", "joe", 1, 2, "");
    holds_user("joe:x:4294967294:4294967294:::", "joe", 4294967294, 4294967294, "");
}

static void a_line_that_is_not_whole_is_none(void **state) {
    static const char *const lines[] = {
        "",
        "\n",
        ":",
        "joe",
        "joe:",
        "joe:x",
        "joe:x:1",
        "joe:x:1:2",
        "joe:x:1:2:Joe",
        "joe:x:1:2:Joe:/home/joe",
        "joe:x:1:2:Joe\n:/home/joe:/bin/sh",
        "joe:x::2:::",
        "joe:x:1::::",
        "joe:x: 1:2:::",
        "joe:x:1 :2:::",
        "joe:x:+1:2:::",
        "joe:x:-1:2:::",
        "joe:x:01:2:::",
        "joe:x:0x1:2:::",
        "joe:x:1:2e3:::",
        "joe:x:1,2:2:::",
        ":x:1:2:::",
        "#joe:x:1:2:::",
        "+joe:x:1:2:::",
        "-joe:x:1:2:::",
        "+::::::",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        print_message("passwd: %s\n", lines[i]);
        holds_no_user_in(lines[i], strlen(lines[i]));
    }
}

static void a_line_with_a_nul_byte_is_none(void **state) {
    static const char text[] = "joe:x:1:2:::\n";

    (void)state;
    for (size_t i = 0; i + 2 < sizeof text; i++) {
        char line[sizeof text];
        memcpy(line, text, sizeof text);
        line[i] = '\0';
        holds_no_user_in(line, sizeof line - 1);
    }
}

static void an_id_that_does_not_fit_is_nobodys(void **state) {
    static const char *const ids[] = {"4294967295", "4294967296", "18446744073709551616",
                                      "99999999999999999999999999"};
    char line[128];

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        (void)snprintf(line, sizeof line, "joe:x:%s:2:::", ids[i]);
        holds_user(line, "joe", UINT32_MAX, 2, "");
        (void)snprintf(line, sizeof line, "joe:x:1:%s:::", ids[i]);
        holds_user(line, "joe", 1, UINT32_MAX, "");
    }
}

static void users_come_one_after_the_other(void **state) {
    static const char text[] = "a:x:1:1:::\nbroken\nb:x:2:2:::\n#c:x:3:3:::\nd:x:4:4:::";
    struct entries entries;
    struct user_entry user;

    (void)state;
    char *copy = copy_of(text, strlen(text), &entries);
    assert_true(passwd_lines_user(&entries, &user));
    assert_string_equal(user.name, "a");
    assert_true(passwd_lines_user(&entries, &user));
    assert_string_equal(user.name, "b");
    assert_true(passwd_lines_user(&entries, &user));
    assert_string_equal(user.name, "d");
    assert_int_equal(user.uid, 4);
    assert_false(passwd_lines_user(&entries, &user));
    free(copy);
}

static void a_group_has_its_members(void **state) {
    static const char text[] = "app:x:501\nweb:x:502:joe,ann\nbad:x:5o3:joe\nnone:x:504:";
    struct entries entries;
    struct group_entry group;

    (void)state;
    char *copy = copy_of(text, strlen(text), &entries);
    assert_true(passwd_lines_group(&entries, &group));
    assert_string_equal(group.name, "web");
    assert_int_equal(group.gid, 502);
    assert_true(passwd_lines_has_member(&group, "joe"));
    assert_true(passwd_lines_has_member(&group, "ann"));
    assert_true(passwd_lines_group(&entries, &group));
    assert_string_equal(group.name, "none");
    assert_false(passwd_lines_has_member(&group, "joe"));
    assert_false(passwd_lines_group(&entries, &group));
    free(copy);
}

static void a_member_is_a_whole_word(void **state) {
    static const char *const with[] = {"joe",   "joe,",    ",joe",  "a,joe",
                                       "joe,a", "a,joe,b", "a,,joe"};
    static const char *const without[] = {"",     ",",         "jo",  "joey",
                                          "xjoe", "joey,xjoe", "Joe", " joe"};

    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
        assert_true(passwd_lines_has_member(&(struct group_entry){.members = with[i]}, "joe"));
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        assert_false(passwd_lines_has_member(&(struct group_entry){.members = without[i]}, "joe"));
    assert_false(passwd_lines_has_member(&(struct group_entry){.members = ",,"}, ""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_line_is_a_user),
        cmocka_unit_test(a_line_that_is_not_whole_is_none),
        cmocka_unit_test(a_line_with_a_nul_byte_is_none),
        cmocka_unit_test(an_id_that_does_not_fit_is_nobodys),
        cmocka_unit_test(users_come_one_after_the_other),
        cmocka_unit_test(a_group_has_its_members),
        cmocka_unit_test(a_member_is_a_whole_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
