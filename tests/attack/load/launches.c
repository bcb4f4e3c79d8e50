/*
 * launches - starts COMMAND many times from many callers side by side, and compares each output.
 *
 *   launches COUNT CALLERS EXPECTED REFUSAL VERSION -- COMMAND [ARGUMENT...]
 *
 * Each caller is a process that starts its share of COUNT one after the other. What COMMAND writes,
 * on standard output and standard error together, must be the text in the file EXPECTED to the last
 * byte. There, {N} stands for the number N + V: V is taken from the first one, and must be the same
 * in all the others. VERSION is a symbolic link whose target ends in the number of the version that
 * is in force: V must have been in force at some time between the start and the end of COMMAND. (A
 * text without {N} has nothing to do with VERSION.)
 * The only other outcome is a refusal: status 125 and a first line that is REFUSAL ("" for none).
 *
 * COMMAND inherits the descriptors 0, 5 and 9, and a pipe on 1 and 2; nothing else is open.
 *
 * Prints the first outcomes that are neither, then `summary: {...}`: what was asked for, started
 * exactly, refused, wrong, lost (no outcome at all), processes left behind, how many versions were
 * seen, and the smallest and the largest peak of resident memory in KiB. Exits with 0 when nothing
 * is wrong, lost or left behind, with 1 when something is, and with 99 when it cannot work.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../support/keyrings.h"

enum { SETUP_FAILED = 99, REFUSED = 125, TEXT = 16384, VERSIONS = 1 << 16, SHOWN = 3 };

/* What all callers add to. */
struct tally {
    atomic_ulong exact, refused, wrong, left, versions;
    atomic_long least, most; /* KiB */
    atomic_bool seen[VERSIONS];
};

/* What one start of COMMAND came to. */
struct outcome {
    char text[TEXT];
    int status; /* as wait(2) gives it */
    long peak;
    unsigned long before, after; /* the versions in force around it */
};

static struct tally *tally;
static char expected[TEXT];
static const char *refusal, *version_link;
static char *const *command;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "launches: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

/* ---- one launch ---- */

static unsigned long version_in_force(void) {
    char target[256];
    ssize_t size = readlink(version_link, target, sizeof target - 1);

    if (size <= 0)
        return 0;
    target[size] = '\0';
    while (size > 0 && isdigit((unsigned char)target[size - 1]))
        size--;
    return strtoul(target + size, NULL, 10);
}

static _Noreturn void become_command(int output) {
    if (dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
        execv(command[0], command);
    fprintf(stderr, "launches: %s: %s\n", command[0], strerror(errno));
    _exit(SETUP_FAILED);
}

static void read_all(int fd, char text[TEXT]) {
    size_t size = 0;
    ssize_t got;

    while (size < TEXT - 1 && (got = read(fd, text + size, TEXT - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
}

static void launch(struct outcome *outcome) {
    struct rusage usage;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        die("pipe");
    outcome->before = version_in_force();
    pid_t child = fork();
    if (child == 0)
        become_command(ends[1]);
    if (child < 0)
        die("fork");
    close(ends[1]);
    read_all(ends[0], outcome->text);
    close(ends[0]);
    if (wait4(child, &outcome->status, 0, &usage) != child)
        die("wait");
    outcome->after = version_in_force();
    outcome->peak = usage.ru_maxrss;
}

/* ---- what it came to ---- */

/* Whether text is the expected one, of a version that was in force. */
static bool is_exact(const struct outcome *outcome) {
    const char *want = expected, *have = outcome->text;
    unsigned long version = 0;
    bool known = false;

    while (*want != '\0') {
        if (*want != '{') {
            if (*want++ != *have++)
                return false;
            continue;
        }
        char *want_end, *have_end;
        unsigned long number = strtoul(have, &have_end, 10) - strtoul(want + 1, &want_end, 10);
        if (have_end == have || !isdigit((unsigned char)*have) || (known && number != version))
            return false;
        version = number;
        known = true;
        want = want_end + 1;
        have = have_end;
    }
    if (*have != '\0' || (known && (version < outcome->before || version > outcome->after)))
        return false;
    if (known && version < VERSIONS && !atomic_exchange(&tally->seen[version], true))
        atomic_fetch_add(&tally->versions, 1);
    return true;
}

static bool is_refusal(const struct outcome *outcome) {
    size_t length = strlen(refusal);

    return length > 0 && WIFEXITED(outcome->status) && WEXITSTATUS(outcome->status) == REFUSED &&
           strncmp(outcome->text, refusal, length) == 0 && outcome->text[length] == '\n';
}

static void note_peak(long peak) {
    long least = atomic_load(&tally->least), most = atomic_load(&tally->most);

    while (peak < least && !atomic_compare_exchange_weak(&tally->least, &least, peak)) {
    }
    while (peak > most && !atomic_compare_exchange_weak(&tally->most, &most, peak)) {
    }
}

static void check_outcome(const struct outcome *outcome) {
    note_peak(outcome->peak);
    if (outcome->status == 0 && is_exact(outcome))
        atomic_fetch_add(&tally->exact, 1);
    else if (is_refusal(outcome))
        atomic_fetch_add(&tally->refused, 1);
    else if (atomic_fetch_add(&tally->wrong, 1) < SHOWN)
        printf("wrong: wait status 0x%x, versions %lu to %lu in force:\n%s", outcome->status,
               outcome->before, outcome->after, outcome->text);
}

/* ---- the callers ---- */

static _Noreturn void call(unsigned long count) {
    struct outcome outcome;

    if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) != 0) /* leftover processes come here */
        die("PR_SET_CHILD_SUBREAPER");
    for (unsigned long i = 0; i < count; i++) {
        wait_for_keyrings(ANY_USER);
        launch(&outcome);
        check_outcome(&outcome);
    }
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        atomic_fetch_add(&tally->left, 1);
    exit(0);
}

static void arrange_descriptors(void) {
    if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0 || dup2(STDIN_FILENO, 5) != 5 ||
        dup2(STDIN_FILENO, 9) != 9)
        die("descriptors");
}

static void call_from_all(unsigned long count, unsigned long callers) {
    for (unsigned long i = 0; i < callers; i++) {
        pid_t caller = fork();
        if (caller == 0)
            call(count / callers + (i < count % callers));
        if (caller < 0)
            die("fork");
    }
    while (wait(NULL) > 0) {
    }
}

static int sum_up(unsigned long count) {
    unsigned long done = tally->exact + tally->refused + tally->wrong;

    printf("summary: {\"launches\": %lu, \"exact\": %lu, \"refused\": %lu, \"wrong\": %lu, "
           "\"lost\": %lu, \"left_behind\": %lu, \"versions\": %lu, \"least_kib\": %ld, "
           "\"most_kib\": %ld}\n",
           count, tally->exact, tally->refused, tally->wrong, count - done, tally->left,
           tally->versions, tally->least, tally->most);
    return tally->wrong == 0 && done == count && tally->left == 0 ? 0 : 1;
}

static void read_expected(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        die(path);
    read_all(fd, expected);
    close(fd);
}

int main(int argc, char **argv) {
    if (argc < 8 || strcmp(argv[6], "--") != 0) {
        errno = EINVAL;
        die("launches COUNT CALLERS EXPECTED REFUSAL VERSION -- COMMAND [ARGUMENT...]");
    }
    unsigned long count = strtoul(argv[1], NULL, 10), callers = strtoul(argv[2], NULL, 10);

    tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tally == MAP_FAILED)
        die("mmap");
    tally->least = 1L << 40;
    read_expected(argv[3]);
    refusal = argv[4];
    version_link = argv[5];
    command = argv + 7;
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    arrange_descriptors();
    call_from_all(count, callers);
    return sum_up(count);
}
