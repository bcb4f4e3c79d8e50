#include "show/hint.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cred.h"
#include "show/names.h"

enum place { SHELL, SYSTEMD, DOCKER, KUBERNETES, PLACES };

/* systemd.exec(5), $JOURNAL_STREAM: device and inode of a stream that goes to the journal. */
static bool goes_to_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat status;

    return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

static enum place find_place(void) {
    if (getenv("KUBERNETES_SERVICE_HOST") != NULL)
        return KUBERNETES;
    if (access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0)
        return DOCKER;
    return goes_to_journal() ? SYSTEMD : SHELL;
}

/* How capabilities are permitted, as the beginning of a sentence. */
static void permit(enum place place, uint64_t caps, size_t size, char *text) {
    char names[NAMES_SIZE];

    switch (place) {
    case KUBERNETES:
        names_join(caps, "", ", ", names);
        (void)snprintf(text, size, "set securityContext.capabilities.add: [%s] and start as root",
                       names);
        return;
    case DOCKER:
        names_join(caps, "--cap-add ", " ", names);
        (void)snprintf(text, size, "start the container as root with %s", names);
        return;
    case SYSTEMD:
        names_join(caps, "CAP_", " ", names);
        (void)snprintf(text, size, "let CapabilityBoundingSet= hold %s and leave out User=", names);
        return;
    case SHELL:
    case PLACES:
        names_join(caps, "", ",", names);
        (void)snprintf(text, size, "run capwrap as root, with %s in its bounding set", names);
        return;
    }
}

static const char *for_bounding_only(enum place place) {
    static const char *const hints[PLACES] = {
        [SHELL] = "run capwrap as root with --user",
        [SYSTEMD] = "leave out User= and give the user to capwrap with --user",
        [DOCKER] = "start the container as root and give the user to capwrap with --user, or put "
                   "a capwrap with file capabilities into the image",
        [KUBERNETES] = "set runAsUser: 0 and give the user to capwrap with --user, or put a "
                       "capwrap with file capabilities into the image",
    };
    return hints[place];
}

static const char *for_masked(enum place place) {
    static const char *const hints[PLACES] = {
        [SHELL] = "run capwrap as root with --user",
        [SYSTEMD] = "leave out User= and give the user to capwrap with --user",
        [DOCKER] = "start the container as root and give the user to capwrap with --user, or "
                   "leave out --security-opt no-new-privileges",
        [KUBERNETES] = "set runAsUser: 0 and give the user to capwrap with --user, or set "
                       "allowPrivilegeEscalation: true",
    };
    return hints[place];
}

static const char *for_fixed(enum fail_code code) {
    switch (code) {
    case FAIL_USAGE:
        return "see capwrap --help";
    case FAIL_UNKNOWN_USER:
        return "add the user to the system, or give its number as UID:GID";
    case FAIL_UNKNOWN_GROUP:
        return "add the group to the system, or give its number";
    case FAIL_GROUP_NEEDED:
        return "name the group as well: --user UID:GID, with --groups none or a list";
    case FAIL_BAD_ID:
        return "correct the entry in the user database";
    case FAIL_LOOKUP:
        return "give numbers and --no-login-env, so that no database is asked";
    case FAIL_MEMORY:
        return "raise the memory limit";
    case FAIL_STARTED_SETID:
        return "remove the set-id bits from capwrap (chmod ug-s): it is never installed with them";
    case FAIL_GRANT_IDENTITY:
        return "leave out --user, --groups and --chown-stdio, or start as root instead";
    case FAIL_LISTEN_FDS:
        return "leave out --close-fds: the program is to receive these sockets";
    case FAIL_OLD_KERNEL:
        return "use a newer kernel, or leave out the option that needs it";
    case FAIL_CAP_UNKNOWN:
        return "leave it out of --keep; capwrap --list-caps tells what this kernel has";
    case FAIL_STRICT:
        return "leave out --strict, or remove what it refuses";
    case FAIL_SECUREBITS_LOCKED:
        return "start from a process with other securebits; locked bits stay for good";
    case FAIL_UNMAPPED_ID:
        return "use an id that /proc/self/uid_map and /proc/self/gid_map contain";
    case FAIL_SETGROUPS_DENIED:
        return "add --groups keep: /proc/self/setgroups denies it in this user namespace";
    case FAIL_KEY_QUOTA:
        return "raise /proc/sys/kernel/keys/maxkeys";
    case FAIL_PARENT_GONE:
        return "start it again from a parent that lives";
    case FAIL_NOT_FOUND:
        return "check the name and PATH, or give the whole path";
    case FAIL_PROCESS_LIMIT:
        return "raise the limit (ulimit -u) or end processes of that user";
    case FAIL_ROOT_GAINS:
        return "choose another user with --user, or add --no-new-privs";
    case FAIL_NO_PROCESS:
        return "give the number of a process that /proc shows to you";
    case FAIL_OUTPUT:
        return "check where standard output goes";
    case FAIL_KILLED:
        return "allow the system call in the seccomp filter; dmesg or strace names it";
    default:
        return "report it with the output of capwrap -v: no path should lead here";
    }
}

/* The part of a hint before and after the file that it names. */
struct about_file {
    const char *before, *after;
};

static struct about_file for_not_executable(int error) {
    switch (error) {
    case ENOEXEC:
        return (struct about_file){"begin it with a #! line, or name its interpreter: sh ", ""};
    case ETXTBSY:
        return (struct about_file){"wait until nobody has ", " open for writing"};
    case E2BIG:
        return (struct about_file){"shorten the arguments or the environment of ", ""};
    case EISDIR:
        return (struct about_file){"name a file in ", ""};
    default:
        return (struct about_file){"let the user execute ", " and search its directories"};
    }
}

static struct about_file for_program(const struct fail *f) {
    switch (f->code) {
    case FAIL_FILE_CAPABILITIES:
    case FAIL_OUTSIDE_BOUNDING:
        return (struct about_file){"remove its file capabilities: setcap -r ", ""};
    case FAIL_SET_ID:
        return (struct about_file){"add --no-new-privs, or remove the bits: chmod ug-s ", ""};
    case FAIL_UNREADABLE:
        return (struct about_file){"let the user read it: chmod a+r ", ""};
    case FAIL_INTERPRETER:
        return (struct about_file){"install the interpreter; a #! line must not end in a carriage "
                                   "return: head -n 1 ",
                                   " | od -c"};
    case FAIL_NOT_EXECUTABLE:
        return for_not_executable(f->error);
    default:
        return (struct about_file){NULL, NULL};
    }
}

/* What a refused system call leaves to say depends on the error alone. */
static const char *for_system_call(int error) {
    switch (error) {
    case EPERM:
    case ENOSYS:
        return "allow the call in the seccomp filter or security module that refused it";
    case ENOMEM:
        return "raise the memory limit";
    default:
        return "look at the error: the kernel, or a sandbox in front of it, refused the call";
    }
}

void hint_for(const struct fail *f, size_t size, char *text) {
    char way[NAMES_SIZE + 128];
    enum place place = find_place();

    struct about_file about = for_program(f);
    if (about.before != NULL && f->subject != NULL) {
        (void)snprintf(text, size, "%s%s%s", about.before, f->subject, about.after);
        return;
    }
    permit(place, f->caps, sizeof way, way);
    switch (f->code) {
    case FAIL_CAP_NOT_PERMITTED:
    case FAIL_NEED_SETUID:
    case FAIL_NEED_SETGID:
    case FAIL_NEED_CHOWN:
        (void)snprintf(text, size, "%s", way);
        return;
    case FAIL_NEED_SETPCAP:
        (void)snprintf(text, size, "%s, or %s",
                       strcmp(f->step, "bounding") == 0 ? "add --no-new-privs"
                                                        : "leave out --lock-securebits",
                       way);
        return;
    case FAIL_CAP_BOUNDING_ONLY:
        (void)snprintf(text, size, "%s", for_bounding_only(place));
        return;
    case FAIL_CAP_MASKED:
        (void)snprintf(text, size, "%s", for_masked(place));
        return;
    case FAIL_SYSTEM_CALL:
    case FAIL_REGAINED:
    case FAIL_NOT_AS_PLANNED:
        (void)snprintf(text, size, "%s",
                       f->code == FAIL_SYSTEM_CALL
                           ? for_system_call(f->error)
                           : "find the sandbox that answers calls without making them");
        return;
    default:
        (void)snprintf(text, size, "%s", for_fixed(f->code));
    }
}
