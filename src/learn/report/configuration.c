#include "learn/report/configuration.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/observe.h"
#include "core/pool.h"
#include "learn/report/assessment.h"
#include "learn/report/wrap.h"
#include "text/capname.h"
#include "users/passwd.h"

enum { MARK = sizeof "#", ITEM = sizeof "# -" };

/* The user's entry as systemd sees it: whether it exists, and whether its groups are those that the
 * program had while it was watched. */
static void look_up(const struct identity *identity, const struct groups *groups,
                    struct snippet *snippet) {
    struct account account = {0};
    struct groups own = {0};

    snippet->has_entry = passwd_by_uid(identity->account.uid, &account) == 1;
    const char *name = identity->account.name != NULL ? identity->account.name : account.name;
    if (snippet->has_entry && passwd_groups(name, identity->account.gid, &own) == 1) {
        observe_sort(&own);
        snippet->own_groups = groups_equal(&own, groups);
    }
    pool_release(own.list);
    passwd_free(&account);
}

struct snippet configuration_of(const struct result *result) {
    static char directory[PATH_MAX];
    const struct subject *subject = &result->subject;
    const struct identity *identity = &subject->identity;
    const struct groups *groups =
        identity->changes_groups ? &identity->groups : &subject->pipeline.start.cred.groups;

    struct snippet snippet = {
        .user = subject->user,
        .uid = identity->account.uid,
        .gid = identity->account.gid,
        .groups = groups->list,
        .group_count = groups->count,
        .keep = result->keep,
        .command = subject->command,
        .path = result->first.program.path,
        .directory = getcwd(directory, sizeof directory) != NULL ? directory : "",
    };
    look_up(identity, groups, &snippet);
    return snippet;
}

const char *configuration_refused(const struct result *result) {
    if (assessment_program_failed(result))
        return "the program failed";
    if (result->state == STATE_NOT_CONFIRMED)
        return "the program was not confirmed to work";
    return NULL;
}

static void comment(FILE *out, const char *text) {
    (void)fputs("# ", out);
    wrap(out, MARK, "#", ITEM, text);
}

/* Writes each as an item of a list. */
static void comments(FILE *out, const struct limit *sentences, size_t count) {
    for (size_t i = 0; i < count; i++) {
        (void)fputs("# - ", out);
        wrap(out, ITEM, "#", ITEM, sentences[i].text);
    }
}

static void write_comments(FILE *out, const struct result *result, unsigned kind) {
    static struct limit limits[ASSESSMENT_LIMITS], reasons[REASONS];
    const char *refused = configuration_refused(result);
    char names[CAPNAME_LIST_SIZE], text[CAPNAME_LIST_SIZE + 64];

    capname_join(result->keep, "", ", ", names);
    if (refused != NULL)
        (void)snprintf(text, sizeof text, "capwrap-learn: no %s: %s", snippet_title(kind), refused);
    else
        (void)snprintf(text, sizeof text, "capwrap-learn: needs %s (%s)",
                       result->keep == 0 ? "no capability" : names, assessment_state(result));
    comment(out, text);
    comments(out, reasons, assessment_reasons(result, reasons));
    comments(out, limits, assessment_limits(result, limits));
}

int configuration_write(FILE *out, const struct result *result, unsigned kind) {
    write_comments(out, result, kind);
    if (configuration_refused(result) != NULL)
        return 0;
    struct snippet snippet = configuration_of(result);
    char *lines = snippet_text(kind, &snippet);
    if (lines == NULL)
        return -ENOMEM;
    (void)fputs(lines, out);
    free(lines);
    return 0;
}
