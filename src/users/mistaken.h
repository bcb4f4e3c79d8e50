/*
 * mistaken - USER where COMMAND belongs, as the command line of gosu and su-exec has it.
 */
#ifndef CAPWRAP_MISTAKEN_H
#define CAPWRAP_MISTAKEN_H

#include "core/pipeline.h"

/* Where *f tells that the program command[0] was not found, no user was asked for, and that word is
 * a user of /etc/passwd or a number: sets the hint to the same line with --user. Asks no name
 * service, because that would load its modules. */
void mistaken_user(const struct pipeline *pipeline, char *const command[], struct fail *f);

#endif
