#include "learn/report/snippets.h"

#include <ctype.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/cred.h"
#include "show/json.h"
#include "text/capname.h"

/* What capwrap itself takes, and gives up before the program starts. */
#define CAPWRAPS_OWN (CAP_MASK(CAP_SETUID) | CAP_MASK(CAP_SETGID) | CAP_MASK(CAP_SETPCAP))

/* ---- words ---- */

/* What a terminal would take as more than text. */
static bool is_control(unsigned char c) { return iscntrl(c) != 0 && c != '\n' && c != '\t'; }

/* For every shell; where there are control characters, for those that know $'' (POSIX.1-2024). */
static void shell_word(FILE *out, const char *word) {
    bool plain = word[0] != '\0', control = false;

    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++) {
        plain &= isalnum(*c) || strchr("%+,-./:=@_", *c) != NULL;
        control |= is_control(*c);
    }
    if (plain) {
        (void)fputs(word, out);
        return;
    }
    (void)fputs(control ? "$'" : "'", out);
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++) {
        if (is_control(*c))
            (void)fprintf(out, "\\%03o", *c);
        else if (control && (*c == '\'' || *c == '\\'))
            (void)fprintf(out, "\\%c", *c);
        else if (*c == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*c, out);
    }
    (void)fputc('\'', out);
}

/* systemd.service(5), "Command lines": $ and % are doubled, the rest is as in C. */
static void systemd_word(FILE *out, const char *word) {
    bool plain = word[0] != '\0' && strcmp(word, ";") != 0;

    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++)
        plain &= isgraph(*c) && strchr("\"'\\", *c) == NULL;
    (void)fputs(plain ? "" : "\"", out);
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++) {
        if (iscntrl(*c))
            (void)fprintf(out, "\\x%02x", *c);
        else if (*c == '"' || *c == '\\')
            (void)fprintf(out, "\\%c", *c);
        else if (*c == '$' || *c == '%')
            (void)fprintf(out, "%c%c", *c, *c);
        else
            (void)fputc(*c, out);
    }
    (void)fputs(plain ? "" : "\"", out);
}

/* What would otherwise be replaced by the value of a variable is doubled. */
enum dollar { DOLLAR_AS_IT_IS, DOLLAR_ALWAYS, DOLLAR_BEFORE_PAREN };

static void json_word(FILE *out, const char *word, enum dollar dollar) {
    char *doubled = malloc(2 * strlen(word) + 1), *end = doubled;

    if (doubled == NULL)
        return; /* what is written is lost as well: open_memstream() tells */
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == '$' &&
            (dollar == DOLLAR_ALWAYS || (dollar == DOLLAR_BEFORE_PAREN && c[1] == '(')))
            *end++ = '$';
        *end++ = *c;
    }
    *end = '\0';
    json_string(out, doubled);
    free(doubled);
}

static void names(FILE *out, uint64_t set, const char *prefix, const char *separator) {
    char text[CAPNAME_LIST_SIZE];

    capname_join(set, prefix, separator, text);
    (void)fputs(text, out);
}

/* ---- the arguments of capwrap ---- */

/* The user by number: an image need not know the name. */
static void capwrap_array(FILE *out, const struct snippet *snippet) {
    (void)fprintf(out, "[\"capwrap\", \"--user\", \"%u:%u\", ", snippet->uid, snippet->gid);
    for (size_t i = 0; i < snippet->group_count && snippet->group_count > 1; i++)
        (void)fprintf(out, "%s%u%s", i == 0 ? "\"--groups\", \"" : ",", snippet->groups[i],
                      i + 1 < snippet->group_count ? "" : "\", ");
    if (snippet->keep != 0) {
        (void)fputs("\"--keep\", \"", out);
        names(out, snippet->keep, "", ",");
        (void)fputs("\", ", out);
    }
    (void)fputs("\"--no-new-privs\", \"--\"]", out);
}

static void command_array(FILE *out, const struct snippet *snippet, enum dollar dollar) {
    (void)fputc('[', out);
    for (size_t i = 0; snippet->command[i] != NULL; i++) {
        (void)fputs(i == 0 ? "" : ", ", out);
        json_word(out, snippet->command[i], dollar);
    }
    (void)fputc(']', out);
}

static void capwrap_words(FILE *out, const struct snippet *snippet,
                          void (*word)(FILE *out, const char *word)) {
    (void)fputs(" --user ", out);
    if (snippet->user != NULL)
        word(out, snippet->user);
    else
        (void)fprintf(out, "%u:%u", snippet->uid, snippet->gid);
    if (snippet->keep != 0) {
        (void)fputs(" --keep ", out);
        names(out, snippet->keep, "", ",");
    }
    (void)fputs(" --no-new-privs --", out);
}

/* ---- the kinds ---- */

static void write_capwrap(FILE *out, const struct snippet *snippet) {
    (void)fputs("capwrap", out);
    capwrap_words(out, snippet, shell_word);
    for (size_t i = 0; snippet->command[i] != NULL; i++) {
        (void)fputc(' ', out);
        shell_word(out, snippet->command[i]);
    }
    (void)fputc('\n', out);
}

static void write_dockerfile(FILE *out, const struct snippet *snippet) {
    (void)fputs("COPY --from=capwrap /capwrap /usr/bin/capwrap\nENTRYPOINT ", out);
    capwrap_array(out, snippet);
    (void)fputs("\nCMD ", out);
    command_array(out, snippet, DOLLAR_AS_IT_IS);
    (void)fputs("\n# docker run --cap-drop ALL ", out);
    names(out, snippet->keep | CAPWRAPS_OWN, "--cap-add ", " ");
    (void)fputs(" IMAGE\n", out);
}

static void write_compose(FILE *out, const struct snippet *snippet) {
    (void)fputs("services:\n  program:\n    image: IMAGE\n    entrypoint: ", out);
    capwrap_array(out, snippet);
    (void)fputs("\n    command: ", out);
    command_array(out, snippet, DOLLAR_ALWAYS);
    (void)fputs("\n    cap_drop: [ALL]\n    cap_add: [", out);
    names(out, snippet->keep | CAPWRAPS_OWN, "", ", ");
    (void)fputs("]\n    security_opt: [\"no-new-privileges:true\"]\n", out);
}

static void write_kubernetes(FILE *out, const struct snippet *snippet) {
    (void)fputs("apiVersion: v1\nkind: Pod\nmetadata:\n  name: program\nspec:\n  containers:\n"
                "    - name: program\n      image: IMAGE\n      command: ",
                out);
    capwrap_array(out, snippet);
    (void)fputs("\n      args: ", out);
    command_array(out, snippet, DOLLAR_BEFORE_PAREN);
    (void)fputs("\n      securityContext:\n        runAsUser: 0\n"
                "        allowPrivilegeEscalation: false\n        capabilities:\n"
                "          drop: [ALL]\n          add: [",
                out);
    names(out, snippet->keep | CAPWRAPS_OWN, "", ", ");
    (void)fputs("]\n", out);
}

static void write_systemd(FILE *out, const struct snippet *snippet) {
    (void)fprintf(out, "[Service]\nUser=%u\nGroup=%u\nExecStart=!/usr/bin/capwrap", snippet->uid,
                  snippet->gid);
    capwrap_words(out, snippet, systemd_word);
    (void)fputc(' ', out);
    systemd_word(out, snippet->path);
    for (size_t i = 1; snippet->command[i] != NULL; i++) {
        (void)fputc(' ', out);
        systemd_word(out, snippet->command[i]);
    }
    (void)fputs("\nRestartPreventExitStatus=125 126 127\nCapabilityBoundingSet=", out);
    names(out, snippet->keep | CAPWRAPS_OWN, "CAP_", " ");
    (void)fputs("\nNoNewPrivileges=yes\n", out);
}

static const struct {
    const char *name, *title;
    void (*write)(FILE *out, const struct snippet *snippet);
} KINDS[SNIPPETS] = {
    {"capwrap", "At a shell", write_capwrap}, {"dockerfile", "Dockerfile", write_dockerfile},
    {"compose", "Compose", write_compose},    {"kubernetes", "Kubernetes", write_kubernetes},
    {"systemd", "systemd", write_systemd},
};

const char *snippet_name(unsigned kind) { return KINDS[kind].name; }

const char *snippet_title(unsigned kind) { return KINDS[kind].title; }

void snippet_write(FILE *out, unsigned kind, const struct snippet *snippet) {
    KINDS[kind].write(out, snippet);
}
