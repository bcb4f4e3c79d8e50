/*
 * launch - times launches of several commands, taking turns.
 *
 *   launch [-c CPU] [-w WIDTH] [-u USER] LAPS SEED <COMMANDS
 *
 * COMMANDS: each word ends with a NUL, each command with an empty word; the first word is a path.
 * In each of LAPS laps each command is launched once, in an order that is shuffled anew from SEED:
 * what disturbs the machine for a while disturbs all commands alike, and none always follows the
 * same one. Prints, for each command in the order given, one line of JSON: the nanoseconds of each
 * lap.
 *
 * A launch is vfork(2), execve(2) and waitpid(2), by CLOCK_MONOTONIC from before the first to after
 * the last: what whoever starts a program waits for. vfork because the time of fork(2) depends on
 * the size of the process that calls it, which here is not the question.
 *
 *   -c CPU    everything on this processor: no launch is charged for moving to another one
 *   -w WIDTH  so many launches side by side instead of one; the time is that of all together
 *   -u USER   the number of the user whose keyrings of former launches are waited for, outside of
 *             what is timed; any user when nothing is said
 *
 * Exit status: 0; 1 when a command did not exit with 0; 99 when it cannot work.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/keyrings.h"

enum { SETUP_FAILED = 99, COMMANDS = 64, WORDS = 1024, TEXT = 1 << 20, WIDTH = 1024 };

static char text[TEXT];
static char *words[WORDS + COMMANDS]; /* of all commands, each one closed by NULL */
static char **commands[COMMANDS];
static size_t command_count;
static uint64_t seed;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "launch: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

/* ---- what to launch ---- */

static void read_commands(void) {
    size_t size = fread(text, 1, TEXT, stdin), count = 0;

    for (size_t at = 0, begin = 0; at < size; at += strlen(text + at) + 1) {
        if (count == sizeof words / sizeof words[0] || command_count == COMMANDS || size == TEXT) {
            errno = E2BIG;
            die("COMMANDS");
        }
        words[count++] = text[at] == '\0' ? NULL : text + at;
        if (text[at] != '\0')
            continue;
        commands[command_count++] = words + begin;
        begin = count;
    }
}

/* ---- one launch ---- */

static pid_t start(char **command) {
    pid_t child = vfork(); /* cppcheck-suppress vforkCalled ; NOLINT: why, is said above */

    if (child == 0) {
        execve(command[0], command, environ);
        _exit(SETUP_FAILED);
    }
    if (child < 0)
        die("vfork");
    return child;
}

static void finish(pid_t child, char **command) {
    int status;

    if (waitpid(child, &status, 0) != child)
        die("waitpid");
    if (status == 0)
        return;
    fprintf(stderr, "launch: wait status 0x%x of", (unsigned)status);
    for (; *command != NULL; command++)
        fprintf(stderr, " %s", *command);
    fputs("\n", stderr);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t time_launch(char **command, unsigned width) {
    static pid_t children[WIDTH];

    uint64_t before = now();
    for (unsigned i = 0; i < width; i++)
        children[i] = start(command);
    for (unsigned i = 0; i < width; i++)
        finish(children[i], command);
    return now() - before;
}

/* ---- the laps ---- */

/* xorshift64: the same sequence everywhere. */
static size_t draw(size_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % below);
}

static void run_lap(uint64_t *times, size_t laps, unsigned width, unsigned user) {
    size_t order[COMMANDS];

    for (size_t i = 0; i < command_count; i++)
        order[i] = i;
    for (size_t i = command_count; i > 1; i--) {
        size_t other = draw(i), last = order[i - 1];
        order[i - 1] = order[other];
        order[other] = last;
    }
    for (size_t i = 0; i < command_count; i++) {
        if (i == 0 || width > 1)
            wait_for_keyrings(user);
        times[order[i] * laps] = time_launch(commands[order[i]], width);
    }
}

static void print_times(const uint64_t *times, size_t laps) {
    for (size_t i = 0; i < command_count; i++)
        for (size_t lap = 0; lap < laps; lap++)
            printf("%s%llu%s", lap == 0 ? "[" : ", ", (unsigned long long)times[i * laps + lap],
                   lap + 1 == laps ? "]\n" : "");
}

static unsigned long number(const char *word, unsigned long most) {
    char *end;
    unsigned long value = strtoul(word, &end, 10);

    errno = EINVAL;
    if (end == word || *end != '\0' || value > most)
        die(word);
    return value;
}

static void pin(const char *word) {
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(number(word, CPU_SETSIZE - 1), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die("sched_setaffinity");
}

int main(int argc, char **argv) {
    unsigned width = 1, user = ANY_USER;
    int option;

    while ((option = getopt(argc, argv, "c:w:u:")) != -1) {
        if (option == 'c')
            pin(optarg);
        else if (option == 'w')
            width = (unsigned)number(optarg, WIDTH);
        else if (option == 'u')
            user = (unsigned)number(optarg, ANY_USER);
        else
            return SETUP_FAILED;
    }
    if (argc - optind != 2 || width == 0) {
        errno = EINVAL;
        die("launch [-c CPU] [-w WIDTH] [-u USER] LAPS SEED <COMMANDS");
    }
    size_t laps = number(argv[optind], 1000000);
    seed = number(argv[optind + 1], UINT32_MAX) * 2 + 1;
    read_commands();
    uint64_t *times = calloc(command_count * laps + 1, sizeof *times);
    if (times == NULL)
        die("calloc");
    for (size_t lap = 0; lap < laps; lap++)
        run_lap(times + lap, laps, width, user);
    print_times(times, laps);
    free(times);
    return 0;
}
