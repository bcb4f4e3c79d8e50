/*
 * snippets - ready lines that run the program with what was learned.
 */
#ifndef CAPWRAP_LEARN_SNIPPETS_H
#define CAPWRAP_LEARN_SNIPPETS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* What they speak of. */
struct snippet {
    const char *user; /* as it was given to --user; NULL: the ids */
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary ones, with gid among them */
    size_t group_count;
    uint64_t keep;
    char *const *command; /* as given */
    const char *path;     /* of the program; where it was found */
};

enum { SNIPPETS = 5 };

/* Names of the kinds, in the order of the reports: those of the JSON document. */
const char *snippet_name(unsigned kind);
const char *snippet_title(unsigned kind);

/* Writes lines, each with its newline. */
void snippet_write(FILE *out, unsigned kind, const struct snippet *snippet);

#endif
