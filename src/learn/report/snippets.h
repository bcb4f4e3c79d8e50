/*
 * snippets - the configuration that runs the program with the learned capabilities, one for each
 * platform, with the least privilege that suffices (docs/adr/0030-configuration.md).
 *
 * A snippet uses capwrap only if the platform itself cannot start the program in this way.
 */
#ifndef CAPWRAP_LEARN_SNIPPETS_H
#define CAPWRAP_LEARN_SNIPPETS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The values that the snippets are made from. */
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

/* The name of the kind in --format; the kinds have the order of the JSON document. */
const char *snippet_name(unsigned kind);

/* The title of the kind for a sentence: "Dockerfile". */
const char *snippet_title(unsigned kind);

/* Lines, each with its newline; the caller frees them. NULL without memory. */
char *snippet_text(unsigned kind, const struct snippet *snippet);

#endif
