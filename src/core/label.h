/*
 * label - the label by which a security module confines a program: the profile of AppArmor, or the
 * context of SELinux. The kernel is requested to change it at the next execve (core/sys.h).
 *
 * Pure: this module only handles texts.
 */
#ifndef CAPWRAP_LABEL_H
#define CAPWRAP_LABEL_H

#include <stdbool.h>
#include <stddef.h>

enum module { MODULE_APPARMOR, MODULE_SELINUX, MODULES };

enum {
    LABEL_MOST = 1024,           /* bytes of a label */
    LABEL_TEXT = LABEL_MOST + 64 /* bytes of a text that is written or read */
};

/* Returns the name of the module, a static string. */
const char *label_module(enum module module);

/* Fills text with the request for label, without a NUL. Returns its length; 0 when label is empty
 * or longer than LABEL_MOST. */
size_t label_request(enum module module, const char *label, char text[LABEL_TEXT]);

/* Whether text, read from the module and of this length, is that label. AppArmor appends the mode
 * of the profile; a NUL or a newline may end the text. */
bool label_matches(enum module module, const char *label, const char *text, size_t length);

#endif
