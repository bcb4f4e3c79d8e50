#include "learn/checks/callchain.h"

#include <linux/perf_event.h>
#include <string.h>

const char *callchain_function(const struct kallsyms *kallsyms, const uint64_t *chain, size_t i) {
    if (chain[i] >= PERF_CONTEXT_MAX)
        return NULL; /* a marker for the kind of the addresses that follow */
    /* The call may be the last instruction of a function that does not return. */
    return kallsyms_name(kallsyms, chain[i] - 1);
}

/* Functions outside the entry of every system call, on x86 and on arm64. */
static bool is_common(const char *function) {
    return strstr(function, "syscall") != NULL || strstr(function, "SYSCALL") != NULL ||
           strncmp(function, "el0", 3) == 0 || strcmp(function, "do_el0_svc") == 0;
}

/* Kernel code that runs without a system call of its own. */
static const char *without_call(const char *function) {
    if (strstr(function, "page_fault") != NULL)
        return "page fault";
    return strcmp(function, "io_wq_worker") == 0 || strcmp(function, "io_sq_thread") == 0
               ? "io_uring"
               : NULL;
}

const char *callchain_call(const struct kallsyms *kallsyms, const uint64_t *chain, size_t depth,
                           bool *whole) {
    const char *first = NULL;

    *whole = true;

    for (size_t i = depth; i > 0; i--) {
        const char *function = callchain_function(kallsyms, chain, i - 1);
        if (function == NULL)
            continue;
        const char *call = kallsyms_syscall(function);
        if (call == NULL)
            call = without_call(function);
        if (call != NULL)
            return call;
        if (first == NULL && !is_common(function))
            first = function;
    }
    *whole = false;
    return first == NULL ? "?" : first;
}

bool callchain_answers_later(const struct kallsyms *kallsyms, const uint64_t *chain, size_t depth,
                             const char *call) {
    static const char *const calls[] = {"io_uring_enter", "io_uring", "page fault", "setfsuid",
                                        "setfsgid"};

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(call, calls[i]) == 0)
            return true;
    for (size_t i = 0; i < depth; i++) {
        const char *function = callchain_function(kallsyms, chain, i);
        if (function != NULL && strcmp(function, "netlink_unicast") == 0)
            return true;
    }
    return false;
}
