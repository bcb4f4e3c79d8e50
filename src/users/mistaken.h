/*
 * mistaken - hints for words in the wrong place: USER or a capability in place of COMMAND, and
 * names that almost match those of the databases. Does not use the name service, because that would
 * load its modules.
 */
#ifndef CAPWRAP_MISTAKEN_H
#define CAPWRAP_MISTAKEN_H

#include <stdbool.h>

#include "core/pipeline.h"

/* The command line of this program; command points to COMMAND in argv. */
struct mistaken_line {
    const char *program;
    char *const *argv, *const *command;
};

/* If *f says that COMMAND was not found, and COMMAND is a user of /etc/passwd or a number, sets the
 * hint to the same line with --user. Returns whether it is. */
bool mistaken_user(const struct mistaken_line *line, struct fail *f);

/* If *f says that COMMAND was not found, sets the hint. For a user of /etc/passwd or a number, when
 * no user was requested, it is the same line with --user; for a capability, it is the --keep or
 * --want list that includes the capability. */
void mistaken_command(const struct pipeline *pipeline, const struct mistaken_line *line,
                      struct fail *f);

/* Checks a COMMAND that is a program but may be meant as USER, as in gosu and su-exec: root would
 * run it as root. Unless -- precedes it, this is refused. Returns 0, or fills *f and returns -1. */
int mistaken_root_command(const struct pipeline *pipeline, const struct mistaken_line *line,
                          struct fail *f);

/* Sets the hint of a filled *f to the name in this file, /etc/passwd or /etc/group, that is nearest
 * to word, if there is one. */
void mistaken_name(const char *file, const char *word, struct fail *f);

/* Sets the hint of a filled *f about the value of --user, when a known user precedes a character
 * other than a colon, or when a number follows a sign. */
void mistaken_form(const char *spec, struct fail *f);

#endif
