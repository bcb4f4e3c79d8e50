/*
 * snippets - the configuration that runs the program with what was learned, for one platform each,
 * by the least privilege that does it (docs/adr/0030-configuration.md).
 *
 * capwrap is in them only where the platform itself cannot start the program so.
 */
#ifndef CAPWRAP_LEARN_SNIPPETS_H
#define CAPWRAP_LEARN_SNIPPETS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* What they are made from. */
struct snippet {
    const char *user; /* as it was given to --user; NULL: the ids */
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary ones, with gid among them */
    size_t group_count;
    bool has_entry;  /* in the user database */
    bool own_groups; /* groups are gid and those that the database lists for the user */
    uint64_t keep;
    char *const *command;  /* as given */
    const char *path;      /* of the program; where it was found */
    const char *directory; /* the working directory, to which a relative path belongs */
};

enum { SNIPPETS = 5 };

/* Names of the kinds, as in --format, and in the order of the JSON document. */
const char *snippet_name(unsigned kind);

/* What the kind is, for a sentence: "Dockerfile". */
const char *snippet_title(unsigned kind);

/* Lines, each with its newline; the caller's to free. NULL without memory. */
char *snippet_text(unsigned kind, const struct snippet *snippet);

#endif
