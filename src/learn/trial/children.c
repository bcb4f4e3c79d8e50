#include "learn/trial/children.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char STEP[] = "processes";

int children_begin(struct fail *f) {
    siginfo_t info;

    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        return error_set(f, STEP, errno, "allow prctl in the seccomp filter",
                         "PR_SET_CHILD_SUBREAPER");
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        return error_set(f, STEP, 0, "start it from a shell, without exec",
                         "this process has children already, which could not be distinguished "
                         "from those of the program");
    return 0;
}

/* The parent of a process; 0 if it is gone. */
static pid_t parent_of(const char *pid) {
    char path[64], line[512];
    pid_t parent = 0;

    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) != NULL) {
        const char *end = strrchr(line, ')'); /* of the name, which may contain any character */
        if (end != NULL && strlen(end) > 4)
            parent = (pid_t)strtol(end + 4, NULL, 10); /* ") S 123": after the state */
    }
    (void)fclose(file);
    return parent;
}

int children_signal(int signal) {
    DIR *processes = opendir("/proc");
    const struct dirent *entry;
    int count = 0;

    if (processes == NULL)
        return -errno;
    while ((entry = readdir(processes)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]) || parent_of(entry->d_name) != getpid())
            continue;
        (void)kill((pid_t)strtol(entry->d_name, NULL, 10), signal);
        count++;
    }
    (void)closedir(processes);
    return count;
}

int children_end(struct fail *f) {
    enum { ROUNDS = 2000 }; /* of 5 ms: what is left then cannot be killed, or forks forever */
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = 0;
        do {
            child = waitpid(-1, NULL, WNOHANG);
        } while (child > 0);
        if (child < 0)
            return 0;
        int count = children_signal(SIGKILL);
        if (count < 0)
            return error_set(f, STEP, count, "mount /proc",
                             "what the program left behind cannot be found");
        (void)nanosleep(&pause, NULL);
    }
    return error_set(f, STEP, 0, "end them by hand",
                     "the program left processes behind that cannot be killed");
}
