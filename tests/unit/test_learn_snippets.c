/* The configurations quote words as each of their readers requires, and take the least privilege
 * that suffices. */
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cred.h"
#include "learn/report/snippets.h"

enum { SHELL, DOCKERFILE, COMPOSE, KUBERNETES, SYSTEMD };

static char *lines_of(unsigned kind, const struct snippet *snippet) {
    char *text = snippet_text(kind, snippet);

    assert_non_null(text);
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

    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" in:\n%s", part, text);
    free(text);
}

static void is(unsigned kind, const struct snippet *snippet, const char *lines) {
    char *text = lines_of(kind, snippet);

    assert_string_equal(text, lines);
    free(text);
}

/* A program of one word, as user 1000. */
static struct snippet program(char *command[2], char *word, uint64_t keep) {
    command[0] = word;
    command[1] = NULL;
    return (struct snippet){.user = "app",
                            .uid = 1000,
                            .gid = 1001,
                            .has_entry = true,
                            .own_groups = true,
                            .keep = keep,
                            .command = command,
                            .path = "/usr/bin/program",
                            .directory = "/srv"};
}

/* A word, and its form in the lines. */
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
        has(SYSTEMD, &snippet, "ExecStart=/usr/bin/program ");
    }
}

static void dollars_stay_what_they_are(void **state) {
    (void)state;
    char *command[2], word[] = "$(A) $B $$";
    struct snippet snippet = program(command, word, 0);

    has(DOCKERFILE, &snippet, "ENTRYPOINT [\"$(A) $B $$\"]");
    has(COMPOSE, &snippet, "entrypoint: [\"$$(A) $$B $$$$\"]");
    has(KUBERNETES, &snippet, "command: [\"$$(A) $B $$\"]");
}

static void arrays_are_json(void **state) {
    (void)state;
    char *command[2], word[] = "a\"b\\\n\x1b";
    struct snippet snippet = program(command, word, 0);

    has(DOCKERFILE, &snippet, "ENTRYPOINT [\"a\\\"b\\\\\\u000a\\u001b\"]");
}

static void without_a_need_there_is_no_capwrap(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, 0);

    is(SHELL, &snippet, "capwrap --user app --no-new-privs -- x\n");
    is(DOCKERFILE, &snippet,
       "USER 1000:1001\nENTRYPOINT [\"x\"]\n"
       "# docker run --cap-drop ALL --security-opt no-new-privileges IMAGE\n");
    is(COMPOSE, &snippet,
       "services:\n  program:\n    image: IMAGE\n    user: \"1000:1001\"\n    entrypoint: [\"x\"]\n"
       "    cap_drop: [ALL]\n    security_opt: [\"no-new-privileges:true\"]\n");
    is(KUBERNETES, &snippet,
       "apiVersion: v1\nkind: Pod\nmetadata:\n  name: program\nspec:\n  containers:\n"
       "    - name: program\n      image: IMAGE\n      command: [\"x\"]\n      securityContext:\n"
       "        runAsNonRoot: true\n        runAsUser: 1000\n        runAsGroup: 1001\n"
       "        allowPrivilegeEscalation: false\n        seccompProfile:\n"
       "          type: RuntimeDefault\n        capabilities:\n          drop: [ALL]\n");
    is(SYSTEMD, &snippet,
       "[Service]\nUser=1000\nGroup=1001\nExecStart=/usr/bin/program\n"
       "CapabilityBoundingSet=\nNoNewPrivileges=yes\n");
}

static void a_capability_goes_the_least_privileged_way_of_each_platform(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_RAW));

    is(SHELL, &snippet, "capwrap --user app --keep NET_RAW --no-new-privs -- x\n");
    is(DOCKERFILE, &snippet,
       "COPY --from=capwrap /capwrap /usr/bin/capwrap\nUSER 0:0\nENTRYPOINT [\"capwrap\", "
       "\"--user\", "
       "\"1000:1001\", \"--keep\", \"NET_RAW\", \"--no-new-privs\", \"--\"]\nCMD [\"x\"]\n"
       "# docker run --cap-drop ALL --cap-add SETGID --cap-add SETUID --cap-add SETPCAP "
       "--cap-add NET_RAW IMAGE\n");
    has(COMPOSE, &snippet, "    user: \"0:0\"\n    entrypoint: [\"capwrap\", ");
    has(COMPOSE, &snippet, "    command: [\"x\"]\n");
    has(COMPOSE, &snippet, "cap_add: [SETGID, SETUID, SETPCAP, NET_RAW]");
    has(KUBERNETES, &snippet,
        "command: [\"capwrap\", \"--keep\", \"NET_RAW\", \"--no-new-privs\", \"--\"]\n"
        "      args: [\"x\"]\n");
    has(KUBERNETES, &snippet, "          add: [NET_RAW]\n");
    has(KUBERNETES, &snippet, "        runAsNonRoot: true\n        runAsUser: 1000\n");
    is(SYSTEMD, &snippet,
       "[Service]\nUser=1000\nGroup=1001\nExecStart=/usr/bin/program\n"
       "AmbientCapabilities=CAP_NET_RAW\nCapabilityBoundingSet=CAP_NET_RAW\nNoNewPrivileges=yes\n");
}

static void ports_below_1024_take_no_capability_in_docker(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_BIND_SERVICE));

    is(DOCKERFILE, &snippet,
       "USER 1000:1001\nENTRYPOINT [\"x\"]\n# docker run --cap-drop ALL "
       "--sysctl net.ipv4.ip_unprivileged_port_start=0 --security-opt no-new-privileges IMAGE\n");
    has(COMPOSE, &snippet, "    sysctls: [\"net.ipv4.ip_unprivileged_port_start=0\"]\n");
    has_not(COMPOSE, &snippet, "cap_add");
    has_not(COMPOSE, &snippet, "capwrap");
    snippet.keep |= CAP_MASK(CAP_NET_RAW);
    has(DOCKERFILE, &snippet, "--cap-add NET_BIND_SERVICE");
    has_not(DOCKERFILE, &snippet, "sysctl");
}

static void in_kubernetes_file_capabilities_belong_to_one_group(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_BIND_SERVICE));

    has(KUBERNETES, &snippet,
        "RUN chgrp 1001 /usr/bin/capwrap && chmod 0750 /usr/bin/capwrap && "
        "setcap cap_net_bind_service=p /usr/bin/capwrap\n#   USER 1000:1001\n");
    has(KUBERNETES, &snippet, "\"--no-new-privs\"");
    has(KUBERNETES, &snippet, "          type: RuntimeDefault\n");
    snippet.keep |= CAP_MASK(CAP_NET_RAW);
    has(KUBERNETES, &snippet, "setcap cap_net_bind_service,cap_net_raw=p ");
    /* Pod Security level "restricted" cannot be met with NET_RAW. */
    has_not(KUBERNETES, &snippet, "seccompProfile");
}

static void root_needs_no_capwrap_in_a_container_or_unit(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_BIND_SERVICE));

    snippet.user = "root";
    snippet.uid = snippet.gid = 0;
    is(DOCKERFILE, &snippet,
       "USER 0:0\nENTRYPOINT [\"x\"]\n# docker run --cap-drop ALL --cap-add NET_BIND_SERVICE "
       "--security-opt no-new-privileges IMAGE\n");
    has(COMPOSE, &snippet, "    cap_add: [NET_BIND_SERVICE]\n");
    has(KUBERNETES, &snippet, "        runAsUser: 0\n");
    has(KUBERNETES, &snippet, "      command: [\"x\"]\n");
    has_not(KUBERNETES, &snippet, "runAsNonRoot");
    has_not(KUBERNETES, &snippet, "RuntimeDefault");
    has(SYSTEMD, &snippet, "User=0\nGroup=0\nExecStart=/usr/bin/program\n");
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
    static const gid_t groups[] = {4, 7, 1001};
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_RAW));

    snippet.groups = groups + 2;
    snippet.group_count = 1;
    has_not(DOCKERFILE, &snippet, "--groups");
    has_not(KUBERNETES, &snippet, "supplementalGroups");
    snippet.groups = groups;
    snippet.group_count = 3;
    has(DOCKERFILE, &snippet, "\"1000:1001\", \"--groups\", \"4,7\", \"--keep\"");
    has(KUBERNETES, &snippet, "spec:\n  securityContext:\n    supplementalGroups: [4, 7]\n");
    has_not(SHELL, &snippet, "--groups"); /* --user NAME implies them */
    snippet.user = NULL;
    has(SHELL, &snippet, "--user 1000:1001 --groups 4,7 --keep");
    snippet.keep = 0;
    has(DOCKERFILE, &snippet, "--cap-drop ALL --group-add 4 --group-add 7 --security-opt");
    has(COMPOSE, &snippet, "    group_add: [4, 7]\n");
    has(KUBERNETES, &snippet, "    supplementalGroups: [4, 7]\n");
}

static void capwrap_does_for_systemd_what_user_cannot(void **state) {
    (void)state;
    char *command[2], word[] = "x";
    struct snippet snippet = program(command, word, CAP_MASK(CAP_NET_RAW));

    snippet.user = "app:web";
    snippet.own_groups = false;
    is(SYSTEMD, &snippet,
       "[Service]\n# User= alone would add the user's other groups.\nUser=1000\nGroup=1001\n"
       "ExecStart=!/usr/bin/capwrap --user app:web --keep NET_RAW --no-new-privs -- "
       "/usr/bin/program\nRestartPreventExitStatus=125 126 127\nCapabilityBoundingSet=CAP_SETGID "
       "CAP_SETUID CAP_SETPCAP CAP_NET_RAW\nNoNewPrivileges=yes\n");
    snippet.user = "1000:1001";
    snippet.has_entry = false;
    has(SYSTEMD, &snippet, "\nExecStart=/usr/bin/capwrap --user 1000:1001 --keep NET_RAW ");
    has_not(SYSTEMD, &snippet, "\nUser=");
}

static void a_unit_names_the_program_from_the_root(void **state) {
    (void)state;
    char *command[2], word[] = "./x";
    struct snippet snippet = program(command, word, 0);

    snippet.path = "./x";
    has(SYSTEMD, &snippet, "ExecStart=/srv/./x\n");
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
        cmocka_unit_test(without_a_need_there_is_no_capwrap),
        cmocka_unit_test(a_capability_goes_the_least_privileged_way_of_each_platform),
        cmocka_unit_test(ports_below_1024_take_no_capability_in_docker),
        cmocka_unit_test(in_kubernetes_file_capabilities_belong_to_one_group),
        cmocka_unit_test(root_needs_no_capwrap_in_a_container_or_unit),
        cmocka_unit_test(nothing_kept_is_not_spoken_of),
        cmocka_unit_test(supplementary_groups_come_along),
        cmocka_unit_test(capwrap_does_for_systemd_what_user_cannot),
        cmocka_unit_test(a_unit_names_the_program_from_the_root),
        cmocka_unit_test(a_long_word_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
