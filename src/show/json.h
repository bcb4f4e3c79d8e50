/*
 * json - the few structures that --json prints. The output is valid JSON for every input.
 */
#ifndef CAPWRAP_JSON_H
#define CAPWRAP_JSON_H

#include <stdio.h>

#include "core/cred.h"
#include "core/fail.h"

/* Returns the stable word for a code, such as "cap-not-permitted"; never NULL. */
const char *json_code(enum fail_code code);

/* Prints a string; bytes that are not UTF-8 become U+FFFD, and control and format characters
 * (text/printable.h) are escaped. NULL becomes null. */
void json_string(FILE *out, const char *text);

/* Prints a set, as a member of an object: "NAME":["CHOWN",…]. */
void json_caps(FILE *out, const char *name, uint64_t set);

/* Prints the capabilities of a file: {"effective":…,"permitted":[…],"inheritable":[…]}. */
void json_file_caps(FILE *out, const struct exec_file *file);

/* Prints a whole state. securebits is null when it is not known. */
void json_cred(FILE *out, const struct cred *cred, bool securebits_known);

#endif
