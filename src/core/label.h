/*
 * label - what a security module confines a program by: AppArmor's profile, SELinux's context. The
 * kernel is asked to change it at the next execve (core/sys.h).
 *
 * Pure: texts alone.
 */
#ifndef CAPWRAP_LABEL_H
#define CAPWRAP_LABEL_H

#include <stdbool.h>
#include <stddef.h>

enum module { MODULE_APPARMOR, MODULE_SELINUX, MODULES };

enum {
    LABEL_MOST = 1024,           /* bytes of a label */
    LABEL_TEXT = LABEL_MOST + 64 /* bytes of what is written or read for one */
};

/* The module's name, as a static string. */
const char *label_module(enum module module);

/* Fills text with what asks the module for label, without a NUL. Returns its length; 0 where label
 * is empty or longer than LABEL_MOST. */
size_t label_request(enum module module, const char *label, char text[LABEL_TEXT]);

/* Whether the module's answer, of this length, is that label. AppArmor tells the profile's mode
 * with it; a NUL or a newline may end it. */
bool label_matches(enum module module, const char *label, const char *text, size_t length);

#endif
