/*
 * baseline - the least that a launcher can do: the same change of state as
 *
 *   capwrap --user ID:ID --keep NET_BIND_SERVICE --no-new-privs -- COMMAND [ARGUMENT...]
 *
 * started as root with all capabilities, for an ID without an entry in the user database, with no
 * option read, nothing looked up, nothing planned and nothing verified. Its cost is unavoidable
 * for any launcher that starts a program in this state.
 *
 *   baseline COMMAND [ARGUMENT...]      COMMAND is a path
 *
 * With -DNO_LIBC (and -nostdlib -static -ffreestanding) without a C library, otherwise with
 * whichever it is linked to: the system calls are the same. With -DQUESTIONS those are made as well
 * by which capwrap asks what it proves (questions.h); with -DQUESTION=FUNCTION, one of them. Ends
 * with the number of the call that failed.
 */
#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef NO_LIBC
#include "nolibc.h"
#else
#include <unistd.h>

static long call(long number, long a, long b, long c, long d, long e) {
    return syscall(number, a, b, c, d, e);
}
#endif

#if defined QUESTIONS || defined QUESTION
#include "questions.h"
#endif

enum { ID = 54321, ENVIRONMENT_LIMIT = 65536 };

/* A failing call is not part of the measurement, but must be noticed. */
static long must(long number, long a, long b, long c, long d) {
    long result = call(number, a, b, c, d, 0);

    if (result < 0)
        for (;;)
            call(__NR_exit_group, number & 0xff ? number & 0xff : 1, 0, 0, 0, 0);
    return result;
}

static void set_caps(const struct __user_cap_data_struct sets[2]) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};

    must(__NR_capset, (long)&header, (long)sets, 0, 0);
}

/* The bounding set is read as it is dropped from: after the last capability the answer is EINVAL.
 */
static void drop_bounding(void) {
    for (long cap = 0; cap < 64; cap++)
        if (cap != CAP_NET_BIND_SERVICE && call(__NR_prctl, PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
            return;
}

static void change_state(void) {
    const unsigned group = ID, keep = 1u << CAP_NET_BIND_SERVICE;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct now[2], only[2] = {{keep, keep, keep}, {0, 0, 0}};

    must(__NR_capget, (long)&header, (long)now, 0, 0);
    now[0].inheritable |= keep;
    set_caps(now); /* while it is in the bounding set and permitted */
    drop_bounding();
    must(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0);
    must(__NR_setgroups, 1, (long)&group, 0, 0);
    must(__NR_setresgid, ID, ID, ID, 0);
    must(__NR_setresuid, ID, ID, ID, 0);
    set_caps(only);
    must(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0);
    must(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0);
    must(__NR_prctl, PR_SET_KEEPCAPS, 0, 0, 0);
    must(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0);
}

static bool begins(const char *text, const char *start) {
    while (*start != '\0' && *text == *start) {
        text++;
        start++;
    }
    return *start == '\0';
}

/* HOME is the root directory for a user without an entry, USER and LOGNAME are not there. */
static void make_environment(char *const *environment, char **result, char *home) {
    size_t count = 0;

    for (; *environment != NULL && count < ENVIRONMENT_LIMIT - 2; environment++)
        if (!begins(*environment, "HOME=") && !begins(*environment, "USER=") &&
            !begins(*environment, "LOGNAME="))
            result[count++] = *environment;
    result[count++] = home;
    result[count] = NULL;
}

static int run(char *const *arguments, char *const *environment) {
    static char *new_environment[ENVIRONMENT_LIMIT], home[] = "HOME=/";

#ifdef QUESTIONS
    long count = ask_before(CAP_NET_BIND_SERVICE);
    change_state();
    ask_about_program(arguments[1]);
    ask_after(count, arguments[1]);
#else
    change_state();
#ifdef QUESTION
    QUESTION(arguments[1]);
#endif
#endif
    make_environment(environment, new_environment, home);
    must(__NR_execve, (long)arguments[1], (long)(arguments + 1), (long)new_environment, 0);
    return 1;
}

#ifdef NO_LIBC
void start(const long *stack) {
    char *const *arguments = (char *const *)(stack + 1);

    for (;;)
        run(arguments, arguments + stack[0] + 1);
}
#else
int main(int count, char **arguments, char **environment) {
    (void)count;
    return run(arguments, environment);
}
#endif
