/* Capabilities are read from one spelling or refused, and written so that they are read back. */
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "core/cred.h"
#include "text/capname.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void a_capability_has_a_name_in_any_case_or_a_number(void **state) {
    (void)state;
    static const struct {
        const char *word;
        int cap;
    } rows[] = {
        {"CHOWN", CAP_CHOWN},
        {"chown", CAP_CHOWN},
        {"Chown", CAP_CHOWN},
        {"cap_chown", CAP_CHOWN},
        {"CAP_CHOWN", CAP_CHOWN},
        {"Cap_Chown", CAP_CHOWN},
        {"NET_BIND_SERVICE", CAP_NET_BIND_SERVICE},
        {"cap_net_bind_service", CAP_NET_BIND_SERVICE},
        {"checkpoint_restore", CAP_CHECKPOINT_RESTORE},
        {"0", 0},
        {"10", 10},
        {"40", 40},
        {"41", 41}, /* newer than the library */
        {"63", 63},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(capname_parse(rows[i].word, strlen(rows[i].word)), rows[i].cap);
}

static void nothing_is_written_behind_the_end_of_a_name(void **state) {
    char name[CAPNAME_SIZE];

    (void)state;
    memset(name, 'x', sizeof name);
    capname_print(CAP_CHOWN, name);
    assert_string_equal(name, "CHOWN");
    for (size_t i = strlen("CHOWN") + 1; i < sizeof name; i++)
        assert_int_equal(name[i], 'x');
}

static void what_is_not_one_capability_is_refused(void **state) {
    (void)state;
    static const char *const words[] = {
        "",
        " ",
        "cap_",
        "cap",
        "cap_cap_chown",
        "capxchown",
        "chow",
        "chownn",
        " chown",
        "chown ",
        "chown\n",
        "chown,kill",
        "chown=ep",
        "+chown",
        "-chown",
        "all",
        "none",
        "net-raw",
        "netraw",
        "64",
        "65",
        "255",
        "4294967296",
        "010",
        "-1",
        "+1",
        "0x1",
        "1 ",
        "cap_10",
        "10chown",
        "CAP_41",
        "cap_41",
        "cap_63",
        "18446744073709551616",
        "cap_net_bind_service_and_then_some_more", /* longer than any name */
        "cap_net_bind_service_and_a_bit_",         /* as long as fits, and one more, and two */
        "cap_net_bind_service_and_a_bit_x",
        "cap_net_bind_service_and_a_bit_xx",
    };

    for (size_t i = 0; i < COUNT(words); i++) {
        int cap = capname_parse(words[i], strlen(words[i]));
        if (cap != -EINVAL)
            print_error("\"%s\" is read as %d\n", words[i], cap);
        assert_int_equal(cap, -EINVAL);
    }
}

static void only_length_bytes_of_a_list_are_read(void **state) {
    (void)state;
    assert_int_equal(capname_parse("chown,kill", 5), CAP_CHOWN);
    assert_int_equal(capname_parse("10,11", 2), 10);
    assert_int_equal(capname_parse("10,11", 1), 1);
    assert_int_equal(capname_parse("chown", 0), -EINVAL);
    assert_int_equal(capname_parse("chown\0kill", 10), -EINVAL); /* a NUL inside */
}

static void a_written_name_is_read_back_as_the_same_capability(void **state) {
    (void)state;
    for (unsigned cap = 0; cap < 64; cap++) {
        char name[CAPNAME_SIZE];
        memset(name, 'x', sizeof name);
        capname_print(cap, name);
        assert_non_null(memchr(name, '\0', sizeof name));
        assert_int_equal(capname_parse(name, strlen(name)), (int)cap);
        assert_int_not_equal(strncasecmp(name, "cap_", 4), 0);
    }
}

static void names_are_written_in_capitals_and_unknown_ones_as_numbers(void **state) {
    char name[CAPNAME_SIZE];

    (void)state;
    capname_print(CAP_NET_BIND_SERVICE, name);
    assert_string_equal(name, "NET_BIND_SERVICE");
    capname_print(CAP_CHOWN, name);
    assert_string_equal(name, "CHOWN");
    capname_print(63, name);
    assert_string_equal(name, "63");
}

static void a_set_is_written_as_names_in_ascending_order(void **state) {
    static const struct {
        uint64_t set;
        const char *text;
    } rows[] = {
        {0, ""},
        {1, "--keep=CHOWN"},
        {CAP_MASK(CAP_NET_RAW) | CAP_MASK(CAP_NET_BIND_SERVICE),
         "--keep=NET_BIND_SERVICE, --keep=NET_RAW"},
        {CAP_MASK(63) | 1, "--keep=CHOWN, --keep=63"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[CAPNAME_LIST_SIZE] = "poison";
        capname_join(rows[i].set, "--keep=", ", ", text);
        assert_string_equal(text, rows[i].text);
    }
}

static void the_largest_set_has_room_and_what_has_none_is_left_out(void **state) {
    static char prefix[CAPNAME_LIST_SIZE];
    char text[CAPNAME_LIST_SIZE];

    (void)state;
    capname_join(UINT64_MAX, "", ", ", text);
    assert_non_null(strstr(text, "CHOWN, DAC_OVERRIDE, "));
    assert_non_null(strstr(text, ", 63"));
    memset(prefix, 'x', sizeof prefix - 1);
    prefix[CAPNAME_LIST_SIZE - sizeof "CHOWN"] = '\0'; /* fits exactly, once */
    capname_join(1, prefix, ", ", text);
    assert_int_equal(strlen(text), CAPNAME_LIST_SIZE - 1);
    capname_join(7, prefix, ", ", text);
    assert_int_equal(strlen(text), CAPNAME_LIST_SIZE - 1);
    prefix[CAPNAME_LIST_SIZE - sizeof "CHOWN"] = 'x';
    prefix[CAPNAME_LIST_SIZE - sizeof "CHOWN" + 1] = '\0';
    capname_join(1, prefix, ", ", text);
    assert_string_equal(text, "");
}

static void suggests(const char *word, const char *list) {
    char text[CAPNAME_LIST_SIZE];

    assert_int_equal(capname_suggest(word, text), list != NULL);
    if (list != NULL)
        assert_string_equal(text, list);
}

static void what_was_meant_is_told_where_it_is_clear(void **state) {
    (void)state;
    suggests("NET_RAW+ep", "NET_RAW");
    suggests("cap_net_raw=p", "NET_RAW");
    suggests("=ep", NULL);
    suggests("+net_raw", "NET_RAW");
    suggests("CAP_CHOWN CAP_KILL", "CHOWN,KILL");
    suggests("\"CHOWN\"", "CHOWN");
    suggests("CHOWN;5", "CHOWN,KILL");
    suggests("net-raw", "NET_RAW");
    suggests("cap-net-raw", "NET_RAW");
    suggests("CAP_CHOWM", "CHOWN");
    suggests("CAPNETRAW", "NET_RAW");
    suggests("cap.net_raw", "NET_RAW");
    suggests("CAP_13", "NET_RAW");
    suggests("CAP_64", NULL);
    suggests("cap", NULL);
    suggests("ROOT", NULL);
    suggests("RAWIO", "SYS_RAWIO");
    suggests("SYS_ADMNI", "SYS_ADMIN");
    suggests("PTRACE", "SYS_PTRACE");
    suggests("BIND_SERVICE", "NET_BIND_SERVICE");
    suggests("ADMIN", NULL);
    suggests("CHOWN,NOTHING", NULL);
    suggests("ep", NULL);
    suggests("NET_RAW ep", NULL);
    suggests("5,,7", "KILL,SETUID");
    suggests("", NULL);
    suggests("+ep,CHOWN", "CHOWN");
    suggests("0 5", "CHOWN,KILL");
    suggests("CHOWN,KILLL", "CHOWN,KILL");
    suggests("cap_setg", "SETGID");
    suggests("caq_net_raw", NULL);
    suggests("capxnet_raw", "NET_RAW");
    suggests("4a", NULL);
    suggests("cap0", "CHOWN");
    suggests("ca KILL", NULL);
    suggests("xyz KILL", NULL);
    suggests("NET_RAW+epx", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capability_has_a_name_in_any_case_or_a_number),
        cmocka_unit_test(nothing_is_written_behind_the_end_of_a_name),
        cmocka_unit_test(what_is_not_one_capability_is_refused),
        cmocka_unit_test(only_length_bytes_of_a_list_are_read),
        cmocka_unit_test(a_written_name_is_read_back_as_the_same_capability),
        cmocka_unit_test(names_are_written_in_capitals_and_unknown_ones_as_numbers),
        cmocka_unit_test(a_set_is_written_as_names_in_ascending_order),
        cmocka_unit_test(the_largest_set_has_room_and_what_has_none_is_left_out),
        cmocka_unit_test(what_was_meant_is_told_where_it_is_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
