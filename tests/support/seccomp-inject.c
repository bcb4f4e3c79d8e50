/*
 * seccomp-inject - runs COMMAND and answers chosen system calls instead of the kernel, once.
 *
 *   seccomp-inject LOG RULE... -- COMMAND [ARGUMENT...]
 *
 * RULE is NUMBER[:ARGUMENT].../N=ANSWER: the N-th such call after the execve of COMMAND, also after
 * later execves, gets ANSWER: -ERRNO or a value, both decimal. strace(1) does the same with
 * `inject=...:when=N`, but this does not stop the process at any other call.
 *
 * LOG lists in order what was answered (RULE) and what was executed ("execve", when it was tried).
 * Exits with 99 if it fails, and otherwise as COMMAND does.
 */
#define _GNU_SOURCE
#include "seccomp-notify.h"

static struct rule {
    const char *word;
    struct call call;
    unsigned when, seen;
    long answer;
} rules[CALLS_LIMIT];

static size_t rule_count;
static FILE *event_log;
static bool started;

static void parse_rule(const char *word) {
    errno = E2BIG;
    if (rule_count == CALLS_LIMIT - 1)
        die("rules");
    struct rule *rule = &rules[rule_count++];
    const char *rest = parse_call(rule->word = word, &rule->call);

    errno = EINVAL;
    if (sscanf(rest, "/%u=%ld", &rule->when, &rule->answer) != 2)
        die(word);
}

static void tell(const char *what) {
    fprintf(event_log, "%s\n", what);
    fflush(event_log);
}

static void inject(const struct seccomp_notif *call, struct seccomp_notif_resp *response) {
    bool is_exec = call->data.nr == SYS_execve;

    if (is_exec && !started) {
        started = true;
        return;
    }
    for (size_t i = 0; i < rule_count; i++) {
        struct rule *rule = &rules[i];
        if (!is_call(&rule->call, &call->data) || ++rule->seen != rule->when)
            continue;
        response->flags = 0;
        response->error = rule->answer < 0 ? (int)rule->answer : 0;
        response->val = rule->answer < 0 ? 0 : rule->answer;
        tell(rule->word);
    }
    if (is_exec && response->flags != 0)
        tell("execve");
}

int main(int argc, char **argv) {
    struct call calls[CALLS_LIMIT];
    char **word = argv + 2;

    for (; word < argv + argc && strcmp(*word, "--") != 0; word++)
        parse_rule(*word);
    errno = EINVAL;
    if (word + 1 >= argv + argc)
        die("LOG RULE... -- COMMAND");
    event_log = fopen(argv[1], "we");
    if (event_log == NULL)
        die(argv[1]);

    for (size_t i = 0; i < rule_count; i++)
        calls[i] = rules[i].call;
    calls[rule_count] = (struct call){.number = SYS_execve};
    supervise(calls, rule_count + 1, word + 1, inject);
}
