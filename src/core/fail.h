/*
 * fail - the reason why capwrap stopped, as a value.
 *
 * Every function that can refuse takes a struct fail, fills it once and returns -1. These functions
 * print nothing: main prints, so that the whole pipeline can be tested and rehearsed.
 */
#ifndef CAPWRAP_FAIL_H
#define CAPWRAP_FAIL_H

#include <stdint.h>

/* Exit statuses of capwrap itself; the program sets all others (as with env(1), chroot(1)). */
enum {
    EXIT_REFUSED = 125,        /* capwrap refused or failed; nothing ran */
    EXIT_NOT_EXECUTABLE = 126, /* the program was found and cannot be executed */
    EXIT_NOT_FOUND = 127,      /* the program was not found */
};

/* The kind of error: one code for each remedy, with the word that --json prints (show/json.h). The
 * manual page explains each code, and show/hint.c contains its remedy. */
/* clang-format off */
#define FAIL_CODE_LIST(X)                                                                  \
    X(NONE, "none")                                                                        \
    /* before anything changes */                                                          \
    X(USAGE, "usage") X(UNKNOWN_USER, "unknown-user") X(UNKNOWN_GROUP, "unknown-group")    \
    X(GROUP_NEEDED, "group-needed") X(BAD_ID, "bad-id") X(LOOKUP, "lookup")                \
    X(TOO_MANY_GROUPS, "too-many-groups") X(MEMORY, "memory") X(STARTED_SETID, "started-setid")                                  \
    X(GRANT_IDENTITY, "grant-identity") X(LISTEN_FDS, "listen-fds")                        \
    X(OLD_KERNEL, "old-kernel") X(CAP_UNKNOWN, "cap-unknown")                              \
    X(CAP_NOT_PERMITTED, "cap-not-permitted") X(CAP_BOUNDING_ONLY, "cap-bounding-only")    \
    X(CAP_MASKED, "cap-masked") X(NEED_SETPCAP, "need-setpcap")                            \
    X(NEED_SETUID, "need-setuid") X(NEED_SETGID, "need-setgid")                            \
    X(NEED_CHOWN, "need-chown") X(STRICT, "strict")                                        \
    X(SECUREBITS_LOCKED, "securebits-locked") X(NEED_NO_NEW_PRIVS, "need-no-new-privs")    \
    X(UNSUPPORTED, "unsupported")                                                          \
    /* while changing */                                                                   \
    X(UNMAPPED_ID, "unmapped-id") X(SETGROUPS_DENIED, "setgroups-denied")                  \
    X(MODULE_ABSENT, "module-absent") X(LABEL_UNKNOWN, "label-unknown")                    \
    X(LABEL_DENIED, "label-denied") X(LABEL_LOCKED, "label-locked")                        \
    X(KEY_QUOTA, "key-quota") X(SYSTEM_CALL, "system-call") X(PARENT_GONE, "parent-gone")  \
    /* the program */                                                                      \
    X(NOT_FOUND, "not-found") X(NOT_EXECUTABLE, "not-executable")                          \
    X(UNREADABLE, "unreadable") X(INTERPRETER, "interpreter")                              \
    X(DIRECTORY, "directory") X(FILE_CAPABILITIES, "file-capabilities") X(OUTSIDE_BOUNDING, "outside-bounding")      \
    X(SET_ID, "set-id") X(ROOT_GAINS, "root-gains") X(PROCESS_LIMIT, "process-limit")      \
    /* the state that the kernel reports */                                                \
    X(REGAINED, "regained") X(NOT_AS_PLANNED, "not-as-planned")                            \
    /* inspecting */                                                                       \
    X(KILLED, "killed") X(NO_PROCESS, "no-process") X(OUTPUT, "output")

#define FAIL_CODE_ENUM(code, word) FAIL_##code,
enum fail_code { FAIL_CODE_LIST(FAIL_CODE_ENUM) FAIL_CODES };
#undef FAIL_CODE_ENUM
/* clang-format on */

struct fail {
    const char *step; /* static string: the pipeline stage, or the row of the transition table */
    enum fail_code code;
    int error;            /* errno, positive; 0 when no system call failed */
    int exit_code;        /* 125, 126 or 127 */
    uint64_t caps;        /* the capabilities that the error is about; 0 when none */
    uint64_t also;        /* further missing capabilities, for the same hint */
    uint64_t bounded;     /* the bounding set, which root would hold; 0 when it was not read */
    const char *subject;  /* the file or user that a hint names, owned by the caller; or NULL */
    const char *obstacle; /* a second file, printed after text, owned by the caller; or NULL */
    const char *hint;     /* the remedy, where it does not follow from the code: static; or NULL */
    char advice[512];     /* a hint that contains values; it has precedence; "" when none */
    char text[512];       /* what failed, with its value; no step, capabilities or errno */
};

/* Fills *f with exit status 125 and returns -1, for `return fail_set(...)`. (cold: the compiler
 * keeps the code of a refusal apart from that of a normal start.)
 * step: a string that outlives *f. error: errno, positive or negative (sign is dropped), or 0. */
int fail_set(struct fail *f, const char *step, enum fail_code code, int error, const char *format,
             ...) __attribute__((format(printf, 5, 6), cold));

/* Sets the hint of a filled *f to a static string. Returns -1. */
int fail_hint(struct fail *f, const char *hint) __attribute__((cold));

/* As fail_set, for an error about capabilities: the names in the mask caps come before the text. */
int fail_caps(struct fail *f, const char *step, enum fail_code code, uint64_t caps,
              const char *text) __attribute__((cold));

/* As fail_set, for an error about a file or a word: subject comes before the text. */
int fail_about(struct fail *f, const char *step, enum fail_code code, int error,
               const char *subject, const char *text) __attribute__((cold));

/* Sets the hint of a filled *f to one that contains values. If it does not fit, the hint for the
 * code is used. Returns -1. */
int fail_advise(struct fail *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
