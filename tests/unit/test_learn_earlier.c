/* A report of an earlier run is read as it was written, and nothing else is accepted as one. */
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "learn/report/earlier.h"

/* From memory of exactly that size. */
static int parse(const char *text, size_t size, struct earlier *earlier) {
    char *copy = malloc(size + (size == 0));

    assert_non_null(copy);
    memcpy(copy, text, size);
    *earlier = (struct earlier){.file = "file"};
    int error = earlier_parse(copy, size, earlier);
    free(copy);
    return error;
}

static int read_text(const char *text, struct earlier *earlier) {
    return parse(text, strlen(text), earlier);
}

static const char RUN[] = " {\"version\":1, \"state\" : "
                          "\"confirmed\",\"keep\":[\"NET_RAW\",\"KILL\"],\"command\":[\"a\\\"]\"],"
                          "\"limits\":[{\"code\":\"x\",\"n\":[1,-2.5e3,true,null,{},[]]}]}\n";
static const char WATCH[] =
    "{\"version\":1,\"state\":\"observed\",\"used\":[\"CHOWN\"],"
    "\"programs\":[{\"keep\":[\"SETUID\"]}],\"together\":[\"CHOWN\",\"KILL\"]}";

static void both_kinds_are_read(void **state) {
    (void)state;
    struct earlier earlier;

    assert_int_equal(read_text(RUN, &earlier), 0);
    assert_int_equal(earlier.used, CAP_MASK(CAP_NET_RAW) | CAP_MASK(CAP_KILL));
    assert_string_equal(earlier.state, "confirmed");
    assert_int_equal(read_text(WATCH, &earlier), 0);
    assert_int_equal(earlier.used, CAP_MASK(CAP_CHOWN) | CAP_MASK(CAP_KILL));
    assert_int_equal(read_text("{\"keep\":[],\"version\":1,\"state\":\"observed\"}", &earlier), 0);
    assert_int_equal(earlier.used, 0);
}

static void what_was_not_confirmed_is_told_apart(void **state) {
    (void)state;
    struct earlier earlier;

    assert_int_equal(read_text("{\"version\":1,\"state\":\"not confirmed\",\"keep\":[]}", &earlier),
                     -EAGAIN);
}

static void what_is_none_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"version\":2,\"state\":\"observed\",\"keep\":[]}",
        "{\"version\":11,\"state\":\"observed\",\"keep\":[]}",
        "{\"version\":\"1\",\"state\":\"observed\",\"keep\":[]}",
        "{\"version\":1,\"state\":\"other\",\"keep\":[]}",
        "{\"version\":1,\"state\":\"observed\"}",
        "{\"version\":1,\"keep\":[]}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":[\"NO_SUCH\"]}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":[1]}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":{}}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":[],}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":[]} {}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":[],\"a\":}",
        "{\"version\":1,\"state\":\"observed\",\"keep\":[],\"a\":\"\\\"}",
        "{\"version\":1,\"state\":\"observed\",\"programs\":[{\"keep\":[]}]}",
    };
    struct earlier earlier;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(read_text(texts[i], &earlier), -EPROTO);
}

static void a_part_of_a_report_is_none(void **state) {
    (void)state;
    struct earlier earlier;

    for (size_t size = 0; size < strlen(RUN) - 1; size++)
        assert_int_equal(parse(RUN, size, &earlier), -EPROTO);
    for (size_t i = 0; i < strlen(WATCH); i++) { /* a NUL ends nothing early */
        char damaged[sizeof WATCH];
        memcpy(damaged, WATCH, sizeof damaged);
        damaged[i] = '\0';
        (void)parse(damaged, strlen(WATCH), &earlier);
    }
}

static void depth_is_bounded(void **state) {
    (void)state;
    static char text[100000];
    struct earlier earlier;

    (void)strcpy(text, "{\"a\":");
    memset(text + strlen(text), '[', sizeof text - 1 - strlen(text));
    assert_int_equal(parse(text, sizeof text, &earlier), -EPROTO);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_are_read),
        cmocka_unit_test(what_was_not_confirmed_is_told_apart),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(a_part_of_a_report_is_none),
        cmocka_unit_test(depth_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
