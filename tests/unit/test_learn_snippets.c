/* Ready lines quote what they are made of as each reader of theirs wants it. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "learn/report/snippets.h"

enum { SHELL, DOCKERFILE, COMPOSE, KUBERNETES, SYSTEMD };

static char *lines_of(unsigned kind, const struct snippet *snippet) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    snippet_write(out, kind, snippet);
    (void)fclose(out);
    return text;
}

static void has(unsigned kind, const struct snippet *snippet, const char *part) {
    char *text = lines_of(kind, snippet);

    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in:\n%s", part, text);
    free(text);
}

static void has_not(unsigned kind, const struct snippet *snippet, const char *part) {
    char *text = lines_of(kind, snippet);

    assert_null(strstr(text, part));
    free(text);
}

/* A program of one word, as user 1000. */
static struct snippet program(char *command[2], char *word, uint64_t keep) {
    command[0] = word;
    command[1] = NULL;
    return (struct snippet){.user = "app",
                            .uid = 1000,
                            .gid = 1001,
                            .keep = keep,
                            .command = command,
                            .path = "/usr/bin/program"};
}

/* A word, and how it stands in the lines. */
struct quoted {
    char word[32];
    const char *lines;
};

static void the_shell_gets_words_that_are_its_own(void **state) {
    (void)state;
    static struct quoted words[] = {
        {"plain-1.0_a/b:c=d,e@f%g+", " plain-1.0_a/b:c=d,e@f%g+\n"},
        {"two words", " 'two words'\n"},
        {"", " ''\n"},
        {"it's", " 'it'\\''s'\n"},
        {"$HOME `x` \\", " '$HOME `x` \\'\n"},
        {"a\n\tb", " 'a\n\tb'\n"},
        {"a\033b'c\\", " $'a\\033b\\'c\\\\'\n"},
        {"*", " '*'\n"},
        {"~", " '~'\n"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *command[2];
        struct snippet snippet = program(command, words[i].word, 0);
        has(SHELL, &snippet, words[i].lines);
    }
}

static void systemd_gets_its_own_quoting(void **state) {
    (void)state;
    static struct quoted words[] = {
        {"plain", " plain\n"},
        {"two words", " \"two words\"\n"},
        {"$HOME %n", " \"$$HOME %%n\"\n"},
        {"a\"b\\c'", " \"a\\\"b\\\\c'\"\n"},
        {"\n", " \"\\x0a\"\n"},
        {";", " \";\"\n"},
        {"", " \"\"\n"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *one[2], name[] = "program";
        char *command[3] = {name, words[i].word, NULL};
        struct snippet snippet = program(one, name, 0);
        snippet.command = command;
        has(SYSTEMD, &snippet, words[i].lines);
        has(SYSTEMD, &snippet, " -- /usr/bin/program ");
    }
}

static void dollars_stay_what_they_are(void **state) {
    (void)state;
    char *command[2], word[] = "$(A) $B $$";
    struct snippet snippet = program(command, word, 0);

    has(DOCKERFILE, &snippet, "CMD [\"$(A) $B $$\"]");
    has(COMPOSE, &snippet, "command: [\"$$(A) $$B $$$$\"]");
    has(KUBERNETES, &snippet, "args: [\"$$(A) $B $$\"]");
}

static void arrays_are_json(void **state) {
    (void)state;
    char *command[2], word[] = "a\"b\\\n\x1b";
    struct snippet snippet = program(command, word, 0);

    has(DOCKERFILE, &snippet, "CMD [\"a\\\"b\\\\\\u000a\\u001b\"]");
}

static void what_capwrap_needs_is_added(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_RAW));

    has(SHELL, &snippet, "capwrap --user app --keep NET_RAW --no-new-privs -- x\n");
    has(DOCKERFILE, &snippet,
        "--cap-drop ALL --cap-add SETGID --cap-add SETUID --cap-add SETPCAP --cap-add NET_RAW");
    has(DOCKERFILE, &snippet,
        "[\"capwrap\", \"--user\", \"1000:1001\", \"--keep\", \"NET_RAW\", \"--no-new-privs\", "
        "\"--\"]");
    has(COMPOSE, &snippet, "cap_add: [SETGID, SETUID, SETPCAP, NET_RAW]");
    has(KUBERNETES, &snippet, "add: [SETGID, SETUID, SETPCAP, NET_RAW]");
    has(SYSTEMD, &snippet, "CapabilityBoundingSet=CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_NET_RAW\n");
}

static void nothing_kept_is_not_spoken_of(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, 0);

    for (unsigned kind = 0; kind < SNIPPETS; kind++)
        has_not(kind, &snippet, "--keep");
}

static void supplementary_groups_come_along(void **state) {
    (void)state;
    static const gid_t groups[] = {4, 1001};
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, 0);

    snippet.groups = groups;
    snippet.group_count = 1;
    has_not(DOCKERFILE, &snippet, "--groups");
    snippet.group_count = 2;
    has(DOCKERFILE, &snippet, "\"1000:1001\", \"--groups\", \"4,1001\", \"--no-new-privs\"");
}

static void a_long_word_is_whole(void **state) {
    (void)state;
    static char word[100001];
    char *command[2];

    memset(word, '$', sizeof word - 1);
    struct snippet snippet = program(command, word, 0);
    char *text = lines_of(COMPOSE, &snippet);
    assert_true(strlen(text) > 200000);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shell_gets_words_that_are_its_own),
        cmocka_unit_test(systemd_gets_its_own_quoting),
        cmocka_unit_test(dollars_stay_what_they_are),
        cmocka_unit_test(arrays_are_json),
        cmocka_unit_test(what_capwrap_needs_is_added),
        cmocka_unit_test(nothing_kept_is_not_spoken_of),
        cmocka_unit_test(supplementary_groups_come_along),
        cmocka_unit_test(a_long_word_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
