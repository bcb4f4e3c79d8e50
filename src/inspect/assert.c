#include "inspect/assert.h"

#include <errno.h>
#include <stdio.h>

#include "inspect/expect.h"
#include "inspect/process.h"
#include "show/json.h"
#include "show/notes.h"
#include "show/report.h"
#include "show/state_text.h"

static const char STEP[] = "assert";

/* The expected state, and the process that is compared with it. */
struct inquiry {
    struct expectation expectation;
    struct process process;
    pid_t pid;
    size_t differing; /* threads */
    bool bounding_left;
};

static int outcome(const struct inquiry *inquiry) {
    bool missing = inquiry->expectation.strict && inquiry->expectation.left_out != 0;

    return inquiry->differing > 0 || missing ? EXIT_DIFFERENT : 0;
}

static size_t collect_notes(const struct inquiry *inquiry, struct note notes[NOTES_MOST]) {
    size_t count = 0;

    if (inquiry->bounding_left)
        notes[count++] = (struct note){
            .code = "bounding-left",
            .text = "the bounding set is wider than what is kept; with no_new_privs no execve can "
                    "use it",
        };
    if (inquiry->expectation.left_out != 0)
        notes[count++] = (struct note){
            .code = "want-left-out",
            .caps = inquiry->expectation.left_out,
            .text = "wanted, and the process does not hold it",
        };
    return count;
}

/* ---- as text ---- */

static void text_name(const char *what, pid_t number, const char *name) {
    char clean[4 * sizeof((struct thread *)NULL)->name];

    (void)snprintf(clean, sizeof clean, "%s", name);
    report_clean(sizeof clean, clean);
    (void)printf("%s %d (%s):", what, number, clean);
}

static void text_ids(const struct ids *is, const struct ids *asked) {
    (void)printf("real %u, effective %u, saved %u, fs %u; asked: %u\n", is->real, is->effective,
                 is->saved, is->fs, asked->real);
}

static void text_groups(const char *before, const struct groups *groups) {
    (void)printf("%s%s", before, groups->count == 0 ? "none" : "");
    for (size_t i = 0; i < groups->count; i++)
        (void)printf("%s%u", i == 0 ? "" : ",", groups->list[i]);
}

static void text_set(const struct cred *is, const struct cred *asked, enum part part) {
    uint64_t all = cred_known_caps(asked);
    uint64_t more = expect_set(is, part) & ~expect_set(asked, part);
    uint64_t less = expect_set(asked, part) & ~expect_set(is, part);

    if (more != 0) {
        (void)printf("holds more: ");
        state_text_set(stdout, more, all);
    }
    if (less != 0) {
        (void)printf("%sholds less: ", more == 0 ? "" : "; ");
        state_text_set(stdout, less, all);
    }
    (void)printf("\n");
}

static void text_part(const struct inquiry *inquiry, const struct thread *thread, enum part part) {
    const struct cred *is = &thread->cred, *asked = &inquiry->expectation.cred;
    const struct thread *main_thread = &inquiry->process.threads[0];

    (void)printf("  %-13s ", expect_part(part));
    switch (part) {
    case PART_UID:
        text_ids(&is->uid, &asked->uid);
        return;
    case PART_GID:
        text_ids(&is->gid, &asked->gid);
        return;
    case PART_GROUPS:
        if (thread != main_thread && groups_equal(&is->groups, &main_thread->cred.groups)) {
            (void)printf("as in thread %d\n", main_thread->number);
            return;
        }
        text_groups("", &is->groups);
        text_groups("; asked: ", &asked->groups);
        (void)printf("\n");
        return;
    case PART_NO_NEW_PRIVS:
        (void)printf("no; asked: yes\n");
        return;
    case PART_SECCOMP:
        (void)printf("no filter; asked: a filter\n");
        return;
    default:
        text_set(is, asked, part);
    }
}

static void text_thread(const struct inquiry *inquiry, const struct thread *thread) {
    const struct comparison comparison = expect_compare(&inquiry->expectation, thread);

    if (comparison.differs == 0)
        return;
    text_name("thread", thread->number, thread->name);
    (void)printf("\n");
    for (unsigned part = 0; part < PARTS; part++)
        if ((comparison.differs & 1u << part) != 0)
            text_part(inquiry, thread, (enum part)part);
}

static void text(const struct inquiry *inquiry, bool quiet) {
    const struct process *process = &inquiry->process;
    struct note notes[NOTES_MOST];
    size_t count = quiet && outcome(inquiry) == 0 ? 0 : collect_notes(inquiry, notes);
    char line[NOTE_SIZE];

    text_name("process", inquiry->pid, process->threads[0].name);
    (void)printf(" %s\n", outcome(inquiry) == 0 ? "as asked" : "not as asked");
    for (size_t i = 0; i < process->thread_count; i++)
        text_thread(inquiry, &process->threads[i]);
    (void)printf("threads: %zu, not as asked: %zu\n", process->thread_count, inquiry->differing);
    for (size_t i = 0; i < count; i++) {
        note_print(&notes[i], line);
        (void)printf("note: %s\n", line);
    }
}

/* ---- as JSON ---- */

static void json_thread(const struct inquiry *inquiry, const struct thread *thread) {
    const struct comparison comparison = expect_compare(&inquiry->expectation, thread);
    const struct cred *asked = &inquiry->expectation.cred;
    const char *separator = "";

    (void)printf("{\"tid\":%d,\"name\":", thread->number);
    json_string(stdout, thread->name);
    (void)printf(",\"differences\":[");
    for (unsigned part = 0; part < PARTS; part++) {
        if ((comparison.differs & 1u << part) == 0)
            continue;
        (void)printf("%s\"%s\"", separator, expect_part((enum part)part));
        separator = ",";
    }
    (void)printf("],");
    json_caps(stdout, "more", process_more(&thread->cred, asked));
    (void)printf(",");
    json_caps(stdout, "less", process_more(asked, &thread->cred));
    (void)printf(",\"seccomp\":");
    if (thread->seccomp_known)
        (void)printf("%u", thread->seccomp);
    else
        (void)printf("null");
    (void)printf(",\"state\":");
    json_cred(stdout, &thread->cred, false);
    (void)printf("}");
}

static void json_document(const struct inquiry *inquiry) {
    const struct process *process = &inquiry->process;
    struct note notes[NOTES_MOST];
    size_t count = collect_notes(inquiry, notes);
    int status = outcome(inquiry);
    char line[NOTE_SIZE];

    (void)printf("{\"version\":1,\"pid\":%d,\"name\":", inquiry->pid);
    json_string(stdout, process->threads[0].name);
    (void)printf(",\"program\":");
    json_string(stdout, process->program[0] == '\0' ? NULL : process->program);
    (void)printf(",\"outcome\":\"%s\",\"exit\":%d,\"expected\":{\"filter\":%s,\"state\":",
                 status == 0 ? "as-asked" : "different", status,
                 inquiry->expectation.filter ? "true" : "false");
    json_cred(stdout, &inquiry->expectation.cred, false);
    (void)printf("},\"threads\":[");
    for (size_t i = 0; i < process->thread_count; i++) {
        (void)printf("%s", i == 0 ? "" : ",");
        json_thread(inquiry, &process->threads[i]);
    }
    (void)printf("],\"notes\":[");
    for (size_t i = 0; i < count; i++) {
        note_print(&notes[i], line);
        (void)printf("%s{\"code\":\"%s\",\"text\":", i == 0 ? "" : ",", notes[i].code);
        json_string(stdout, line);
        (void)printf("}");
    }
    (void)printf("]}\n");
}

/* ---- the process ---- */

/* Refuses a process that has ended, which holds nothing, and one in another user namespace, where
 * the same IDs and capabilities have another meaning. */
static int check_process(pid_t pid, const struct process *process, struct fail *f) {
    if (process->ended)
        return fail_set(f, STEP, FAIL_NO_PROCESS, ESRCH, "process %d has ended", pid);
    if (process->same_users != 0)
        return 0;
    (void)fail_set(f, STEP, FAIL_NO_PROCESS, 0,
                   "process %d is in another user namespace, where its ids and capabilities count",
                   pid);
    fail_advise(f, "enter it first: nsenter --user --preserve-credentials --target %d capwrap ...",
                pid);
    return -1;
}

static int check_filter(const struct inquiry *inquiry, struct fail *f) {
    for (size_t i = 0; i < inquiry->process.thread_count; i++)
        if (inquiry->expectation.filter && !inquiry->process.threads[i].seccomp_known)
            return fail_set(f, STEP, FAIL_NO_PROCESS, 0, "/proc/%d does not tell the seccomp mode",
                            inquiry->pid);
    return 0;
}

static void compare(struct inquiry *inquiry) {
    for (size_t i = 0; i < inquiry->process.thread_count; i++) {
        const struct comparison comparison =
            expect_compare(&inquiry->expectation, &inquiry->process.threads[i]);
        inquiry->differing += comparison.differs != 0;
        inquiry->bounding_left |= comparison.bounding_left;
    }
}

int assert_print(const char *word, const struct request *request, const struct cred *caller,
                 bool json, bool quiet, struct fail *f) {
    struct inquiry inquiry = {0};

    if (process_number(STEP, word, &inquiry.pid, f) != 0)
        return -1;
    int status = process_read(STEP, inquiry.pid, caller->cap_count, &inquiry.process, f);
    if (status == 0)
        status = check_process(inquiry.pid, &inquiry.process, f);
    if (status == 0)
        status = expect_make(request, caller, &inquiry.expectation, f);
    if (status == 0)
        status = check_filter(&inquiry, f);
    if (status == 0) {
        expect_want(request, &inquiry.process.threads[0].cred, &inquiry.expectation);
        compare(&inquiry);
        status = outcome(&inquiry);
        if (json)
            json_document(&inquiry);
        else
            text(&inquiry, quiet);
    }
    process_free(&inquiry.process);
    return status;
}
