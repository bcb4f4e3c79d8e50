/* Every failure has a remedy: one imperative, for every code and every place. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include <cmocka.h>

#include "core/cred.h"
#include "fake/kernel.h"
#include "show/hint.h"
#include "show/json.h"

static const int ERRORS[] = {0,      EPERM,   EACCES, ENOENT, ENOEXEC, ELOOP, EISDIR,
                             ENOMEM, ETXTBSY, E2BIG,  EAGAIN, EINVAL,  EIO};

static unsigned count(const char *text, const char *word) {
    unsigned found = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        found++;
    return found;
}

static void check(enum fail_code code, const char *step, int error, const struct place *place) {
    struct fail f = {.step = step,
                     .code = code,
                     .error = error,
                     .caps = CAP_MASK(10),
                     .subject = "/srv/program"};
    char text[8192];

    hint_for(&f, place, sizeof text, text);
    if (strlen(text) < 10 || strstr(text, "(null)") != NULL || strchr(text, '\n') != NULL ||
        count(text, ", or ") > 1 || text[strlen(text) - 1] == '.')
        fail_msg("%s, %s, errno %d: \"%s\"", json_code(code), step, error, text);
}

static void every_code_has_one_imperative_everywhere(void **state) {
    static const char *const steps[] = {"bounding", "securebits", "program", "exec", "fds"};

    (void)state;
    for (unsigned kind = SHELL; kind < PLACES; kind++)
        for (unsigned file_capability_mode = 0; file_capability_mode < 3; file_capability_mode++)
            for (unsigned code = FAIL_NONE + 1; code < FAIL_CODES; code++)
                for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
                    for (size_t e = 0; e < sizeof ERRORS / sizeof ERRORS[0]; e++)
                        check(code, steps[s], ERRORS[e],
                              &(struct place){.kind = kind,
                                              .file_grant =
                                                  file_capability_mode == 1 ? CAP_MASK(10) : 0,
                                              .root = file_capability_mode == 2,
                                              .weak = kind == DOCKER});
}

static void a_hint_of_its_own_comes_first(void **state) {
    struct fail f = {.step = "user", .code = FAIL_UNKNOWN_USER, .hint = "do this"};
    const struct place shell = {0};
    char text[64];

    (void)state;
    hint_for(&f, &shell, sizeof text, text);
    assert_string_equal(text, "do this");
}

/* Where it runs is guessed from the surroundings. */
static void the_place_is_found(void **state) {
    (void)state;
    assert_int_equal(setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1), 0);
    assert_int_equal(place_find().kind, KUBERNETES);
    assert_int_equal(unsetenv("KUBERNETES_SERVICE_HOST"), 0);
    assert_int_not_equal(place_find().kind, KUBERNETES);
}

static void root_without_its_capabilities_is_found(void **state) {
    const bool root = getauxval(AT_EUID) == 0;

    (void)state;
    fake_reset();
    assert_false(place_find().noroot);
    fake.securebits = SECBIT_KEEP_CAPS;
    assert_false(place_find().noroot);
    fake.securebits = SECBIT_NOROOT;
    assert_int_equal(place_find().noroot, root);
    fake.securebits = SECBIT_NOROOT | SECBIT_KEEP_CAPS_LOCKED;
    assert_int_equal(place_find().noroot, root);
    (void)fake_arm(FAKE_FAILS, "sys_get_securebits", 0, EPERM);
    assert_false(place_find().noroot);
    fake_reset();
}

static void a_hint_that_does_not_fit_is_cut_off(void **state) {
    struct fail f = {.step = "user", .code = FAIL_UNKNOWN_USER};
    const struct place shell = {0};
    char text[8] = {0};

    (void)state;
    hint_for(&f, &shell, sizeof text, text);
    assert_int_equal(strlen(text), sizeof text - 1);
}

static void every_code_has_a_word_of_its_own(void **state) {
    (void)state;
    for (unsigned a = 0; a < FAIL_CODES; a++)
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(json_code(a), json_code(b));
    assert_string_equal(json_code(FAIL_CODES), "none");
}

static void says(const struct fail *f, const struct place *place, const char *hint) {
    char text[8192];

    hint_for(f, place, sizeof text, text);
    assert_string_equal(text, hint);
}

static void advice_comes_before_every_other_hint(void **state) {
    struct fail f = {.step = "user", .code = FAIL_USAGE, .hint = "do this", .subject = "a b"};
    const struct place shell = {0};

    (void)state;
    says(&f, &shell, "remove the blank from the value");
    fail_advise(&f, "do %s", "that");
    says(&f, &shell, "do that");
}

static void root_is_told_what_is_missing_and_not_to_be_root(void **state) {
    (void)state;
    for (unsigned kind = SHELL; kind < PLACES; kind++)
        for (unsigned code = FAIL_NONE + 1; code < FAIL_CODES; code++) {
            const struct place place = {.kind = kind, .root = true, .weak = kind == DOCKER};
            struct fail f = {.step = "uid", .code = code, .caps = CAP_MASK(7)};
            char text[8192];
            hint_for(&f, &place, sizeof text, text);
            if (code != FAIL_GRANT_IDENTITY && strstr(text, "as root") != NULL)
                fail_msg("%s: %s", json_code(code), text);
        }
}

static void each_place_tells_how_a_capability_is_permitted(void **state) {
    const struct fail f = {.step = "uid", .code = FAIL_NEED_SETUID, .caps = CAP_MASK(7)};
    const struct {
        struct place place;
        const char *hint;
    } rows[] = {
        {{.kind = SHELL}, "run capwrap as root, with SETUID in its bounding set"},
        {{.kind = SHELL, .root = true}, "start capwrap with SETUID in its bounding set"},
        {{.kind = DOCKER}, "start the container as root with --cap-add SETUID"},
        {{.kind = DOCKER, .root = true}, "start the container with --cap-add SETUID"},
        {{.kind = DOCKER, .weak = true},
         "start the container as root with --cap-add SETUID (without a container: run capwrap as "
         "root)"},
        {{.kind = DOCKER, .weak = true, .root = true},
         "start the container with --cap-add SETUID (without a container: start capwrap with it in "
         "the bounding set)"},
        {{.kind = KUBERNETES},
         "set runAsUser: 0, and add SETUID to securityContext.capabilities.add"},
        {{.kind = KUBERNETES, .root = true}, "add SETUID to securityContext.capabilities.add"},
        {{.kind = SYSTEMD},
         "keep User= and write ExecStart=!, with CAP_SETUID in CapabilityBoundingSet="},
        {{.kind = SYSTEMD, .root = true}, "add CAP_SETUID to CapabilityBoundingSet="},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        says(&f, &rows[i].place, rows[i].hint);
}

/* A capability in the bounding set is not to be added to the container, but to the file. */
static void a_file_with_capabilities_is_told_what_it_lacks_itself(void **state) {
    const struct place place = {.kind = DOCKER, .file_grant = CAP_MASK(10)};
    struct fail f = {.step = "bounding", .code = FAIL_NEED_SETPCAP, .caps = CAP_MASK(8)};

    (void)state;
    says(&f, &place,
         "add --no-new-privs, or start the container with --cap-add SETPCAP, and add the same to "
         "the file capabilities of capwrap in the image");
    f.bounded = CAP_MASK(8);
    says(&f, &place,
         "add --no-new-privs, or add SETPCAP to the file capabilities of capwrap in the image");
    says(&f, &(struct place){.kind = SYSTEMD, .file_grant = CAP_MASK(10)},
         "add --no-new-privs, or add SETPCAP to the file capabilities of capwrap");
}

/* Only the list of groups differs. */
static void who_may_not_change_the_groups_is_told_of_both_ways(void **state) {
    struct fail f = {
        .step = "groups", .code = FAIL_NEED_SETGID, .caps = CAP_MASK(6), .bounded = CAP_MASK(6)};

    (void)state;
    says(&f, &(struct place){.kind = SHELL}, "run capwrap as root");
    f.hint = "write --groups keep";
    says(&f, &(struct place){.kind = SHELL}, "write --groups keep, or run capwrap as root");
    says(&f, &(struct place){.kind = KUBERNETES}, "write --groups keep, or set runAsUser: 0");
    says(&f, &(struct place){.kind = DOCKER, .root = true},
         "write --groups keep, or start the container with --cap-add SETGID");
    fail_advise(&f, "do this");
    says(&f, &(struct place){.kind = SHELL}, "do this");
}

static void root_without_its_capabilities_is_told_of_the_securebit(void **state) {
    const enum fail_code codes[] = {FAIL_CAP_BOUNDING_ONLY, FAIL_CAP_MASKED, FAIL_NEED_SETUID,
                                    FAIL_NEED_SETGID, FAIL_NEED_CHOWN};
    const struct fail setpcap = {
        .step = "bounding", .code = FAIL_NEED_SETPCAP, .caps = CAP_MASK(8)};
    const struct fail absent = {
        .step = "keep", .code = FAIL_CAP_NOT_PERMITTED, .caps = CAP_MASK(7)};

    (void)state;
    for (unsigned kind = SHELL; kind < PLACES; kind++) {
        const struct place place = {.kind = kind, .root = true, .noroot = true};
        const char *hint =
            kind == SYSTEMD
                ? "leave out SecureBits=noroot: root keeps only what AmbientCapabilities= names"
                : "clear the securebit NOROOT before capwrap: root keeps only ambient capabilities";
        char text[256];
        for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
            const struct fail f = {.step = "uid", .code = codes[i], .caps = CAP_MASK(7)};
            says(&f, &place, hint);
        }
        (void)snprintf(text, sizeof text, "add --no-new-privs, or %s", hint);
        says(&setpcap, &place, text);
    }
    const struct place unit = {.kind = SYSTEMD, .root = true, .noroot = true};
    says(&absent, &unit, "add CAP_SETUID to CapabilityBoundingSet=");
}

static void all_that_is_missing_is_in_one_hint(void **state) {
    const struct fail f = {.step = "keep",
                           .code = FAIL_CAP_NOT_PERMITTED,
                           .caps = CAP_MASK(13),
                           .also = CAP_MASK(6) | CAP_MASK(7)};
    const struct {
        struct place place;
        const char *hint;
    } rows[] = {
        {{.kind = SHELL, .root = true},
         "start capwrap with SETGID,SETUID,NET_RAW in its bounding set"},
        {{.kind = DOCKER, .weak = true, .root = true},
         "start the container with --cap-add SETGID --cap-add SETUID --cap-add NET_RAW (without a "
         "container: start capwrap with them in the bounding set)"},
        {{.kind = KUBERNETES, .root = true},
         "add SETGID, SETUID, NET_RAW to securityContext.capabilities.add"},
        {{.kind = SYSTEMD, .root = true},
         "add CAP_SETGID CAP_SETUID CAP_NET_RAW to CapabilityBoundingSet="},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        says(&f, &rows[i].place, rows[i].hint);
}

/* Root holds what is in the bounding set. */
static void a_user_is_not_told_to_add_what_is_in_the_bounding_set(void **state) {
    const struct {
        uint64_t bounded;
        struct place place;
        const char *hint;
    } rows[] = {
        {~UINT64_C(0), {.kind = SHELL}, "run capwrap as root"},
        {CAP_MASK(6), {.kind = SHELL}, "run capwrap as root, with SETUID in its bounding set"},
        {~UINT64_C(0), {.kind = DOCKER}, "start the container as root"},
        {CAP_MASK(7), {.kind = DOCKER}, "start the container as root with --cap-add SETGID"},
        {~UINT64_C(0),
         {.kind = DOCKER, .weak = true},
         "start the container as root (without a container: run capwrap as root)"},
        {~UINT64_C(0), {.kind = KUBERNETES}, "set runAsUser: 0"},
        {CAP_MASK(6),
         {.kind = KUBERNETES},
         "set runAsUser: 0, and add SETUID to securityContext.capabilities.add"},
        {~UINT64_C(0), {.kind = SYSTEMD}, "keep User= and write ExecStart=!"},
        {CAP_MASK(6),
         {.kind = SYSTEMD},
         "keep User= and write ExecStart=!, with CAP_SETUID in CapabilityBoundingSet="},
        {~UINT64_C(0),
         {.kind = DOCKER, .root = true},
         "start the container with --cap-add SETGID --cap-add SETUID"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct fail f = {.step = "uid",
                               .code = FAIL_NEED_SETUID,
                               .caps = CAP_MASK(6) | CAP_MASK(7),
                               .bounded = rows[i].bounded};
        says(&f, &rows[i].place, rows[i].hint);
    }
}

static const struct {
    enum fail_code code;
    const char *subject, *hint;
} WRITTEN_WRONG[] = {
    {FAIL_UNKNOWN_USER, "1002\r",
     "remove the carriage return from the value: it comes from a file with CRLF line ends"},
    {FAIL_UNKNOWN_GROUP, "a\tb", "remove the control character from the value"},
    {FAIL_USAGE, "\"5\"", "remove the quote from the value"},
    {FAIL_NOT_FOUND, "id -u", "write the program and each argument as a word of its own: id -u"},
    {FAIL_NOT_FOUND, "id ", "remove the blank from the value"},
    {FAIL_NOT_FOUND, " id", "remove the blank from the value"},
    {FAIL_NOT_FOUND, "id 'x'", "remove the blank from the value"},
    {FAIL_NOT_FOUND, "id;ls", "write the line for a shell: sh -c 'id;ls'"},
    {FAIL_NOT_FOUND, "cd /x && ls", "write the line for a shell: sh -c 'cd /x && ls'"},
    {FAIL_NOT_FOUND, "echo>'a'", "remove the quote from the value"},
    {FAIL_NOT_FOUND, "cd", "write the line for a shell: sh -c 'cd ...'"},
    {FAIL_NOT_FOUND, "unset", "write the line for a shell: sh -c 'unset ...'"},
    {FAIL_NOT_FOUND, "A=1", "set the variable with env: env A=1"},
    {FAIL_NOT_FOUND, "A=1 id", "set the variable with env: env A=1 id"},
    {FAIL_NOT_FOUND, "/srv/a=b", "check the name and PATH, or give the whole path"},
    {FAIL_NOT_FOUND, "--cap-add",
     "write options before -- (those of docker run before the image): --cap-add"},
    {FAIL_NOT_FOUND, "-", "check the name and PATH, or give the whole path"},
    {FAIL_NOT_FOUND, "--", "write options before -- (those of docker run before the image): --"},
    {FAIL_NOT_FOUND, "=", "check the name and PATH, or give the whole path"},
    {FAIL_NOT_FOUND, "id\t-u", "write the program and each argument as a word of its own: id\t-u"},
    {FAIL_NOT_FOUND, "id\n-u", "write the program and each argument as a word of its own: id\n-u"},
    {FAIL_NOT_FOUND, "`id`",
     "expand `id` first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_NOT_FOUND, "~web/x",
     "expand ~web/x first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_NOT_FOUND, "i\u0501", "type the name again: it contains a letter that is not ASCII"},
    {FAIL_UNKNOWN_USER, "r\u043e\u043et",
     "type the name again: it contains a letter that is not ASCII"},
    {FAIL_NOT_FOUND, "[\"id\"]", "write the words without brackets, quotes and commas: [\"id\"]"},
    {FAIL_NOT_FOUND, "~/bin/x",
     "expand ~/bin/x first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_UNKNOWN_USER, "~",
     "expand ~ first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_UNKNOWN_USER, "~w", "add the user to the system, or give its number as UID:GID"},
    {FAIL_UNKNOWN_USER, "~web", "add the user to the system, or give its number as UID:GID"},
    {FAIL_UNKNOWN_USER, "1000:$GID",
     "expand 1000:$GID first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_UNKNOWN_USER, "{{ user }}",
     "expand {{ user }} first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_UNKNOWN_USER, "web -- id",
     "write web -- id as separate words, without quotes around all of it"},
    {FAIL_UNKNOWN_USER, "cd", "add the user to the system, or give its number as UID:GID"},
    {FAIL_NOT_FOUND, "$CMD",
     "expand $CMD first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_UNKNOWN_USER, "$USER",
     "expand $USER first: no shell has done it, as in the exec form of a Dockerfile"},
    {FAIL_UNKNOWN_USER, "machine$", "add the user to the system, or give its number as UID:GID"},
    {FAIL_NOT_FOUND, "\"id\"", "remove the quote from the value"},
    {FAIL_NOT_FOUND, "id", "check the name and PATH, or give the whole path"},
    {FAIL_UNREADABLE, "/srv/a b", "let the user read it: chmod a+r /srv/a b"},
};

static void a_character_that_does_not_belong_into_a_name_is_named(void **state) {
    const struct place shell = {0};
    const struct fail missing = {
        .step = "chdir", .code = FAIL_DIRECTORY, .error = ENOENT, .subject = "$HOME"};
    const struct fail denied = {
        .step = "chdir", .code = FAIL_DIRECTORY, .error = EACCES, .subject = "/a b"};

    (void)state;
    for (size_t i = 0; i < sizeof WRITTEN_WRONG / sizeof WRITTEN_WRONG[0]; i++) {
        const struct fail f = {
            .step = "x", .code = WRITTEN_WRONG[i].code, .subject = WRITTEN_WRONG[i].subject};
        says(&f, &shell, WRITTEN_WRONG[i].hint);
    }
    says(&missing, &shell,
         "expand $HOME first: no shell has done it, as in the exec form of a Dockerfile");
    says(&denied, &shell, "name a directory with --chdir that exists and that the user may search");
}

static void a_refused_close_range_is_left_out(void **state) {
    const struct place shell = {0};
    const struct fail f = {.step = "fds", .code = FAIL_SYSTEM_CALL, .error = EPERM};

    (void)state;
    says(&f, &shell, "leave out --close-fds: a seccomp filter refuses close_range(2)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_one_imperative_everywhere),
        cmocka_unit_test(a_hint_of_its_own_comes_first),
        cmocka_unit_test(the_place_is_found),
        cmocka_unit_test(root_without_its_capabilities_is_found),
        cmocka_unit_test(a_hint_that_does_not_fit_is_cut_off),
        cmocka_unit_test(every_code_has_a_word_of_its_own),
        cmocka_unit_test(advice_comes_before_every_other_hint),
        cmocka_unit_test(root_is_told_what_is_missing_and_not_to_be_root),
        cmocka_unit_test(each_place_tells_how_a_capability_is_permitted),
        cmocka_unit_test(a_file_with_capabilities_is_told_what_it_lacks_itself),
        cmocka_unit_test(who_may_not_change_the_groups_is_told_of_both_ways),
        cmocka_unit_test(root_without_its_capabilities_is_told_of_the_securebit),
        cmocka_unit_test(all_that_is_missing_is_in_one_hint),
        cmocka_unit_test(a_user_is_not_told_to_add_what_is_in_the_bounding_set),
        cmocka_unit_test(a_character_that_does_not_belong_into_a_name_is_named),
        cmocka_unit_test(a_refused_close_range_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
