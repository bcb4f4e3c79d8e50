/*
 * account - what a launcher uses until it executes the program: counted, not timed.
 *
 *   account [-i] COMMAND [ARGUMENT...] TARGET
 *
 * TARGET, a path without symbolic links, is what COMMAND executes in the end. COMMAND runs under
 * ptrace(2), with all its threads and children, from after its own execve to that of TARGET; with
 * -i once more, instruction by instruction. The numbers are the same in each run, or nearly so,
 * however busy the machine is. One line of JSON:
 *
 *   calls         system calls, the last execve among them
 *   faults        page faults
 *   peak_kib      the most memory that was resident at a time; the largest program's, where
 *                 COMMAND executes others on its way
 *   private_kib   memory that it shares with nobody, in the end
 *   instructions  (-i) in user mode; a repeated string instruction is one
 *
 * (The caller's ru_maxrss is no measure of memory: it counts what a child has of its parent before
 * its execve.)
 *
 * Exit status: 0; 1 when TARGET was not reached; 99 when it cannot work.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define PROGRAM_COUNTER rip
#elif defined(__aarch64__)
#define PROGRAM_COUNTER pc
#else
/* cppcheck-suppress preprocessorErrorDirective */
#error "no program counter named for this architecture"
#endif

enum { SETUP_FAILED = 99, PATH_SIZE = 4096, PID_LIMIT = 1 << 22 };

struct sums {
    unsigned long calls, instructions, faults, peak_kib, private_kib;
};

static const char *target;
static char **command;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "account: %s: %s\n", what, strerror(errno));
    exit(SETUP_FAILED);
}

/* ---- what /proc tells of a process ---- */

/* The number after the first line that starts with key, or 0. */
static unsigned long line_of(pid_t pid, const char *file, const char *key) {
    char path[64], line[512];
    unsigned long value = 0;

    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    FILE *stream = fopen(path, "re");
    if (stream == NULL)
        die(path);
    while (value == 0 && fgets(line, sizeof line, stream) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtoul(line + strlen(key), NULL, 10);
    fclose(stream);
    return value;
}

/* proc_pid_stat(5): the tenth word; the second may hold blanks, and ends with the last bracket. */
static unsigned long faults_of(pid_t pid) {
    char path[64], line[1024] = "";
    unsigned long faults = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *stream = fopen(path, "re");
    if (stream == NULL || fgets(line, sizeof line, stream) == NULL)
        die(path);
    fclose(stream);
    const char *rest = strrchr(line, ')');
    if (rest == NULL || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %lu", &faults) != 1)
        die(path);
    return faults;
}

static bool is_target(pid_t pid) {
    char path[64], file[PATH_SIZE];

    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t size = readlink(path, file, sizeof file - 1);
    file[size > 0 ? size : 0] = '\0';
    return strcmp(file, target) == 0;
}

/* ---- the run ---- */

/* On one processor: a program and its tracer wait for each other all the time, and waking up
 * another processor takes longer than all the rest. */
static void stay_here(void) {
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die("sched_setaffinity");
}

static pid_t start(void) {
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0)
            execv(command[0], command);
        die(command[0]);
    }
    if (child < 0 || waitpid(child, &status, 0) != child ||
        ptrace(PTRACE_SETOPTIONS, child, NULL,
               PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK) != 0)
        die("ptrace");
    return child;
}

/* At the entry of a system call: it counts, and before an execve so does all that the program has
 * used, because after it nothing is left to read. */
static void note_call(pid_t pid, struct sums *sums) {
    struct __ptrace_syscall_info info = {0};

    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    sums->calls++;
    if (info.entry.nr != SYS_execve && info.entry.nr != SYS_execveat)
        return;
    unsigned long peak = line_of(pid, "status", "VmHWM:");
    sums->peak_kib = peak > sums->peak_kib ? peak : sums->peak_kib;
    sums->private_kib = line_of(pid, "smaps_rollup", "Private_Dirty:") +
                        line_of(pid, "smaps_rollup", "Private_Clean:");
    sums->faults = faults_of(pid);
}

static void note_instruction(pid_t pid, struct sums *sums) {
    static unsigned long long last[PID_LIMIT];
    struct user_regs_struct registers;
    struct iovec vector = {&registers, sizeof registers};

    if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &vector) != 0)
        return; /* it is gone */
    sums->instructions += registers.PROGRAM_COUNTER != last[pid % PID_LIMIT];
    last[pid % PID_LIMIT] = registers.PROGRAM_COUNTER;
}

/* A signal that the program is to have, or 0 for a stop that is ptrace's own. */
static int signal_of(int status) {
    int signal = WSTOPSIG(status);

    if (status >> 16 != 0 || signal == SIGTRAP || signal == (SIGTRAP | 0x80) || signal == SIGSTOP)
        return 0;
    return signal;
}

/* One run, by system calls or by instructions. Returns whether TARGET was reached. */
static bool count(enum __ptrace_request how, struct sums *sums) {
    pid_t child = start(), stopped;
    bool started = false, reached = false;
    unsigned long before = 0;
    int status = 0;

    if (ptrace(PTRACE_CONT, child, NULL, NULL) != 0)
        die("ptrace");
    while (!reached && (stopped = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status))
            continue;
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            reached = started && is_target(stopped);
            before = started ? before : faults_of(stopped);
            started = true;
        } else if (status >> 8 == (SIGTRAP | 0x80)) {
            note_call(stopped, sums);
        } else if (status >> 8 == SIGTRAP && started) {
            note_instruction(stopped, sums);
        }
        if (!reached)
            ptrace(started ? how : PTRACE_CONT, stopped, NULL, (void *)(long)signal_of(status));
    }
    kill(child, SIGKILL);
    while (waitpid(-1, NULL, __WALL) > 0) {
    }
    sums->faults -= how == PTRACE_SYSCALL ? before : 0;
    return reached;
}

int main(int argc, char **argv) {
    struct sums sums = {0};
    bool instructions = argc > 1 && strcmp(argv[1], "-i") == 0;

    command = argv + 1 + instructions;
    if (argc - instructions < 3) {
        errno = EINVAL;
        die("account [-i] COMMAND [ARGUMENT...] TARGET");
    }
    target = argv[argc - 1];
    stay_here();
    if (!count(PTRACE_SYSCALL, &sums) || (instructions && !count(PTRACE_SINGLESTEP, &sums))) {
        fprintf(stderr, "account: %s did not execute %s\n", command[0], target);
        return 1;
    }
    printf("{\"calls\": %lu, \"faults\": %lu, \"peak_kib\": %lu, \"private_kib\": %lu", sums.calls,
           sums.faults, sums.peak_kib, sums.private_kib);
    if (instructions)
        printf(", \"instructions\": %lu", sums.instructions);
    puts("}");
    return 0;
}
