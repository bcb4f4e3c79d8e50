#include "learn/report/snippets.h"

#include <ctype.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>

#include "core/cred.h"
#include "learn/report/quote.h"
#include "text/capname.h"

/* The capabilities that capwrap needs to change the user and drops before the program starts. */
#define CAPWRAPS_OWN (CAP_MASK(CAP_SETUID) | CAP_MASK(CAP_SETGID) | CAP_MASK(CAP_SETPCAP))

#define PORTS "net.ipv4.ip_unprivileged_port_start=0"

/* ---- whether capwrap is needed ---- */

/* In a container with its own sysctl, ports below 1024 require no capability. */
static bool needs_ports_alone(const struct snippet *snippet) {
    return snippet->keep == CAP_MASK(CAP_NET_BIND_SERVICE) && snippet->uid != 0;
}

/* At execve(2) root gets what the container holds; another user loses it. */
static bool user_needs_capabilities(const struct snippet *snippet) {
    return snippet->keep != 0 && snippet->uid != 0;
}

static bool docker_needs_capwrap(const struct snippet *snippet) {
    return user_needs_capabilities(snippet) && !needs_ports_alone(snippet);
}

/* User= accepts only a user with an entry, and sets all groups of that user. */
static bool systemd_needs_capwrap(const struct snippet *snippet) {
    return !snippet->has_entry || !snippet->own_groups;
}

/* ---- parts ---- */

static void names(FILE *out, uint64_t set, const char *prefix, const char *separator) {
    char text[CAPNAME_LIST_SIZE];

    capname_join(set, prefix, separator, text);
    (void)fputs(text, out);
}

static bool has_further_groups(const struct snippet *snippet) {
    for (size_t i = 0; i < snippet->group_count; i++)
        if (snippet->groups[i] != snippet->gid)
            return true;
    return false;
}

/* The groups other than gid. */
static void further_groups(FILE *out, const struct snippet *snippet, const char *prefix,
                           const char *separator) {
    const char *before = "";

    for (size_t i = 0; i < snippet->group_count; i++) {
        if (snippet->groups[i] == snippet->gid)
            continue;
        (void)fprintf(out, "%s%s%u", before, prefix, snippet->groups[i]);
        before = separator;
    }
}

/* ---- capwrap's arguments ---- */

/* The user by number, because an image may not contain the name. */
static void capwrap_array(FILE *out, const struct snippet *snippet) {
    (void)fprintf(out, "[\"capwrap\", \"--user\", \"%u:%u\", ", snippet->uid, snippet->gid);
    if (has_further_groups(snippet)) {
        (void)fputs("\"--groups\", \"", out);
        further_groups(out, snippet, "", ",");
        (void)fputs("\", ", out);
    }
    (void)fputs("\"--keep\", \"", out);
    names(out, snippet->keep, "", ",");
    (void)fputs("\", \"--no-new-privs\", \"--\"]", out);
}

static void capwrap_words(FILE *out, const struct snippet *snippet,
                          void (*word)(FILE *out, const char *word)) {
    (void)fputs(" --user ", out);
    if (snippet->user != NULL)
        word(out, snippet->user);
    else
        (void)fprintf(out, "%u:%u", snippet->uid, snippet->gid);
    if (snippet->user == NULL && has_further_groups(snippet)) {
        (void)fputs(" --groups ", out);
        further_groups(out, snippet, "", ",");
    }
    if (snippet->keep != 0) {
        (void)fputs(" --keep ", out);
        names(out, snippet->keep, "", ",");
    }
    (void)fputs(" --no-new-privs --", out);
}

/* ---- shell ---- */

static void write_capwrap(FILE *out, const struct snippet *snippet) {
    (void)fputs("capwrap", out);
    capwrap_words(out, snippet, quote_shell);
    for (size_t i = 0; snippet->command[i] != NULL; i++) {
        (void)fputc(' ', out);
        quote_shell(out, snippet->command[i]);
    }
    (void)fputc('\n', out);
}

/* ---- Docker ---- */

/* capwrap starts as root and changes the user. */
static void write_dockerfile_capwrap(FILE *out, const struct snippet *snippet) {
    (void)fputs("COPY --from=capwrap /capwrap /usr/bin/capwrap\nUSER 0:0\nENTRYPOINT ", out);
    capwrap_array(out, snippet);
    (void)fputs("\nCMD ", out);
    quote_array(out, snippet->command, DOLLAR_AS_IT_IS);
    (void)fputs("\n# docker run --cap-drop ALL ", out);
    names(out, snippet->keep | CAPWRAPS_OWN, "--cap-add ", " ");
    (void)fputs(" IMAGE\n", out);
}

static void write_dockerfile(FILE *out, const struct snippet *snippet) {
    if (docker_needs_capwrap(snippet)) {
        write_dockerfile_capwrap(out, snippet);
        return;
    }
    (void)fprintf(out, "USER %u:%u\nENTRYPOINT ", snippet->uid, snippet->gid);
    quote_array(out, snippet->command, DOLLAR_AS_IT_IS);
    (void)fputs("\n# docker run --cap-drop ALL ", out);
    if (needs_ports_alone(snippet)) {
        (void)fputs("--sysctl " PORTS " ", out);
    } else if (snippet->keep != 0) {
        names(out, snippet->keep, "--cap-add ", " ");
        (void)fputc(' ', out);
    }
    further_groups(out, snippet, "--group-add ", " ");
    (void)fputs(has_further_groups(snippet) ? " " : "", out);
    (void)fputs("--security-opt no-new-privileges IMAGE\n", out);
}

/* ---- Compose ---- */

static void compose_capabilities(FILE *out, uint64_t set) {
    (void)fputs("\n    cap_drop: [ALL]\n", out);
    if (set != 0) {
        (void)fputs("    cap_add: [", out);
        names(out, set, "", ", ");
        (void)fputs("]\n", out);
    }
    (void)fputs("    security_opt: [\"no-new-privileges:true\"]\n", out);
}

static void write_compose(FILE *out, const struct snippet *snippet) {
    (void)fputs("services:\n  program:\n    image: IMAGE\n", out);
    if (docker_needs_capwrap(snippet)) {
        (void)fputs("    user: \"0:0\"\n    entrypoint: ", out);
        capwrap_array(out, snippet);
        (void)fputs("\n    command: ", out);
        quote_array(out, snippet->command, DOLLAR_ALWAYS);
        compose_capabilities(out, snippet->keep | CAPWRAPS_OWN);
        return;
    }
    (void)fprintf(out, "    user: \"%u:%u\"\n    entrypoint: ", snippet->uid, snippet->gid);
    quote_array(out, snippet->command, DOLLAR_ALWAYS);
    compose_capabilities(out, needs_ports_alone(snippet) ? 0 : snippet->keep);
    if (needs_ports_alone(snippet))
        (void)fputs("    sysctls: [\"" PORTS "\"]\n", out);
    if (has_further_groups(snippet)) {
        (void)fputs("    group_add: [", out);
        further_groups(out, snippet, "", ", ");
        (void)fputs("]\n", out);
    }
}

/* ---- Kubernetes ---- */

/* The capwrap in the image passes the capabilities on; only the user's group may execute it. */
static void kubernetes_image(FILE *out, const struct snippet *snippet) {
    char text[CAPNAME_LIST_SIZE];

    (void)fprintf(out,
                  "# At the end of the Dockerfile of IMAGE; setcap is in libcap2-bin or libcap:\n"
                  "#   COPY --from=capwrap /capwrap /usr/bin/capwrap\n"
                  "#   USER 0:0\n"
                  "#   RUN chgrp %u /usr/bin/capwrap && chmod 0750 /usr/bin/capwrap && setcap ",
                  snippet->gid);
    capname_join(snippet->keep, "cap_", ",", text);
    for (const char *c = text; *c != '\0'; c++)
        (void)fputc(tolower((unsigned char)*c), out);
    (void)fprintf(out, "=p /usr/bin/capwrap\n#   USER %u:%u\n", snippet->uid, snippet->gid);
}

static void kubernetes_command(FILE *out, const struct snippet *snippet) {
    (void)fputs("      command: ", out);
    if (user_needs_capabilities(snippet)) {
        (void)fputs("[\"capwrap\", \"--keep\", \"", out);
        names(out, snippet->keep, "", ",");
        (void)fputs("\", \"--no-new-privs\", \"--\"]\n      args: ", out);
    }
    quote_array(out, snippet->command, DOLLAR_BEFORE_PAREN);
    (void)fputc('\n', out);
}

static void write_kubernetes(FILE *out, const struct snippet *snippet) {
    if (user_needs_capabilities(snippet))
        kubernetes_image(out, snippet);
    (void)fputs("apiVersion: v1\nkind: Pod\nmetadata:\n  name: program\nspec:\n", out);
    if (has_further_groups(snippet)) {
        (void)fputs("  securityContext:\n    supplementalGroups: [", out);
        further_groups(out, snippet, "", ", ");
        (void)fputs("]\n", out);
    }
    (void)fputs("  containers:\n    - name: program\n      image: IMAGE\n", out);
    kubernetes_command(out, snippet);
    (void)fputs("      securityContext:\n", out);
    if (snippet->uid != 0)
        (void)fputs("        runAsNonRoot: true\n", out);
    (void)fprintf(out, "        runAsUser: %u\n        runAsGroup: %u\n", snippet->uid,
                  snippet->gid);
    (void)fputs("        allowPrivilegeEscalation: false\n", out);
    /* The requirements of Pod Security level "restricted", where they can be met. */
    if (!user_needs_capabilities(snippet) ? snippet->uid != 0 : needs_ports_alone(snippet))
        (void)fputs("        seccompProfile:\n          type: RuntimeDefault\n", out);
    (void)fputs("        capabilities:\n          drop: [ALL]\n", out);
    if (snippet->keep != 0) {
        (void)fputs("          add: [", out);
        names(out, snippet->keep, "", ", ");
        (void)fputs("]\n", out);
    }
}

/* ---- systemd ---- */

static void systemd_command(FILE *out, const struct snippet *snippet) {
    if (snippet->path[0] != '/') {
        char path[2 * PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/%s", snippet->directory, snippet->path);
        quote_systemd(out, path);
    } else {
        quote_systemd(out, snippet->path);
    }
    for (size_t i = 1; snippet->command[i] != NULL; i++) {
        (void)fputc(' ', out);
        quote_systemd(out, snippet->command[i]);
    }
    (void)fputc('\n', out);
}

/* Without "!", User= would remove the capabilities of capwrap. */
static void systemd_capwrap(FILE *out, const struct snippet *snippet) {
    if (snippet->has_entry)
        (void)fprintf(out,
                      "# User= alone would add the user's other groups.\n"
                      "User=%u\nGroup=%u\nExecStart=!/usr/bin/capwrap",
                      snippet->uid, snippet->gid);
    else
        (void)fputs("# User= takes only a user with an entry in the user database.\n"
                    "ExecStart=/usr/bin/capwrap",
                    out);
    capwrap_words(out, snippet, quote_systemd);
    (void)fputc(' ', out);
    systemd_command(out, snippet);
    (void)fputs("RestartPreventExitStatus=125 126 127\nCapabilityBoundingSet=", out);
    names(out, snippet->keep | CAPWRAPS_OWN, "CAP_", " ");
}

static void systemd_directives(FILE *out, const struct snippet *snippet) {
    (void)fprintf(out, "User=%u\nGroup=%u\nExecStart=", snippet->uid, snippet->gid);
    systemd_command(out, snippet);
    if (snippet->keep != 0) {
        (void)fputs("AmbientCapabilities=", out);
        names(out, snippet->keep, "CAP_", " ");
        (void)fputc('\n', out);
    }
    (void)fputs("CapabilityBoundingSet=", out);
    names(out, snippet->keep, "CAP_", " ");
}

static void write_systemd(FILE *out, const struct snippet *snippet) {
    (void)fputs("[Service]\n", out);
    if (systemd_needs_capwrap(snippet))
        systemd_capwrap(out, snippet);
    else
        systemd_directives(out, snippet);
    (void)fputs("\nNoNewPrivileges=yes\n", out);
}

/* ---- all of them ---- */

static const struct {
    const char *name, *title;
    void (*write)(FILE *out, const struct snippet *snippet);
} KINDS[SNIPPETS] = {
    {"capwrap", "command line", write_capwrap},
    {"dockerfile", "Dockerfile", write_dockerfile},
    {"compose", "Compose file", write_compose},
    {"kubernetes", "Kubernetes manifest", write_kubernetes},
    {"systemd", "systemd unit", write_systemd},
};

const char *snippet_name(unsigned kind) { return KINDS[kind].name; }

const char *snippet_title(unsigned kind) { return KINDS[kind].title; }

char *snippet_text(unsigned kind, const struct snippet *snippet) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    KINDS[kind].write(out, snippet);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
