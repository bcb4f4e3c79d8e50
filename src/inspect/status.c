#include "inspect/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/observe.h"
#include "core/proc_file.h"
#include "show/json.h"
#include "show/state_parse.h"
#include "show/state_text.h"
#include "text/number.h"

/* Replaces what *cred holds but for cap_count and securebits, which the file does not tell. */
static int read_other(pid_t pid, struct cred *cred, struct fail *f) {
    char path[32], *text;
    size_t size;

    (void)snprintf(path, sizeof path, "/proc/%d/status", pid);
    int error = proc_file_read(path, &text, &size);
    if (error != 0)
        return fail_set(f, "status", FAIL_NO_PROCESS, error, "%s cannot be read", path);
    observe_free(cred);
    error = state_parse(text, size, cred);
    free(text);
    if (error != 0)
        return fail_set(f, "status", FAIL_NO_PROCESS, error, "%s does not tell the whole state",
                        path);
    return 0;
}

static int read_state(const char *word, uint64_t *pid, struct cred *cred, struct fail *f) {
    if (word != NULL && (number_parse(word, INT32_MAX, pid) != 0 || *pid == 0))
        return fail_about(f, "status", FAIL_USAGE, 0, word,
                          "a process id is a decimal number from 1 on");
    if (observe_cred("status", CAP_BITS, cred, f) != 0)
        return -1;
    return word != NULL ? read_other((pid_t)*pid, cred, f) : 0;
}

int status_print(const char *word, bool json, struct fail *f) {
    uint64_t pid = (uint64_t)getpid();
    struct cred cred = {0};
    bool own = word == NULL;

    int status = read_state(word, &pid, &cred, f);
    if (status == 0 && json) {
        (void)printf("{\"version\":1,\"pid\":%llu,\"state\":", (unsigned long long)pid);
        json_cred(stdout, &cred, own);
        (void)printf("}\n");
    } else if (status == 0) {
        (void)printf("process %llu:\n", (unsigned long long)pid);
        state_text_print(stdout, &cred, own);
    }
    observe_free(&cred);
    return status;
}
