#include "inspect/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/observe.h"
#include "inspect/process.h"
#include "show/json.h"
#include "show/report.h"
#include "show/state_text.h"
#include "text/capname.h"

/* ---- this process ---- */

static int print_own(bool json, struct fail *f) {
    struct cred cred = {0};

    int status = observe_cred("status", CAP_BITS, &cred, f);
    if (status == 0 && json) {
        (void)printf("{\"version\":1,\"pid\":%d,\"name\":null,\"program\":null,"
                     "\"user_namespace\":\"this\",\"ended\":false,\"state\":",
                     getpid());
        json_cred(stdout, &cred, true);
        (void)printf(",\"threads\":null}\n");
    } else if (status == 0) {
        (void)printf("process %d (capwrap):\n", getpid());
        state_text_print(stdout, &cred, true);
    }
    observe_free(&cred);
    return status;
}

/* ---- another process ---- */

static void print_clean(const char *before, const char *name, const char *after) {
    char clean[4 * PATH_MAX];

    (void)snprintf(clean, sizeof clean, "%s", name);
    report_clean(sizeof clean, clean);
    (void)printf("%s%s%s", before, clean, after);
}

/* Prints a thread as text, if it differs from the main one. */
static bool text_thread(const struct thread *thread, const struct thread *main_thread) {
    const char *differs = cred_difference(&thread->cred, &main_thread->cred);
    uint64_t more = process_more(&thread->cred, &main_thread->cred);
    char names[CAPNAME_LIST_SIZE];

    if (differs == NULL)
        return false;
    (void)printf("thread %d", thread->number);
    print_clean(" (", thread->name, ")");
    (void)printf(", which differs from the main thread in %s", differs);
    capname_join(more, "", ",", names);
    (void)printf("%s%s:\n", more == 0 ? "" : " and holds more: ", names);
    state_text_print(stdout, &thread->cred, false);
    return true;
}

static void text_process(pid_t pid, const struct process *process) {
    const struct thread *main_thread = &process->threads[0];
    size_t differing = 0;

    (void)printf("process %d", pid);
    print_clean(" (", main_thread->name, ")");
    (void)printf("%s:\n", process->ended       ? " has ended; its last state"
                          : main_thread->ended ? ", whose main thread has ended"
                                               : "");
    if (process->program[0] != '\0')
        print_clean("  program       ", process->program, "\n");
    if (process->same_users == 0)
        (void)printf("  user namespace another one: the capabilities count in there\n");
    state_text_print(stdout, &main_thread->cred, false);
    for (size_t i = 1; i < process->thread_count; i++)
        differing += text_thread(&process->threads[i], main_thread);
    (void)printf("threads: %zu, with another state than the main one: %zu\n", process->thread_count,
                 differing);
}

static void json_process(pid_t pid, const struct process *process) {
    const struct thread *main_thread = &process->threads[0];

    (void)printf("{\"version\":1,\"pid\":%d,\"name\":", pid);
    json_string(stdout, main_thread->name);
    (void)printf(",\"program\":");
    json_string(stdout, process->program[0] == '\0' ? NULL : process->program);
    (void)printf(",\"user_namespace\":%s,\"ended\":%s,\"state\":",
                 process->same_users < 0    ? "null"
                 : process->same_users == 0 ? "\"other\""
                                            : "\"this\"",
                 process->ended ? "true" : "false");
    json_cred(stdout, &main_thread->cred, false);
    (void)printf(",\"threads\":[");
    for (size_t i = 0; i < process->thread_count; i++) {
        const struct thread *thread = &process->threads[i];
        (void)printf("%s{\"tid\":%d,\"name\":", i == 0 ? "" : ",", thread->number);
        json_string(stdout, thread->name);
        (void)printf(",\"ended\":%s,", thread->ended ? "true" : "false");
        json_caps(stdout, "more", process_more(&thread->cred, &main_thread->cred));
        (void)printf(",\"state\":");
        json_cred(stdout, &thread->cred, false);
        (void)printf("}");
    }
    (void)printf("]}\n");
}

static int print_other(pid_t pid, bool json, struct fail *f) {
    struct process process = {0};
    struct cred own = {0};

    /* /proc/PID/status does not contain the number of capabilities. */
    int status = observe_cred("status", CAP_BITS, &own, f);
    if (status == 0)
        status = process_read("status", pid, own.cap_count, &process, f);
    if (status == 0 && json)
        json_process(pid, &process);
    else if (status == 0)
        text_process(pid, &process);
    process_free(&process);
    observe_free(&own);
    return status;
}

int status_print(const char *word, bool json, struct fail *f) {
    pid_t pid;

    if (word == NULL)
        return print_own(json, f);
    if (process_number("status", word, &pid, f) != 0)
        return -1;
    return print_other(pid, json, f);
}
