#include "inspect/process.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/observe.h"
#include "core/proc_file.h"
#include "inspect/proc_dir.h"
#include "show/state_parse.h"
#include "text/number.h"
#include "text/printable.h"

/* Whether the error means that a process that existed has ended. */
static bool has_ended(int error) { return error == -ENOENT || error == -ESRCH; }

static int refuse(const char *step, pid_t pid, int error, struct fail *f) {
    if (has_ended(error))
        return fail_set(f, step, FAIL_NO_PROCESS, ESRCH, "process %d ended while it was read", pid);
    return fail_set(f, step, FAIL_NO_PROCESS, error, "/proc/%d does not tell the whole state", pid);
}

/* Writes what to use in place of a word that is not a process ID. */
static void advise_number(const char *step, const char *word, struct fail *f) {
    static const char proc[] = "/proc/";
    const char *digits = strncmp(word, proc, strlen(proc)) == 0 ? word + strlen(proc) : "";
    int length = (int)strspn(digits, "0123456789");

    if (length > 0)
        fail_advise(f, "write --%s=%.*s", step, length, digits);
    else if (strcmp(step, "status") == 0 && strcmp(word, "self") == 0)
        fail_advise(f, "write --status");
    else if (isalpha((unsigned char)word[0]) && printable_oddity(word)[0] == '\0')
        fail_advise(f, "write --%s=PID, with the number that ps -e has for %s", step, word);
    else
        fail_advise(f, "write --%s=PID, such as --%s=1", step, step);
}

int process_number(const char *step, const char *word, pid_t *pid, struct fail *f) {
    uint64_t number;

    if (number_parse(word, INT32_MAX, &number) != 0 || number == 0) {
        (void)fail_about(f, step, FAIL_USAGE, 0, word,
                         "a process id is a decimal number from 1 to 2147483647");
        advise_number(step, word, f);
        return -1;
    }
    *pid = (pid_t)number;
    return 0;
}

/* Reads one status file. *state does not share its group list. Returns 0 or -errno. */
static int read_status(int dir, const char *path, struct process_state *state, char *name,
                       size_t size) {
    char *text;
    size_t length;

    int error = proc_file_read(dir, path, &text, &length);
    if (error != 0)
        return error;
    error = length == 0 ? -ESRCH : state_parse(text, length, state);
    if (error == 0)
        (void)snprintf(name, size, "%s", state->name);
    free(text);
    if (error != 0)
        observe_free(&state->cred);
    return error;
}

/* ---- threads ---- */

static struct thread *find_thread(const struct process *process, pid_t number) {
    for (size_t i = 0; i < process->thread_count; i++)
        if (process->threads[i].number == number)
            return &process->threads[i];
    return NULL;
}

/* Adds a thread; ignores one that has ended. Returns 0 or -errno. */
static int add_thread(int dir, pid_t number, unsigned cap_count, struct process *process) {
    struct process_state state = {.cred.cap_count = cap_count};
    struct thread *grown =
        realloc(process->threads, (process->thread_count + 1) * sizeof *process->threads);
    char path[64];

    if (grown == NULL)
        return -ENOMEM;
    process->threads = grown;
    struct thread *thread = &grown[process->thread_count];
    (void)snprintf(path, sizeof path, "task/%d/status", number);
    int error = read_status(dir, path, &state, thread->name, sizeof thread->name);
    if (error != 0)
        return has_ended(error) ? 0 : error;
    thread->number = number;
    thread->cred = state.cred;
    thread->ended = state.ended;
    thread->seccomp_known = state.seccomp_known;
    thread->seccomp = state.seccomp;
    process->thread_count++;
    return 0;
}

/* Reads the threads that are not known yet; *news: how many there were. Returns 0 or -errno. */
static int read_new_threads(int dir, unsigned cap_count, struct process *process, size_t *news) {
    pid_t *list;
    size_t count;

    *news = 0;
    int error = proc_dir_threads(dir, &list, &count);
    for (size_t i = 0; i < count && error == 0; i++) {
        if (find_thread(process, list[i]) != NULL)
            continue;
        error = add_thread(dir, list[i], cap_count, process);
        (*news)++;
    }
    free(list);
    return error;
}

/* A thread that is created while others are read must not be missed, so the list is read again
 * until it contains nothing new. */
static int read_threads(int dir, unsigned cap_count, struct process *process) {
    enum { TRIES = 100 };
    size_t news = 1;

    for (unsigned i = 0; news != 0; i++) {
        if (i == TRIES)
            return -EAGAIN;
        int error = read_new_threads(dir, cap_count, process, &news);
        if (error != 0)
            return error;
    }
    return 0;
}

static int compare_threads(const void *a, const void *b) {
    const struct thread *left = a, *right = b;

    return (left->number > right->number) - (left->number < right->number);
}

/* The main thread has the ID of the process; if it is not found, all threads have ended. */
static int sort_threads(pid_t pid, struct process *process) {
    struct thread *main_thread = find_thread(process, pid);
    if (main_thread == NULL)
        return -ESRCH;

    struct thread first = process->threads[0];
    process->threads[0] = *main_thread;
    *main_thread = first;
    if (process->thread_count > 2)
        qsort(process->threads + 1, process->thread_count - 1, sizeof *process->threads,
              compare_threads);
    return 0;
}

/* ---- the process ---- */

/* Reads the program of the first thread that runs: one that has ended executes nothing. */
static void read_program(int dir, struct process *process) {
    int error = -ESRCH;

    for (size_t i = 0; i < process->thread_count && has_ended(error); i++)
        error = proc_dir_program(dir, process->threads[i].number, sizeof process->program,
                                 process->program);
}

static int check_number(const char *step, int dir, pid_t pid, struct fail *f) {
    struct process_state state = {0};
    char name[1];

    int error = read_status(dir, "status", &state, name, sizeof name);
    if (error != 0)
        return refuse(step, pid, error, f);
    observe_free(&state.cred);
    if (state.process == (uint32_t)pid)
        return 0;
    (void)fail_set(f, step, FAIL_NO_PROCESS, 0, "%d is the number of a thread of process %u", pid,
                   state.process);
    f->hint = "give the number of the process: all of its threads are shown";
    return -1;
}

static int check_namespace(const char *step, struct fail *f) {
    int own = proc_dir_is_own();
    if (own < 0) {
        (void)fail_set(f, step, FAIL_NO_PROCESS, own, "/proc does not tell whose numbers it shows");
        if (own == -ENOENT)
            f->hint = "mount it: mount -t proc proc /proc";
        return -1;
    }
    if (own > 0)
        return 0;
    (void)fail_set(f, step, FAIL_NO_PROCESS, 0,
                   "/proc is of another pid namespace, and so are the numbers in it");
    f->hint = "run capwrap in the pid namespace that /proc is of, or mount the /proc of this one";
    return -1;
}

static int read_process(const char *step, int dir, pid_t pid, unsigned cap_count,
                        struct process *process, struct fail *f) {
    if (check_number(step, dir, pid, f) != 0)
        return -1;
    process->same_users = proc_dir_same_users(dir);
    int error = read_threads(dir, cap_count, process);
    if (error == 0)
        error = sort_threads(pid, process);
    if (error != 0)
        return refuse(step, pid, error, f);
    read_program(dir, process);
    process->ended = true;
    for (size_t i = 0; i < process->thread_count; i++)
        process->ended &= process->threads[i].ended;
    return 0;
}

int process_read(const char *step, pid_t pid, unsigned cap_count, struct process *process,
                 struct fail *f) {
    *process = (struct process){0};
    if (check_namespace(step, f) != 0)
        return -1;
    int dir = proc_dir_open(pid);
    if (dir < 0)
        return fail_set(f, step, FAIL_NO_PROCESS, dir, "/proc/%d cannot be read", pid);
    int status = read_process(step, dir, pid, cap_count, process, f);
    (void)close(dir);
    return status;
}

void process_free(struct process *process) {
    for (size_t i = 0; i < process->thread_count; i++)
        observe_free(&process->threads[i].cred);
    free(process->threads);
    *process = (struct process){0};
}

uint64_t process_more(const struct cred *cred, const struct cred *than) {
    return (cred->permitted & ~than->permitted) | (cred->effective & ~than->effective) |
           (cred->inheritable & ~than->inheritable) | (cred->bounding & ~than->bounding) |
           (cred->ambient & ~than->ambient);
}
