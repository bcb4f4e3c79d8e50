/*
 * ref - naive references, written from the manual pages and from nothing else: each states in
 * the simplest way what a reader of capwrap must make of its input.
 */
#ifndef CAPWRAP_FUZZ_REF_H
#define CAPWRAP_FUZZ_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capwrap/options.h"

/* ---- words (ref_words.c) ---- */

/* Decimal: digits only, no leading zero, at most max. */
bool ref_is_number(const char *word);
bool ref_number(const char *word, uint64_t max, uint64_t *value);
/* 1 to 16 hexadecimal digits, with or without 0x. */
bool ref_hex(const char *word, uint64_t *set);
/* The number of a capability, or -1. */
int ref_cap(const char *word, size_t length);

/* ---- the command line, by getopt_long(3) (ref_options.c) ---- */

/* What the words say, in the fields of struct options; of these the parser's own are left alone. */
struct said {
    struct options options;
    int command; /* index of COMMAND; that of the NULL at the end when there is none */
};

/* False when the manual page says that the line is refused. */
bool ref_options(int argc, char **argv, struct said *said);
/* The names of all options, one by one; NULL after the last. */
const char *ref_option(size_t place);

/* ---- the users and groups that are named (ref_users.c) ---- */

struct ref_user {
    char *name, *home, *shell;
    uint32_t uid, gid;
};

struct ref_group {
    char *name, *members; /* commas between */
    uint32_t gid;
    bool nameless; /* a comment or a marker: it has members alone */
};

/* The databases, in the order of their lines. */
struct ref_database {
    size_t user_count, group_count;
    struct ref_user *users;
    struct ref_group *groups;
};

/* How glibc's NSS reads the files, which a static capwrap does too; or how the C library's
 * fgetpwent(3) and fgetgrent(3) do. A file that is not clear has no entries. */
bool ref_is_clear(const char *text, size_t size);
void ref_read_as_nss(const char *passwd, size_t passwd_size, const char *group, size_t group_size,
                     struct ref_database *database);
void ref_read_by_libc(char *passwd, size_t passwd_size, char *group, size_t group_size,
                      struct ref_database *database);
void ref_database_free(struct ref_database *database);

const struct ref_user *ref_user_by_name(const struct ref_database *database, const char *name);
const struct ref_user *ref_user_by_uid(const struct ref_database *database, uint32_t uid);
const struct ref_group *ref_group_by_name(const struct ref_database *database, const char *name);
bool ref_is_member(const struct ref_group *group, const char *name);

struct ref_identity {
    bool change_identity, change_groups;
    uint32_t uid, gid;
    const struct ref_user *entry; /* of the user; NULL without one, or when it was not looked for */
    size_t count;
    uint32_t *groups; /* ascending, no id twice; malloced */
};

/* False when the manual page says that it is refused. Without --user the caller's ids are used.
 */
bool ref_resolve(const struct who *who, uint32_t caller_uid, uint32_t caller_gid,
                 const struct ref_database *database, struct ref_identity *identity);

/* ---- files, as execve reads them (ref_files.c) ---- */

enum { REF_HEAD = 256 }; /* what the kernel reads of a file */

/* The interpreter of a script by the rule of binfmt_script: 1 and its name; 0 if the file is not a
 * script; -1 if it names none, or if its name may continue after what is read. */
int ref_interpreter(const uint8_t *file, size_t size, char name[REF_HEAD]);

enum ref_caps { REF_NO_CAPS, REF_CAPS, REF_UNCLEAR };

struct ref_file_caps {
    bool effective;
    uint64_t permitted, inheritable;
};

/* The attribute security.capability in the initial user namespace: REF_UNCLEAR for all that is
 * neither revision 2 nor a revision 3 that belongs to another root. */
enum ref_caps ref_file_caps(const uint8_t *attribute, size_t size, struct ref_file_caps *caps);

/* The text is one JSON value and a line feed (RFC 8259). */
bool ref_is_json(const char *text, size_t size);

#endif
