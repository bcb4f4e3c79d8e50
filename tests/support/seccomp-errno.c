/*
 * seccomp-errno - executes COMMAND under a seccomp filter that blocks one system call, as container
 * runtimes and systemd do, or that lets it return success without effect.
 *
 *   seccomp-errno CALL ANSWER COMMAND [ARGUMENT...]
 *
 * CALL is NAME[:ARGUMENT]..., with a name from the table below, or NUMBER[:ARGUMENT]...; ANSWER is
 * EPERM, ENOSYS, the number of another error, 0 for success, or "kill" to kill the process.
 * Exits with 99 if it fails.
 */
#define _GNU_SOURCE

#include "seccomp-filter.h"

static struct call call_of(const char *word) {
    static const struct {
        const char *name;
        uint32_t number;
    } calls[] = {
        {"keyctl", SYS_keyctl},       {"setgroups", SYS_setgroups},
        {"setresgid", SYS_setresgid}, {"setresuid", SYS_setresuid},
        {"capset", SYS_capset},       {"close_range", SYS_close_range},
        {"geteuid", SYS_geteuid},     {"getegid", SYS_getegid},
        {"getresuid", SYS_getresuid}, {"prctl", SYS_prctl},
        {"execveat", SYS_execveat},   {"perf_event_open", SYS_perf_event_open},
    };
    size_t length = strcspn(word, ":");
    struct call call = {0};
    const char *rest = NULL;

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && rest == NULL; i++) {
        if (strlen(calls[i].name) != length || strncmp(calls[i].name, word, length) != 0)
            continue;
        call.number = calls[i].number;
        rest = parse_arguments(word + length, &call);
    }
    if (rest == NULL)
        rest = parse_call(word, &call);
    errno = EINVAL;
    if (*rest != '\0')
        die(word);
    return call;
}

static uint32_t action_of(const char *answer) {
    char *end;

    if (strcmp(answer, "kill") == 0)
        return SECCOMP_RET_KILL_PROCESS;
    if (strcmp(answer, "EPERM") == 0)
        return SECCOMP_RET_ERRNO | EPERM;
    if (strcmp(answer, "ENOSYS") == 0)
        return SECCOMP_RET_ERRNO | ENOSYS;
    unsigned long error = strtoul(answer, &end, 10);
    errno = EINVAL;
    if (end == answer || *end != '\0' || error > SECCOMP_RET_DATA)
        die(answer);
    return SECCOMP_RET_ERRNO | (uint32_t)error;
}

int main(int argc, char **argv) {
    errno = EINVAL;
    if (argc < 4)
        die("CALL ANSWER COMMAND...");

    struct call call = call_of(argv[1]);
    if (install_filter(&call, 1, action_of(argv[2]), 0) != 0)
        die("the filter");
    execvp(argv[3], argv + 3);
    die(argv[3]);
}
