#include "core/program.h"

#include <endian.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/directory.h"
#include "core/image.h"
#include "core/obstacle.h"
#include "core/sys.h"

static const char STEP[] = "program";

static int refuse(struct fail *f, enum fail_code code, int exit_code, int error, const char *path,
                  const char *what) {
    (void)fail_about(f, STEP, code, error, path, what);
    f->exit_code = exit_code;
    return -1;
}

/* ---- search ---- */

/* Writes the directory and a slash, unless the directory is empty, and then the command. */
static int make_path(char path[PATH_MAX], const char *directory, size_t length,
                     const char *command) {
    size_t prefix = length == 0 ? 0 : length + 1;
    size_t size = strlen(command) + 1;

    if (prefix + size > PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(path, directory, length);
    path[length] = '/';
    memcpy(path + prefix, command, size);
    return 0;
}

/* Returns 0 when path can be executed, with *file filled; -ENOENT when it does not exist, -EACCES
 * or -EISDIR when it is not executable, or another error. */
static int try_path(const char *path, struct sys_file *file) {
    int error = sys_may_execute(path);
    if (error == 0)
        error = sys_inspect(path, file);
    if (error == -ENOTDIR)
        return -ENOENT;
    if (error == 0 && !S_ISREG(file->mode))
        return S_ISDIR(file->mode) ? -EISDIR : -EACCES;
    return error;
}

/* Whether the file was found but is denied, unlike one in a directory that the user may not search.
 * A link is found even if its target cannot be reached. */
static bool is_denied(const char *path, int error) {
    char target;

    return error == -EISDIR || (error == -EACCES && sys_read_link(path, 1, &target) != -EACCES);
}

/* Whether the colon-separated list contains the directory. */
static bool holds(const char *list, const char *directory, size_t length) {
    for (;;) {
        size_t element = strcspn(list, ":");
        if (element == length && strncmp(list, directory, length) == 0)
            return true;
        if (list[element] == '\0')
            return false;
        list += element + 1;
    }
}

/* Adds a directory to the list of those that the user may not search. */
static void add_closed(struct program *program, const char *directory, size_t length) {
    size_t used = strlen(program->obstacle), separator = used == 0 ? 0 : 1;

    if (used + separator + length >= sizeof program->obstacle ||
        holds(program->obstacle, directory, length))
        return;
    if (used != 0)
        program->obstacle[used] = ':';
    memcpy(program->obstacle + used + separator, directory, length);
    program->obstacle[used + separator + length] = '\0';
}

/* Tries COMMAND in each absolute directory of the search path. An empty or relative element means
 * the current directory, which the user did not choose; it is skipped. */
static int search(struct program *program, struct sys_file *file) {
    const char *element = program->search_path;
    int denied = -ENOENT;

    if (element == NULL)
        element = PROGRAM_SEARCH_PATH;
    for (;;) {
        size_t length = strcspn(element, ":");
        if (element[0] == '/') {
            bool fits = make_path(program->path, element, length, program->command) == 0;
            int error = fits ? try_path(program->path, file) : -ENOENT;
            if (is_denied(program->path, error)) {
                denied = denied == -EACCES ? denied : error;
                if (denied == error)
                    memcpy(program->denied, program->path, sizeof program->denied);
            } else if (error == -EACCES) {
                add_closed(program, element, length);
            } else if (error != -ENOENT) {
                return error;
            }
        }
        if (element[length] == '\0')
            return denied;
        element += length + 1;
    }
}

/* Refuses a file that was found but is denied, and names what denies it. before: the start of the
 * text. */
static int explain_denied(const char *step, const char *path, const char *subject,
                          const char *before, enum fail_code code, char obstacle[PATH_MAX],
                          struct fail *f) {
    static const char *const reasons[] = {
        [OBSTACLE_OTHER] = "cannot be executed",
        [OBSTACLE_DIRECTORY] = "the user may not search",
        [OBSTACLE_NOEXEC] = "it is on a mount with noexec",
        [OBSTACLE_TYPE] = "it is not a regular file",
        [OBSTACLE_NOBODY] = "nobody has permission to execute it",
        [OBSTACLE_USER] = "the user has no permission to execute it",
    };
    enum obstacle found = obstacle_find(path, obstacle);

    (void)fail_set(f, step, code, EACCES, "%s%s", before, reasons[found]);
    f->subject = subject;
    f->exit_code = EXIT_NOT_EXECUTABLE;
    if (found == OBSTACLE_DIRECTORY) {
        f->obstacle = obstacle;
        fail_advise(f,
                    "install it outside of %s, or let the user search that directory: chmod o+x %s",
                    obstacle, obstacle);
    } else if (found == OBSTACLE_NOBODY || found == OBSTACLE_USER) {
        fail_advise(f, "let the user execute it: chmod a+x %s", obstacle);
    } else if (found == OBSTACLE_NOEXEC) {
        f->hint = "install it on a mount without noexec";
    } else if (found == OBSTACLE_TYPE) {
        f->hint = "name a program, not a device, a socket or a pipe";
    } else {
        f->hint = "allow it in the access list or the security module that denies it";
    }
    return -1;
}

/* Refuses a file that exists, when its path or its kind is wrong. */
static int refuse_path(int error, const char *path, struct fail *f) {
    const char *what = error == -EISDIR         ? "it is a directory, not a program"
                       : error == -ENAMETOOLONG ? "the name is too long"
                                                : "its links lead in a circle";

    (void)refuse(f, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, error, path, what);
    f->hint = error == -EISDIR ? NULL : "name the program by another path";
    return -1;
}

/* Names the missing part of a path if it is not its last name: a directory of the path, or the
 * target of a link. */
static void advise_missing(const char *path, struct fail *f) {
    char at[PATH_MAX], target;

    directory_find(path, -ENOTDIR, at);
    if (at[0] != '\0') {
        fail_advise(f, "check the path %s: %.*s is no directory", path,
                    (int)(directory_last_name(at) - at) - 1, at);
        return;
    }
    directory_find(path, -ENOENT, at);
    if (at[0] == '\0' && path[strlen(path) - 1] == '/')
        fail_advise(f, "leave out the / at the end of %s, which is no directory", path);
    if (strlen(at) > 1 && strchr("~$", path[0]) == NULL &&
        (strcmp(directory_last_name(at), directory_last_name(path)) != 0 ||
         sys_read_link(path, 1, &target) >= 0))
        fail_advise(f, "check the path %s: there is no %s", path, at);
}

/* Whether none of the searched directories of PATH exists. */
static bool finds_nothing(const struct program *program) {
    struct program probe = *program;
    struct sys_file file;

    probe.command = ".";
    return program->search_path != NULL && search(&probe, &file) == -ENOENT;
}

/* Refuses a COMMAND for which no file can be reached. */
static int refuse_missing(const struct program *program, int error, struct fail *f) {
    const char *command = program->command;

    if (program->obstacle[0] != '\0') {
        (void)refuse(f, FAIL_NOT_FOUND, EXIT_NOT_FOUND, error, command,
                     "not found in PATH, of which the user may not search");
        f->obstacle = program->obstacle;
        return fail_hint(f, "check the name, or let the user search the directory that has it");
    }
    (void)refuse(f, FAIL_NOT_FOUND, EXIT_NOT_FOUND, error, command, "not found");
    if (command[0] == '\0') {
        (void)snprintf(f->text, sizeof f->text, "COMMAND is empty");
        f->hint = "name the program: an unset variable in quotes is an empty word";
    } else if (strchr(command, '/') != NULL) {
        f->hint = command[0] == '/' ? "check the path: the file or a directory of it is missing"
                                    : "check the path, which begins at the working directory";
        advise_missing(command, f);
    } else if (finds_nothing(program)) {
        (void)snprintf(f->text, sizeof f->text,
                       "not found: PATH has no absolute directory that exists");
        f->hint = "set PATH, as in env PATH=/usr/bin:/bin, or give the whole path";
    }
    return -1;
}

static int find_path(struct program *program, struct sys_file *file, struct fail *f) {
    const char *command = program->command;
    int error = -ENOENT;

    if (strchr(command, '/') == NULL && command[0] != '\0') {
        error = search(program, file);
    } else if (command[0] != '\0') {
        error = make_path(program->path, "", 0, command);
        if (error == 0)
            error = try_path(command, file);
    }
    if (error == 0)
        return 0;

    const char *path = program->denied[0] != '\0' ? program->denied : command;
    program->path[0] = '\0';
    switch (error) {
    case -ENOENT:
        return refuse_missing(program, error, f);
    case -EACCES:
        return explain_denied(STEP, path, path, "", FAIL_NOT_EXECUTABLE, program->obstacle, f);
    case -EISDIR:
    case -ELOOP:
    case -ENAMETOOLONG:
        return refuse_path(error, path, f);
    default:
        return refuse(f, FAIL_SYSTEM_CALL, EXIT_REFUSED, error, command, "cannot be looked up");
    }
}

/* ---- what execve will see ---- */

/* Reads the interpreter from the #! line as the kernel does: blanks before it are skipped, a blank,
 * a newline or a NUL ends it, and its end must be within the bytes that the kernel reads. */
static int parse_interpreter(const char head[PROGRAM_HEAD + 1], char name[PROGRAM_HEAD]) {
    const char *start = head + 2 + strspn(head + 2, " \t");
    size_t length = strcspn(start, " \t\n");

    if (length == 0 || start + length >= head + PROGRAM_HEAD)
        return -ENOEXEC;
    memcpy(name, start, length);
    name[length] = '\0';
    return 0;
}

/* Reads the attribute security.capability into file. Returns 0, or an error when its effect in the
 * kernel cannot be determined. */
static int read_file_caps(const char *path, struct exec_file *file) {
    struct vfs_ns_cap_data data;

    int size = sys_read_file_caps(path, sizeof data, &data);
    if (size == -ENODATA || size == -EOVERFLOW) /* EOVERFLOW: another user namespace's, ignored */
        return 0;
    if (size < 0)
        return size;

    uint32_t magic = size >= (int)sizeof data.magic_etc ? le32toh(data.magic_etc) : 0;
    uint32_t revision = magic & VFS_CAP_REVISION_MASK;
    bool foreign_root =
        revision == VFS_CAP_REVISION_3 && size == XATTR_CAPS_SZ_3 && le32toh(data.rootid) != 0;
    if (foreign_root && sys_all_ids_mapped() > 0)
        return 0; /* in force only in a user namespace whose root is that ID */
    if (foreign_root || !(revision == VFS_CAP_REVISION_2 && size == XATTR_CAPS_SZ_2))
        return -EPROTO;

    file->has_caps = true;
    file->caps_effective = (magic & VFS_CAP_FLAGS_EFFECTIVE) != 0;
    file->caps_permitted =
        le32toh(data.data[0].permitted) | (uint64_t)le32toh(data.data[1].permitted) << 32;
    file->caps_inheritable =
        le32toh(data.data[0].inheritable) | (uint64_t)le32toh(data.data[1].inheritable) << 32;
    return 0;
}

/* Reads set-id bits and file capabilities of the last file of the chain: the kernel ignores those
 * of scripts. */
static int read_exec_file(const char *path, const struct sys_file *info, struct exec_file *file) {
    memset(file, 0, sizeof *file);
    if (info->nosuid)
        return 0;
    file->set_uid = (info->mode & S_ISUID) != 0;
    file->set_gid = (info->mode & S_ISGID) != 0 && (info->mode & S_IXGRP) != 0;
    file->owner = info->owner;
    file->group = info->group;
    return read_file_caps(path, file);
}

/* The result of the check of a file: done, refused (as everywhere), or impossible to complete. */
enum { CHECK_DONE = 0, CHECK_REFUSED = -1, CHECK_INCOMPLETE = 1 };

static int incomplete(struct fail *f, enum fail_code code, int error, const char *path,
                      const char *what) {
    (void)refuse(f, code, EXIT_REFUSED, error, path, what);
    return CHECK_INCOMPLETE;
}

/* Refuses a script whose #! line names an interpreter (not "") that is missing or denied. */
static void refuse_interpreter(struct program *program, int error, const char *script,
                               const char *name, struct fail *f) {
    char before[PROGRAM_HEAD + sizeof "its #! line names ; "];
    size_t length = strlen(name);

    (void)snprintf(before, sizeof before, "its #! line names %s; ", name);
    if (error == -EACCES) {
        (void)explain_denied(STEP, name, script, before, FAIL_INTERPRETER, program->obstacle, f);
        return;
    }
    (void)refuse(f, FAIL_INTERPRETER, EXIT_NOT_EXECUTABLE, error, script, "");
    (void)snprintf(f->text, sizeof f->text, "its #! line names %s", name);
    advise_missing(name, f);
    if (error == -ENOENT && name[length - 1] == '\r') {
        (void)snprintf(f->text, sizeof f->text,
                       "its #! line names %.*s and ends with a carriage return", (int)length - 1,
                       name);
        fail_advise(f, "convert its line ends: sed -i 's/\\r$//' %s", script);
    }
}

/* Takes the next interpreter from the head of a script and checks that it can be executed; *file
 * describes it. */
static int follow(struct program *program, const char *script, const char head[PROGRAM_HEAD + 1],
                  struct sys_file *file, struct fail *f) {
    if (program->interpreter_count == PROGRAM_INTERPRETERS)
        return refuse(f, FAIL_INTERPRETER, EXIT_NOT_EXECUTABLE, ELOOP, program->path,
                      "scripts run by scripts, too deep");

    char *name = program->interpreters[program->interpreter_count];
    if (parse_interpreter(head, name) != 0)
        return refuse(f, FAIL_INTERPRETER, EXIT_NOT_EXECUTABLE, ENOEXEC, script,
                      "its #! line names no interpreter, or one too long");
    program->interpreter_count++;

    int error = try_path(name, file);
    if (error == 0)
        return CHECK_DONE;
    if (error != -ENOENT && error != -EACCES && error != -EISDIR && error != -ELOOP)
        return incomplete(f, FAIL_UNREADABLE, error, name, "cannot be looked up");
    refuse_interpreter(program, error, script, name, f);
    return CHECK_REFUSED;
}

/* Follows the chain from program->path, which *file describes. */
static int check_chain(struct program *program, struct sys_file *file, struct fail *f) {
    const char *path = program->path;

    for (;;) {
        char head[PROGRAM_HEAD + 1] = {0};

        int size = sys_read_head(path, PROGRAM_HEAD, head);
        if (size < 0)
            return incomplete(f, FAIL_UNREADABLE, size, path,
                              "cannot be read, so its interpreter is not known");

        if (head[0] != '#' || head[1] != '!') {
            int error = read_exec_file(path, file, &program->file);
            return error == 0 ? CHECK_DONE
                              : incomplete(f, FAIL_FILE_CAPABILITIES, error, path,
                                           "its file capabilities are unclear");
        }
        int followed = follow(program, path, head, file, f);
        if (followed != CHECK_DONE)
            return followed;
        path = program->interpreters[program->interpreter_count - 1];
    }
}

/* ---- the state after execve ---- */

/* Whether set-id bits would change the user or group of the program; no_new_privs disables them. */
static bool changes_ids(const struct cred *goal, const struct exec_file *file) {
    return !goal->no_new_privs && ((file->set_uid && file->owner != goal->uid.effective) ||
                                   (file->set_gid && file->group != goal->gid.effective));
}

/* Whether execve would run in secure mode, in which the kernel clears the parent-death signal
 * (PR_SET_PDEATHSIG(2const)). */
static bool is_secure(const struct cred *goal, const struct exec_file *file) {
    return goal->uid.real != 0 && file->has_caps && file->caps_effective;
}

/* Returns the file whose set-id bits, capabilities and format are in force. */
static const char *last_file(const struct program *program) {
    return program->interpreter_count == 0 ? program->path
                                           : program->interpreters[program->interpreter_count - 1];
}

static int judge(const struct plan *plan, struct program *program, struct fail *f) {
    const struct cred *goal = &plan->goal;
    struct cred *after = &program->after;
    const char *path = last_file(program);

    if (changes_ids(goal, &program->file))
        return refuse(f, FAIL_SET_ID, EXIT_REFUSED, 0, path,
                      "its set-id bits would make it run as another user or group");
    if (cred_after_exec(goal, &program->file, after) != 0) {
        (void)refuse(f, FAIL_OUTSIDE_BOUNDING, EXIT_NOT_EXECUTABLE, EPERM, path,
                     "its effective file capabilities are not kept");
        f->caps = program->file.caps_permitted & ~after->permitted & cred_known_caps(goal);
        return -1;
    }
    program->inspected = true;
    if (after->permitted != plan->keep || after->effective != plan->keep) {
        (void)(program->file.has_caps
                   ? refuse(f, FAIL_FILE_CAPABILITIES, EXIT_REFUSED, 0, path,
                            "its file capabilities would replace what is kept")
                   : refuse(f, FAIL_ROOT_GAINS, EXIT_REFUSED, 0, path,
                            "execve would give uid 0 more, or less, than what is kept"));
        f->caps = after->permitted ^ plan->keep;
        return -1;
    }
    program->ambient_cleared = after->ambient != goal->ambient;
    program->signal_cleared = plan->parent_death_signal != 0 && is_secure(goal, &program->file);
    if (plan->needs_parent_death && program->signal_cleared)
        return refuse(f, FAIL_FILE_CAPABILITIES, EXIT_REFUSED, 0, path,
                      "its file capabilities would disarm the parent-death signal");
    if (plan->strict && (program->ambient_cleared || program->signal_cleared))
        return refuse(f, FAIL_STRICT, EXIT_REFUSED, 0, path,
                      program->ambient_cleared
                          ? "its file capabilities clear the ambient set"
                          : "its file capabilities disarm the parent-death signal");
    return 0;
}

/* Checks whether the new user may search the directory that the program inherits; only where the
 * caller has more privilege. */
static int check_directory(const struct plan *plan, struct program *program, struct fail *f) {
    bool loses =
        plan->changes_identity || plan->set_groups || (plan->start.effective & ~plan->keep) != 0;

    program->directory_closed = loses && sys_may_execute(".") == -EACCES;
    if (!program->directory_closed || !plan->strict)
        return 0;
    (void)fail_set(f, STEP, FAIL_STRICT, EACCES, "the user may not search the working directory");
    return fail_hint(
        f, "leave out --strict, or change to a directory that the user may search: --chdir DIR");
}

/* With --chown-stdio: checks whether the new user may reopen standard output and error, if they are
 * not handed over. */
static int check_streams(const struct plan *plan, struct program *program, struct fail *f) {
    int error = 0;

    program->streams_closed = 0;
    for (int fd = 1; fd <= 2 && plan->chown_stdio; fd++) {
        int closed = (plan->stdio & 1u << fd) != 0 ? 0 : sys_may_reopen(fd);
        if (closed != -EACCES && closed != -ENXIO)
            continue;
        program->streams_closed |= 1u << fd;
        error = closed;
    }
    if (program->streams_closed == 0 || !plan->strict)
        return 0;
    (void)fail_set(
        f, "stdio", FAIL_STRICT, error,
        "standard output or error is not handed over, and the user may not open it again");
    f->hint = error == -ENXIO
                  ? "leave out --strict, or --chown-stdio: nobody can open a socket again"
                  : "leave out --strict, or start capwrap as the leader of the terminal's session "
                    "(without docker run --init, tini or su -c), or with a file of the user's";
    return -1;
}

int program_find(const struct plan *plan, struct program *program, struct fail *f) {
    struct sys_file file = {0};

    program->no_new_privs = plan->goal.no_new_privs;
    if (find_path(program, &file, f) != 0 || check_directory(plan, program, f) != 0 ||
        check_streams(plan, program, f) != 0)
        return -1;

    int checked = check_chain(program, &file, f);
    if (checked == CHECK_DONE)
        return judge(plan, program, f);

    /* With nothing kept and no_new_privs, a file cannot add anything. It could only take away a
     * parent-death signal that was requested. */
    bool cannot_matter = plan->keep == 0 && plan->goal.no_new_privs && !plan->needs_parent_death;
    return checked == CHECK_INCOMPLETE && cannot_matter ? 0 : -1;
}

/* ---- execve ---- */

/* The text and hint for a kind of image that execve refuses. */
struct reason {
    const char *text, *hint;
};

static const struct reason REASONS[IMAGE_KINDS] = {
    [IMAGE_EMPTY] = {"an empty file cannot be executed",
                     "copy the program again: the file that is there has no content"},
    [IMAGE_TEXT] = {"a text without a #! line cannot be executed", NULL},
    [IMAGE_MARKED] = {"a byte-order mark precedes its first line",
                      "save it without a byte-order mark, as UTF-8"},
    [IMAGE_LATE] = {"its #! does not stand at the beginning of the file",
                    "remove what stands before #!"},
    [IMAGE_WINDOWS] = {"it is a program for Windows (PE)", "install the program for Linux"},
    [IMAGE_UNKNOWN] = {"it is neither a script nor an ELF file",
                       "name a program in a format that this system executes"},
    [IMAGE_OTHER_MACHINE] = {NULL, "install the program for this machine"},
    [IMAGE_DAMAGED] = {"it is an ELF file that is damaged, or that is no program",
                       "install the program again; readelf -hl shows what there is of it"},
};

/* Writes the machine that an ELF file was built for, and this machine. */
static void name_machines(const struct image *image, struct fail *f) {
    char built_for[IMAGE_MACHINE], own[IMAGE_MACHINE];

    image_machine(image->machine, built_for);
    image_machine(image_own_machine(), own);
    (void)snprintf(f->text, sizeof f->text, "it is an ELF file built for %s, and this is %s",
                   built_for, own);
}

static int explain_image(const struct image *image, const char *path, struct fail *f) {
    const char *text = REASONS[image->kind].text;

    if (image->kind == IMAGE_LOADER) {
        (void)fail_set(f, "exec", FAIL_INTERPRETER, image->error,
                       "it needs the loader %s, which %s", image->loader,
                       image->error == -ENOENT ? "does not exist" : "cannot be used");
        fail_advise(f, "install the C library of %s, or a program built for that of this system",
                    image->loader);
        f->subject = path;
    } else {
        (void)fail_about(f, "exec", FAIL_NOT_EXECUTABLE, image->error, path,
                         text == NULL ? "" : text);
        f->hint = REASONS[image->kind].hint;
    }
    if (image->kind == IMAGE_OTHER_MACHINE)
        name_machines(image, f);
    f->exit_code = EXIT_NOT_EXECUTABLE;
    return -1;
}

/* Explains why execve fails, or would fail, with this error. */
static int explain_exec(const struct program *program, int error, struct fail *f) {
    enum fail_code code = FAIL_NOT_EXECUTABLE;
    const char *what = "cannot be executed", *path = last_file(program);
    struct image image;

    image_inspect(path, &image);
    if (error == -ENOEXEC && image.machine != 0 &&
        image.machine != image_own_machine()) { /* related, and this kernel executes one of them */
        image.kind = IMAGE_OTHER_MACHINE;
        image.error = error;
    }
    if (image.kind != IMAGE_FITS && image.error == error)
        return explain_image(&image, path, f);
    if (error == -EACCES) {
        static char obstacle[PATH_MAX]; /* the last error of a process */
        return explain_denied("exec", path, path, "", code, obstacle, f);
    }

    if (error == -ENOENT || error == -ENOTDIR) {
        code = FAIL_INTERPRETER;
        what = "it is there, and the loader that it names is not";
    } else if (error == -EAGAIN) {
        code = FAIL_PROCESS_LIMIT;
        what = "the user has as many processes as RLIMIT_NPROC allows";
    }
    (void)fail_about(f, "exec", code, error, program->path, what);
    if (error == -EPERM && program->no_new_privs)
        f->hint = "leave out --no-new-privs, under which a security module refuses this change of "
                  "profile or domain: AppArmor allows one from unconfined, and SELinux where its "
                  "policy has nnp_transition";
    f->exit_code = EXIT_NOT_EXECUTABLE;
    return -1;
}

/* A path through a descriptor, such as /proc/self/fd/7, is lost when the descriptor is closed. */
static int check_closed(const struct program *program, struct fail *f) {
    const char *path = program->path;
    unsigned next = 0;

    while (sys_may_execute(path) != -ENOENT) {
        if (next == program->interpreter_count)
            return 0;
        path = program->interpreters[next++];
    }
    (void)fail_about(f, "exec", FAIL_NOT_EXECUTABLE, ENOENT, path,
                     "it was there before the descriptors above 2 were closed");
    f->exit_code = EXIT_NOT_EXECUTABLE;
    return fail_hint(f,
                     "leave out --close-fds, or name the file by a path that needs no descriptor");
}

int program_check(const struct plan *plan, const struct program *program, struct fail *f) {
    struct image image;

    if (plan->close_fds && check_closed(program, f) != 0)
        return -1;

    int error = sys_execve_check(program->path);
    if (error < 0 && error != -EINVAL && error != -ENOSYS)
        return explain_exec(program, error, f);
    if (!plan->dry_run)
        return 0;

    /* The kernel does not check the format before execve. */
    image_inspect(last_file(program), &image);
    bool registered = image.error == -ENOEXEC && sys_has_formats() == 1;
    return image.kind == IMAGE_FITS || registered ? 0
                                                  : explain_image(&image, last_file(program), f);
}

int program_exec(const struct program *program, char *const argv[], char *const envp[],
                 struct fail *f) {
    int error = sys_execve(program->path, argv, envp);
    if (error < 0)
        return explain_exec(program, error, f);
    (void)fail_about(f, "exec", FAIL_NOT_EXECUTABLE, error, program->path,
                     "execve returned without an error");
    f->exit_code = EXIT_NOT_EXECUTABLE;
    return -1;
}
