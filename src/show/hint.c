#include "show/hint.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/cred.h"
#include "text/capname.h"
#include "text/list.h"
#include "text/printable.h"

/* Returns the file capabilities that could give this start what it lacks. A change to another user
 * requires root: who may execute a file that grants SETUID can become root. */
static uint64_t usable_grant(const struct fail *f, const struct place *place) {
    bool identity =
        f->code == FAIL_NEED_SETUID || f->code == FAIL_NEED_SETGID || f->code == FAIL_NEED_CHOWN;

    return identity ? 0 : place->file_grant;
}

/* The remedy when /.dockerenv is not the sign of a container. */
static const char *without_container(const struct place *place, uint64_t caps) {
    if (!place->weak)
        return "";
    if (!place->root)
        return " (without a container: run capwrap as root)";
    return (caps & (caps - 1)) == 0
               ? " (without a container: start capwrap with it in the bounding set)"
               : " (without a container: start capwrap with them in the bounding set)";
}

/* For a capability in the bounding set that the file capabilities of capwrap did not give. */
static void for_granted(const struct fail *f, const struct place *place, uint64_t grant,
                        size_t size, char *text) {
    if ((f->caps & ~grant) != 0) {
        char names[CAPNAME_LIST_SIZE];
        capname_join(f->caps & ~grant, "", ",", names);
        (void)snprintf(text, size, "add %s to the file capabilities of capwrap%s", names,
                       place->kind == DOCKER || place->kind == KUBERNETES ? " in the image" : "");
    } else if (f->code == FAIL_CAP_MASKED) {
        /* With no_new_privs a file passes on only what the caller held; a shell or an init before
         * capwrap has lost it. */
        (void)snprintf(text, size,
                       "start capwrap as the first program of the container (docker run without "
                       "--init, no shell), or start the container as root and give the user to "
                       "capwrap with --user: the file capabilities of capwrap gave nothing, "
                       "because another program came first or the runtime left its user none");
    } else {
        (void)snprintf(text, size,
                       "put capwrap where file capabilities count: on no volume that is mounted "
                       "nosuid, and set in this user namespace or outside of it");
    }
}

/* Writes how to permit the missing capabilities, as the start of a sentence. The hint does not tell
 * root to become root, and does not tell others to add what root holds anyway. */
static void permit(const struct fail *f, const struct place *place, uint64_t grant, size_t size,
                   char *text) {
    bool root = place->root || grant != 0;
    const uint64_t caps = (f->caps | f->also) & ~(place->root ? 0 : f->bounded);
    char names[CAPNAME_LIST_SIZE];
    const char *too = grant != 0 && (caps & ~grant) != 0
                          ? ", and add the same to the file capabilities of capwrap in the image"
                          : "";

    if (grant != 0 && caps == 0) {
        for_granted(f, place, grant, size, text);
        return;
    }
    switch (place->kind) {
    case KUBERNETES:
        capname_join(caps, "", ", ", names);
        (void)snprintf(text, size, "%s%s%s%s%s", root ? "" : "set runAsUser: 0",
                       caps == 0 ? ""
                       : root    ? "add "
                                 : ", and add ",
                       names, caps == 0 ? "" : " to securityContext.capabilities.add", too);
        return;
    case DOCKER:
        capname_join(caps, "--cap-add ", " ", names);
        (void)snprintf(text, size, "start the container%s%s%s%s%s", root ? "" : " as root",
                       caps == 0 ? "" : " with ", names, too, without_container(place, caps));
        return;
    case SYSTEMD:
        capname_join(caps, "CAP_", " ", names);
        (void)snprintf(text, size, "%s%s%s",
                       root        ? "add "
                       : caps == 0 ? "keep User= and write ExecStart=!"
                                   : "keep User= and write ExecStart=!, with ",
                       names,
                       root        ? " to CapabilityBoundingSet="
                       : caps == 0 ? ""
                                   : " in CapabilityBoundingSet=");
        return;
    case SHELL:
    case PLACES:
        capname_join(caps, "", ",", names);
        (void)snprintf(text, size, "%s%s%s",
                       root        ? "start capwrap with "
                       : caps == 0 ? "run capwrap as root"
                                   : "run capwrap as root, with ",
                       names, caps == 0 ? "" : " in its bounding set");
        return;
    }
}

static const char *for_noroot(const struct place *place) {
    return place->kind == SYSTEMD
               ? "leave out SecureBits=noroot: root keeps only what AmbientCapabilities= names"
               : "clear the securebit NOROOT before capwrap: root keeps only ambient capabilities";
}

static const char *for_bounding_only(const struct place *place) {
    static const char *const hints[PLACES] = {
        [SHELL] = "run capwrap as root with --user",
        [SYSTEMD] = "keep User= and write ExecStart=! with --user, or name it in "
                    "AmbientCapabilities=",
        [DOCKER] = "start as root (docker run --user 0) and give the user to capwrap with --user, "
                   "or put a capwrap with file capabilities into the image",
        [KUBERNETES] = "set runAsUser: 0 and give the user to capwrap with --user, or put a "
                       "capwrap with file capabilities into the image",
    };
    if (place->noroot)
        return for_noroot(place);
    if (place->root)
        return "start capwrap before it is dropped: a program in front of capwrap gave it up";
    return hints[place->kind < PLACES ? place->kind : SHELL];
}

/* For a COMMAND that is an option, the exec form of a Dockerfile, a line or a word of the shell, a
 * variable with its value, or a program together with its arguments. */
static bool for_command(const char *word, size_t size, char *text) {
    static const char builtins[] = "alias,cd,eval,exec,export,set,source,trap,ulimit,unset";
    const char *before = NULL, *after = "", *blank = strpbrk(word, " \t\n");
    bool builtin = list_has(builtins, word, strlen(word));

    if (word[0] == '-' && word[1] != '\0') {
        before = "write options before -- (those of docker run before the image): ";
    } else if (word[0] == '[') {
        before = "write the words without brackets, quotes and commas: ";
    } else if (builtin || (strpbrk(word, ";&|<>") != NULL && strchr(word, '\'') == NULL)) {
        before = "write the line for a shell: sh -c '";
        after = builtin ? " ...'" : "'";
    } else if (word[0] != '=' && word[strcspn(word, "=/. ")] == '=') {
        before = "set the variable with env: env ";
    } else if (blank > word && blank[1] != '\0' && strpbrk(word, "\"'$\r") == NULL) {
        before = "write the program and each argument as a word of its own: ";
    }
    if (before != NULL)
        (void)snprintf(text, size, "%s%s%s", before, word, after);
    return before != NULL;
}

/* For a word that no database, directory or table contains, because of its spelling. */
static bool for_word(const struct fail *f, size_t size, char *text) {
    bool is_command = f->code == FAIL_NOT_FOUND;
    bool is_word = is_command || f->code == FAIL_USAGE || f->code == FAIL_UNKNOWN_USER ||
                   f->code == FAIL_UNKNOWN_GROUP ||
                   (f->code == FAIL_DIRECTORY && f->error == ENOENT);

    if (f->subject == NULL || !is_word)
        return false;
    return (is_command && for_command(f->subject, size, text)) ||
           printable_advice(f->subject, size, text);
}

/* For a capability that is in the bounding set but not permitted. */
static void for_not_given(const struct fail *f, const struct place *place, size_t size,
                          char *text) {
    bool container = place->kind == DOCKER || place->kind == KUBERNETES;
    uint64_t grant = container ? usable_grant(f, place) : 0;

    if (grant != 0)
        for_granted(f, place, grant, size, text);
    else if (f->code == FAIL_CAP_MASKED && container && !place->root)
        (void)snprintf(text, size,
                       "put a capwrap with file capabilities into the image, or start the "
                       "container as root and give the user to capwrap with --user");
    else
        (void)snprintf(text, size, "%s", for_bounding_only(place));
}

/* The remedies that are the same in every environment.
 * NOLINTBEGIN(bugprone-suspicious-missing-comma): a long one consists of several literals. */
static const char *const FIXED[FAIL_CODES] = {
    [FAIL_USAGE] = "see capwrap --help",
    [FAIL_UNKNOWN_USER] = "add the user to the system, or give its number as UID:GID",
    [FAIL_UNKNOWN_GROUP] = "add the group to the system, or give its number",
    [FAIL_GROUP_NEEDED] = "name the group as well: --user UID:GID",
    [FAIL_BAD_ID] = "correct the entry in the user database",
    [FAIL_LOOKUP] = "give numbers and --no-login-env, so that no database is asked",
    [FAIL_TOO_MANY_GROUPS] = "name the groups that the program needs: --groups LIST",
    [FAIL_MEMORY] = "raise the memory limit",
    [FAIL_STARTED_SETID] = "start it with equal real and effective ids: chmod ug-s, no seteuid",
    [FAIL_GRANT_IDENTITY] = "leave out --user, --groups and --chown-stdio, or start as root",
    [FAIL_LISTEN_FDS] = "leave out --close-fds: the program is to receive these sockets",
    [FAIL_CAP_UNKNOWN] = "leave it out of --keep; capwrap --list-caps lists what there is",
    [FAIL_SECUREBITS_LOCKED] = "start from a process whose securebits are not locked",
    [FAIL_NEED_NO_NEW_PRIVS] = "add --no-new-privs",
    [FAIL_UNSUPPORTED] = "leave out --disable-userns, and set user.max_user_namespaces to 0",
    [FAIL_MODULE_ABSENT] = "start the kernel with this security module, or leave out the option",
    [FAIL_LABEL_UNKNOWN] = "load the profile or the policy that holds this label",
    [FAIL_LABEL_DENIED] = "let the profile or the domain that capwrap runs in change to this one",
    [FAIL_LABEL_LOCKED] =
        "start capwrap without no_new_privs, under which AppArmor changes a profile only from "
        "unconfined, and SELinux a context only where its policy has nnp_transition",
    [FAIL_UNMAPPED_ID] = "use ids that /proc/self/uid_map and /proc/self/gid_map contain",
    [FAIL_SETGROUPS_DENIED] = "write --groups keep, and use ids of /proc/self/uid_map and gid_map: "
                              "/proc/self/setgroups denies setgroups(2)",
    [FAIL_KEY_QUOTA] = "raise /proc/sys/kernel/keys/maxkeys",
    [FAIL_PARENT_GONE] = "start it again from a parent process that keeps running",
    [FAIL_DIRECTORY] = "name a directory with --chdir that exists and that the user may search",
    [FAIL_NOT_FOUND] = "check the name and PATH, or give the whole path",
    [FAIL_PROCESS_LIMIT] = "raise the limit (ulimit -u), or end processes of that user",
    [FAIL_ROOT_GAINS] = "choose another user with --user, or add --no-new-privs",
    [FAIL_REGAINED] = "find the sandbox that answers calls without making them",
    [FAIL_NOT_AS_PLANNED] = "find the sandbox that answers calls without making them",
    [FAIL_NO_PROCESS] = "give the number of a process that /proc shows to you",
    [FAIL_OUTPUT] = "check where standard output goes",
    [FAIL_KILLED] = "allow the call in the seccomp filter; strace names it",
}; /* NOLINTEND(bugprone-suspicious-missing-comma) */

/* A hint that contains the name of the file: the text before and after it. */
struct about_file {
    enum fail_code code;
    int error; /* 0: any other */
    const char *before, *after;
};

/* The first row that matches is used. */
static const struct about_file ABOUT_FILE[] = {
    {FAIL_NOT_EXECUTABLE, ENOEXEC, "begin it with a #! line, or name its interpreter: sh ", ""},
    {FAIL_NOT_EXECUTABLE, ETXTBSY, "wait until nobody has ", " open for writing"},
    {FAIL_NOT_EXECUTABLE, E2BIG, "shorten the arguments or the environment of ", ""},
    {FAIL_NOT_EXECUTABLE, EISDIR, "name a file in ", ""},
    {FAIL_NOT_EXECUTABLE, 0, "let the user execute ", ", on a mount without noexec"},
    {FAIL_INTERPRETER, ELOOP, "name the last interpreter in the #! line of ", ""},
    {FAIL_INTERPRETER, ENOENT, "install it, or correct the #! line of ", ""},
    {FAIL_INTERPRETER, ENOEXEC, "name an interpreter in the #! line of ", ""},
    {FAIL_INTERPRETER, 0, "let the user execute the interpreter of ", ""},
    {FAIL_FILE_CAPABILITIES, 0, "remove its file capabilities: setcap -r ", ""},
    {FAIL_OUTSIDE_BOUNDING, 0, "keep them as well, or remove them: setcap -r ", ""},
    {FAIL_SET_ID, 0, "add --no-new-privs, or remove the bits: chmod ug-s ", ""},
    {FAIL_UNREADABLE, 0, "let the user read it: chmod a+r ", ""},
};

static const struct about_file *for_program(const struct fail *f) {
    static const struct about_file loader = {FAIL_INTERPRETER, 0,
                                             "provide the loader that it names: readelf -l ", ""};

    if (f->code == FAIL_INTERPRETER && strcmp(f->step, "exec") == 0)
        return &loader;
    for (size_t i = 0; i < sizeof ABOUT_FILE / sizeof ABOUT_FILE[0]; i++)
        if (ABOUT_FILE[i].code == f->code &&
            (ABOUT_FILE[i].error == 0 || ABOUT_FILE[i].error == f->error))
            return &ABOUT_FILE[i];
    return NULL;
}

/* Returns the hint for a refused system call, which depends on the error alone. */
static const char *for_system_call(const char *step, int error) {
    switch (error) {
    case EPERM:
    case ENOSYS:
        if (strcmp(step, "fds") == 0)
            return "leave out --close-fds: a seccomp filter refuses close_range(2)";
        return "allow the call in the seccomp filter or security module that refused it";
    case ENOMEM:
        return "raise the memory limit";
    default:
        return "look at the error: the kernel, or a sandbox in front of it, refused the call";
    }
}

/* Writes the hint for the code of the failure. */
static void for_code(const struct fail *f, const struct place *place, size_t size, char *text) {
    char way[CAPNAME_LIST_SIZE + 256];
    const char *hint = FIXED[f->code], *instead = f->hint; /* in place of what is missing */

    if (place->noroot && f->code != FAIL_CAP_NOT_PERMITTED)
        (void)snprintf(way, sizeof way, "%s", for_noroot(place));
    else
        permit(f, place, usable_grant(f, place), sizeof way, way);
    switch (f->code) {
    case FAIL_NEED_SETPCAP:
        instead =
            strcmp(f->step, "bounding") == 0 ? "add --no-new-privs" : "leave out --lock-securebits";
        hint = way;
        break;
    case FAIL_CAP_NOT_PERMITTED:
    case FAIL_NEED_SETUID:
    case FAIL_NEED_SETGID:
    case FAIL_NEED_CHOWN:
        hint = way;
        break;
    case FAIL_CAP_BOUNDING_ONLY:
    case FAIL_CAP_MASKED:
        for_not_given(f, place, size, text);
        return;
    case FAIL_OLD_KERNEL:
        hint = strcmp(f->step, "fds") == 0 ? "use Linux 5.9 or later, or leave out --close-fds"
                                           : "use Linux 4.3 or later";
        break;
    case FAIL_STRICT:
        instead = "leave out --strict";
        hint = strcmp(f->step, "bounding") == 0 ? way
               : strcmp(f->step, "want") == 0   ? "--want"
                                                : "remove the file capabilities with setcap -r";
        break;
    case FAIL_SYSTEM_CALL:
        hint = for_system_call(f->step, f->error);
        break;
    default:
        break;
    }
    (void)snprintf(text, size, "%s%s%s", instead == NULL ? "" : instead,
                   instead == NULL ? "" : ", or ", hint);
}

void hint_for(const struct fail *f, const struct place *place, size_t size, char *text) {
    const char *given = f->advice[0] != '\0'          ? f->advice
                        : f->code == FAIL_NEED_SETGID ? NULL
                                                      : f->hint;

    if (f->advice[0] == '\0' && for_word(f, size, text))
        return;
    const struct about_file *about = for_program(f);
    if (given != NULL)
        (void)snprintf(text, size, "%s", given);
    else if (about != NULL && f->subject != NULL)
        (void)snprintf(text, size, "%s%s%s", about->before, f->subject, about->after);
    else
        for_code(f, place, size, text);
}
