#include "learn/attach/target.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "learn/watch/process.h"
#include "learn/watch/record.h"
#include "text/number.h"
#include "text/printable.h"

extern char **environ;

static const char STEP[] = "target";

#define refuse(f, hint, ...) error_set(f, STEP, 0, hint, __VA_ARGS__)

const char *target_kind(enum target_kind kind) {
    static const char *const words[] = {"pid", "cgroup", "unit", "container"};

    return words[kind];
}

/* ---- other programs ---- */

enum { ANSWER = 4096 };

/* The output of a program, without the final newline. Returns 0 if it succeeds. */
static int ask(const char *const *words, char answer[ANSWER]) {
    posix_spawn_file_actions_t actions;
    int ends[2], status = -1;
    pid_t child;
    size_t used = 0;

    answer[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int error =
        posix_spawnp(&child, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    for (ssize_t more = 1; error == 0 && more > 0 && used < ANSWER - 1; used += (size_t)more) {
        more = read(ends[0], answer + used, ANSWER - 1 - used);
        if (more < 0)
            break;
    }
    (void)close(ends[0]);
    answer[used] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    if (error != 0)
        return -error;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? 0
               : -EINVAL;
}

/* ---- processes ---- */

static int find_pid(struct target *target, struct fail *f) {
    static const char hint[] = "give the process id of a program that runs: see ps -e";
    static const char proc[] = "/proc/";
    const char *name = target->named.name;
    struct process process;
    uint64_t pid;

    if (number_parse(name, RECORD_PIDS, &pid) != 0 || pid == 0) {
        (void)refuse(f, hint, "'%s' is not a process id", name);
        if (strncmp(name, proc, strlen(proc)) == 0 &&
            number_parse(name + strlen(proc), RECORD_PIDS, &pid) == 0 && pid != 0)
            fail_advise(f, "write --pid %s", name + strlen(proc));
        return -1;
    }
    if (!process_read((uint32_t)pid, &process) || !process_read_state(&process) ||
        !process_read(process.leader, &process))
        return refuse(f, hint, "there is no process %s", target->named.name);
    if (process.ended)
        return refuse(f, hint, "process %s has ended", target->named.name);
    if (pid == (uint64_t)getpid())
        return refuse(f, hint, "%s is capwrap-learn itself", target->named.name);
    target->pid = process.pid;
    target->start = process.start;
    return 0;
}

/* ---- cgroups ---- */

static int use_cgroup(struct target *target, struct fail *f) {
    if (!cgroup_is_told(target->tree.path))
        return refuse(f,
                      "enable a controller once: echo +pids "
                      ">/sys/fs/cgroup/cgroup.subtree_control; or name a process: --pid",
                      "%s: checks do not record its cgroup before a controller is enabled in the "
                      "root of the hierarchy",
                      target->named.name);
    target->by_cgroup = true;
    target->pid = 0;
    if (cgroup_read(&target->tree) != 0)
        return error_set(f, STEP, ENOMEM, "raise the memory limit", "the list of cgroups");
    target->processes = cgroup_processes(target->tree.path, NULL, NULL);
    return 0;
}

static int refuse_hierarchy(const char *what, struct fail *f) {
    return refuse(f, "name a process: --pid",
                  "%s: a check records the cgroup of one hierarchy only, the unified one or that "
                  "of perf_event, and it is not in that hierarchy, or that is not mounted",
                  what);
}

static int find_cgroup(struct target *target, struct fail *f) {
    int error = cgroup_find(target->named.name, target->tree.path);

    if (error == -EXDEV)
        return refuse_hierarchy(target->named.name, f);
    if (error != 0)
        return refuse(f, "give a directory below the mount point of cgroups, or its path there",
                      "there is no cgroup %s", target->named.name);
    return use_cgroup(target, f);
}

/* ---- units ---- */

static int find_unit(struct target *target, struct fail *f) {
    static const char hint[] = "name a unit that runs: see systemctl list-units --state=running";
    char name[300], answer[ANSWER], root[PATH_MAX];
    const char *given = target->named.name;

    (void)snprintf(name, sizeof name, "%s%s", given, strchr(given, '.') == NULL ? ".service" : "");
    const char *const words[] = {"systemctl", "show", "--property=ControlGroup", "--value", "--",
                                 name,        NULL};
    if (cgroup_root(root) != 0)
        return refuse_hierarchy(given, f);
    bool found;
    if (ask(words, answer) == 0) {
        if (answer[0] == '\0')
            return refuse(f, hint, "there is no unit %s that runs", name);
        int error = cgroup_find(answer, target->tree.path);
        if (error == -EXDEV)
            return refuse_hierarchy(given, f);
        found = error == 0;
    } else {
        found = cgroup_search(root, name, false, target->tree.path);
    }
    if (!found)
        return refuse(f,
                      access("/run/systemd/system", F_OK) == 0 /* sd_booted(3) */
                          ? hint
                          : "name a process, a container or a cgroup (--pid, --container, "
                            "--cgroup): systemd does not run here",
                      "there is no unit %s that runs", name);
    return use_cgroup(target, f);
}

/* ---- containers ---- */

static void take_first(void *context, uint32_t pid) {
    uint32_t *first = context;

    if (*first == 0 || pid < *first)
        *first = pid;
}

static const char *const ENGINES[] = {"docker", "podman"};
enum { ENGINE_COUNT = sizeof ENGINES / sizeof ENGINES[0] };

/* The hint if no engine knows the container: an installed engine may not answer at all. */
static const char *hint_for_engines(void) {
    static const char *const silent[ENGINE_COUNT] = {
        "start docker, or run capwrap-learn as a user who may ask it: docker ps fails",
        "run capwrap-learn as the user of the containers: podman ps fails",
    };
    const char *hint = "name a process of it, or its cgroup: neither docker nor podman is here";
    char answer[ANSWER];

    for (size_t i = 0; i < ENGINE_COUNT; i++) {
        const char *const words[] = {ENGINES[i], "ps", "--quiet", NULL};
        int error = ask(words, answer);
        if (error == 0)
            return "name a container that runs: see docker ps, podman ps";
        if (error != -ENOENT)
            hint = silent[i];
    }
    return hint;
}

/* The first process, from the engine or otherwise from the cgroup tree; 0: there is no such
 * container, or it does not run. */
static uint32_t container_process(const char *name, bool *known) {
    enum { LEAST = 12 }; /* characters of an ID to be searched for in the cgroup tree */
    char answer[ANSWER], path[PATH_MAX];
    uint64_t pid = 0;
    uint32_t first = 0;

    *known = false;
    for (size_t i = 0; i < ENGINE_COUNT && pid == 0; i++) {
        const char *const words[] = {
            ENGINES[i], "inspect", "--type=container", "--format={{.State.Pid}}", "--", name, NULL};
        if (ask(words, answer) == 0 && number_parse(answer, RECORD_PIDS, &pid) == 0)
            *known = true;
    }
    if (pid == 0 && !*known && strlen(name) >= LEAST && strchr(name, '/') == NULL &&
        cgroup_search("/sys/fs/cgroup", name, true, path)) {
        *known = true;
        (void)cgroup_processes(path, take_first, &first);
    }
    return pid != 0 ? (uint32_t)pid : first;
}

/* The name without the prefix of docker inspect (/NAME) or Kubernetes (ENGINE://ID). */
static const char *bare_name(const char *name) {
    const char *engine = strstr(name, "://");

    return engine != NULL ? engine + 3 : name + (name[0] == '/');
}

/* By its cgroup if checks record it; processes started in it later are then included. */
static int find_container(struct target *target, struct fail *f) {
    struct process process;
    bool known;
    uint32_t pid = container_process(bare_name(target->named.name), &known);

    if (pid == 0 || !process_read(pid, &process))
        return refuse(
            f, known ? "start it first: see docker ps -a, podman ps -a" : hint_for_engines(),
            known ? "container %s does not run" : "there is no container %s", target->named.name);
    target->by_cgroup = false;
    target->pid = pid;
    target->start = process.start;
    if (cgroup_of(pid, target->tree.path) && cgroup_is_told(target->tree.path))
        return use_cgroup(target, f);
    return 0;
}

/* ---- all of them ---- */

int target_find(const struct target_name *named, struct target *target, struct fail *f) {
    static int (*const find[])(struct target *, struct fail *) = {
        [TARGET_PID] = find_pid,
        [TARGET_CGROUP] = find_cgroup,
        [TARGET_UNIT] = find_unit,
        [TARGET_CONTAINER] = find_container,
    };

    *target = (struct target){.named = *named};
    if (access("/proc/self/stat", F_OK) != 0)
        return refuse(f, "mount it: mount -t proc proc /proc", "/proc is not mounted here");
    int status = find[named->kind](target, f);
    if (status != 0 && target->tree.path[0] == '\0') /* nothing has that name */
        (void)printable_advice(named->name, sizeof f->advice, f->advice);
    return status;
}

bool target_find_again(struct target *target) {
    struct target again;
    struct fail ignored;

    if (target->named.kind == TARGET_PID || target_find(&target->named, &again, &ignored) != 0)
        return false;
    again.processes = target->processes;
    if (again.by_cgroup && target->by_cgroup && strcmp(again.tree.path, target->tree.path) == 0) {
        target_free(&again);
        return cgroup_read(&target->tree) == 0; /* checks may be older than the new cgroup */
    }
    target_free(target);
    *target = again;
    return true;
}

void target_free(struct target *target) { cgroup_free(&target->tree); }
