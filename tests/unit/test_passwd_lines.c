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

/* A copy of text on the heap, of the exact size: a sanitizer detects a read past its end. */
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
    struct passwd_entry user;
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

static void the_shell_is_the_rest_of_the_line(void **state) {
    static const struct {
        const char *text, *shell;
    } rows[] = {
        {"joe:x:1:2:Joe:/home/joe:/bin/sh\n", "/bin/sh"},
        {"joe:x:1:2:::/bin/a:b", "/bin/a:b"},
        {"joe:x:1:2:::\n", ""},
        {"joe:x:1:2::/b\n", ""},
        {"joe:x:1:2", ""},
        {"joe:x:1:2::: /bin/sh \n", " /bin/sh "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entries entries;
        struct passwd_entry user;
        char *copy = copy_of(rows[i].text, strlen(rows[i].text), &entries);

        assert_true(passwd_lines_user(&entries, &user));
        assert_string_equal(user.shell, rows[i].shell);
        free(copy);
    }
}

static void holds_no_user_in(const void *text, size_t size) {
    struct entries entries;
    struct passwd_entry user;
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
    holds_user("\n\n# joe\n  \njoe:x:1:2:::\n\n", "joe", 1, 2, "");
    holds_user("joe:x:4294967295:4294967294:::", "joe", 4294967295, 4294967294, "");
}

/* What glibc also accepts. */
static void a_line_need_not_be_written_well(void **state) {
    (void)state;
    holds_user(" \t\r\v\fjoe:x:1:2:::\n", "joe", 1, 2, "");
    holds_user("joe:x:1:2", "joe", 1, 2, "");
    holds_user("joe:x:1:2:Joe", "joe", 1, 2, "");
    holds_user("joe:x:1:2:Joe:/home/joe", "joe", 1, 2, "/home/joe");
    holds_user("joe:x: 1:\t2:::", "joe", 1, 2, "");
    holds_user("joe:x:+1:-0:::", "joe", 1, 0, "");
    holds_user("joe:x:007:00:::", "joe", 7, 0, "");
    holds_user("joe :x:1:2::/home/joe \r:", "joe ", 1, 2, "/home/joe \r");
    holds_user(":x:1:2:::", "", 1, 2, "");
}

static void a_line_that_is_not_whole_is_none(void **state) {
    static const char *const lines[] = {
        "",
        "\n",
        " \t\n",
        ":",
        "joe",
        "joe:",
        "joe:x",
        "joe:x:1",
        "joe:x:1:",
        "joe:x:1:2\r:",
        "joe:x:1\n:2:::",
        "joe:x::2:::",
        "joe:x:1::::",
        "joe:x: :2:::",
        "joe:x:1 :2:::",
        "joe:x:-1:2:::",
        "joe:x:+-1:2:::",
        "joe:x:0x1:2:::",
        "joe:x:1:2e3:::",
        "joe:x:1,2:2:::",
        "joe:x:4294967296:2:::",
        "joe:x:1:18446744073709551616:::",
        "joe:x:99999999999999999999999999:2:::",
        "#joe:x:1:2:::",
        " #joe:x:1:2:::",
        "+joe:x:1:2:::",
        "-joe:x:1:2:::",
        " +joe:x:1:2:::",
        "+::::::",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        print_message("passwd: %s\n", lines[i]);
        holds_no_user_in(lines[i], strlen(lines[i]));
    }
}

static void what_glibc_reads_as_something_else_is_not_clear(void **state) {
    static const struct {
        const char *text;
        size_t size;
        bool clear;
    } rows[] = {{"", 0, true},         {"a:b\n", 4, true},   {"a:b", 3, true},  {" a:b\n", 5, true},
                {"a\n b", 4, false},   {" a", 2, false},     {"\ta", 2, false}, {"a\n  ", 4, true},
                {" ", 1, true},        {"a\0b\n", 4, false}, {"\0", 1, false},  {"a\n\0", 3, false},
                {"a\n\n b\n", 6, true}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entries entries;
        char *copy = copy_of(rows[i].text, rows[i].size, &entries);
        print_message("row %zu\n", i);
        assert_int_equal(passwd_lines_are_clear(&entries), rows[i].clear);
        free(copy);
    }
}

static void users_come_one_after_the_other(void **state) {
    static const char text[] = "a:x:1:1:::\nbroken\nb:x:2:2:::\n#c:x:3:3:::\nd:x:4:4:::";
    struct entries entries;
    struct passwd_entry user;

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
    static const char text[] = "app:x\nshort:x:501\nweb:x:502:joe,ann\nbad:x:5o3:joe\nnone:x:504:";
    struct entries entries;
    struct group_entry group;

    (void)state;
    char *copy = copy_of(text, strlen(text), &entries);
    assert_true(passwd_lines_group(&entries, &group));
    assert_string_equal(group.name, "short");
    assert_int_equal(group.gid, 501);
    assert_string_equal(group.members, "");
    assert_true(passwd_lines_group(&entries, &group));
    assert_string_equal(group.name, "web");
    assert_int_equal(group.gid, 502);
    assert_false(group.is_nameless);
    assert_true(passwd_lines_has_member(&group, "joe"));
    assert_true(passwd_lines_has_member(&group, "ann"));
    assert_true(passwd_lines_group(&entries, &group));
    assert_string_equal(group.name, "none");
    assert_false(passwd_lines_has_member(&group, "joe"));
    assert_false(passwd_lines_group(&entries, &group));
    free(copy);
}

/* glibc looks for members in comments and markers too, and a marker's gid may be missing. */
static void a_group_without_a_name_has_members_all_the_same(void **state) {
    static const char text[] =
        "#web:x:5:joe\n +app:x:6:joe\n-app:x::joe\n +no:x::joe\n#no:x::joe\n+";
    const gid_t gids[] = {5, 6, 0};
    struct entries entries;
    struct group_entry group;

    (void)state;
    char *copy = copy_of(text, strlen(text), &entries);
    for (size_t i = 0; i < sizeof gids / sizeof gids[0]; i++) {
        assert_true(passwd_lines_group(&entries, &group));
        assert_true(group.is_nameless);
        assert_int_equal(group.gid, gids[i]);
        assert_true(passwd_lines_has_member(&group, "joe"));
    }
    assert_true(passwd_lines_group(&entries, &group)); /* "+" alone, which has none */
    assert_string_equal(group.members, "");
    assert_false(passwd_lines_group(&entries, &group));
    free(copy);
}

static void a_member_is_a_whole_word(void **state) {
    static const char *const with[] = {"joe",     "joe,",   ",joe",   "a,joe",       "joe,a",
                                       "a,joe,b", "a,,joe", "a, joe", "a,\t\rjoe,b", " joe"};
    static const char *const without[] = {"",    ",",    "jo",    "joey",  "xjoe", "joey,xjoe",
                                          "Joe", "joe ", "joe\r", "joe:x", " , "};

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
        cmocka_unit_test(the_shell_is_the_rest_of_the_line),
        cmocka_unit_test(a_line_that_is_not_whole_is_none),
        cmocka_unit_test(a_line_need_not_be_written_well),
        cmocka_unit_test(what_glibc_reads_as_something_else_is_not_clear),
        cmocka_unit_test(users_come_one_after_the_other),
        cmocka_unit_test(a_group_has_its_members),
        cmocka_unit_test(a_group_without_a_name_has_members_all_the_same),
        cmocka_unit_test(a_member_is_a_whole_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
