#include "learn/attach/narrowing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "learn/attach/watched.h"
#include "learn/report/wrap.h"
#include "text/capname.h"

static void names(FILE *out, uint64_t set, const char *prefix, const char *separator) {
    char text[CAPNAME_LIST_SIZE];

    capname_join(set, prefix, separator, text);
    (void)fputs(text, out);
}

static void write_docker(FILE *out, const struct seen_sets *sets) {
    (void)fputs("# docker run --cap-drop ALL ", out);
    if (sets->used != 0) {
        names(out, sets->used, "--cap-add ", " ");
        (void)fputc(' ', out);
    }
    (void)fputs("IMAGE\n", out);
}

static void write_compose(FILE *out, const struct seen_sets *sets) {
    (void)fputs("services:\n  SERVICE:\n    cap_drop: [ALL]\n    cap_add: [", out);
    names(out, sets->used, "", ", ");
    (void)fputs("]\n", out);
}

static void write_kubernetes(FILE *out, const struct seen_sets *sets) {
    (void)fputs("securityContext:\n  capabilities:\n    drop: [ALL]\n    add: [", out);
    names(out, sets->used, "", ", ");
    (void)fputs("]\n", out);
}

/* An empty value resets the setting of the unit; otherwise both would be added up. */
static void systemd_set(FILE *out, const char *directive, uint64_t set) {
    (void)fprintf(out, "%s=\n", directive);
    if (set == 0)
        return;
    (void)fprintf(out, "%s=", directive);
    names(out, set, "CAP_", " ");
    (void)fputc('\n', out);
}

static void write_systemd(FILE *out, const struct seen_sets *sets) {
    (void)fputs("[Service]\n", out);
    systemd_set(out, "CapabilityBoundingSet", sets->used);
    if (sets->ambient != 0)
        systemd_set(out, "AmbientCapabilities", sets->used & sets->ambient);
}

char *narrowing_text(unsigned kind, const struct attached *attached) {
    static const struct {
        const char *name;
        void (*write)(FILE *out, const struct seen_sets *sets);
    } kinds[] = {{"dockerfile", write_docker},
                 {"compose", write_compose},
                 {"kubernetes", write_kubernetes},
                 {"systemd", write_systemd}};
    struct seen_sets sets = attached->seen.sets;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    sets.used = watched_together(attached);
    for (size_t i = 0; out != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, snippet_name(kind)) == 0)
            kinds[i].write(out, &sets);
    if (out != NULL && fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Writes where the lines belong. */
static void write_place(FILE *out, const struct attached *attached, unsigned kind) {
    if (strcmp(snippet_name(kind), "systemd") != 0)
        return;
    for (unsigned i = 0; i < attached->target_count; i++)
        if (attached->targets[i].named.kind == TARGET_UNIT) {
            char text[512];
            (void)snprintf(text, sizeof text, "A drop-in: systemctl edit %s",
                           attached->targets[i].named.name);
            (void)fputs("# ", out);
            wrap(out, sizeof "#", "#", sizeof "#", text);
        }
}

int narrowing_write(FILE *out, const struct attached *attached, unsigned kind) {
    static struct watched_limit limits[WATCHED_LIMITS];
    size_t count = watched_limits(attached, limits);
    char *lines = narrowing_text(kind, attached);

    if (lines == NULL)
        return -ENOMEM;
    (void)fputs("# capwrap-learn: what was used (observed)\n", out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs("# - ", out);
        wrap(out, sizeof "# -", "#", sizeof "# -", limits[i].text);
    }
    write_place(out, attached, kind);
    (void)fputs(lines, out);
    free(lines);
    return 0;
}
