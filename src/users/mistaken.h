/*
 * mistaken - words that stand where others belong: USER or a capability where COMMAND does, and
 * names that are nearly those of the databases. Asks no name service, because that would load its
 * modules.
 */
#ifndef CAPWRAP_MISTAKEN_H
#define CAPWRAP_MISTAKEN_H

#include <stdbool.h>

#include "core/pipeline.h"

/* The command line of this program; command points to COMMAND in it. */
struct mistaken_line {
    const char *program;
    char *const *argv, *const *command;
};

/* Where *f tells that COMMAND was not found: if it is a user of /etc/passwd or a number, sets the
 * hint to the same line with --user. Returns whether it is. */
bool mistaken_user(const struct mistaken_line *line, struct fail *f);

/* Where *f tells that COMMAND was not found: if it is a user of /etc/passwd or a number and no user
 * was asked for, sets the hint to the same line with --user; if it is a capability, to the list
 * with it. */
void mistaken_command(const struct pipeline *pipeline, const struct mistaken_line *line,
                      struct fail *f);

/* COMMAND is a program, and may be meant as USER, as gosu and su-exec take it: root would run it
 * as root. Without -- before it that is refused. Returns 0, or fills *f and returns -1. */
int mistaken_root_command(const struct pipeline *pipeline, const struct mistaken_line *line,
                          struct fail *f);

/* Gives a filled *f the hint that the name in this file, /etc/passwd or /etc/group, is meant that
 * is nearest to word, if there is one. */
void mistaken_name(const char *file, const char *word, struct fail *f);

/* Gives a filled *f, about the value of --user, a hint where a known user stands before a sign that
 * is no colon, or a number behind a sign. */
void mistaken_form(const char *spec, struct fail *f);

#endif
