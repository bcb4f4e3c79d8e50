#include "learn/trial/launch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int launch(const struct subject *subject, uint64_t keep, struct child_report *report) {
    struct pipeline *p = &report->pipeline;
    struct fail *f = &report->fail;

    p->request = subject->request;
    p->request.keep = keep;
    p->program.command = subject->command[0];
    p->program.search_path = subject->search_path;
    if (pipeline_advance(p, STAGE_CHECK, f) != 0)
        return -1;
    return program_exec(&p->program, subject->command,
                        subject->environment != NULL ? subject->environment : environ, f);
}

void launch_program(const struct subject *subject, uint64_t keep, const int go[2],
                    struct child_report *report) {
    char word;

    if (subject->input >= 0)
        (void)lseek(STDIN_FILENO, subject->input, SEEK_SET);
    (void)close(go[1]);
    if (read(go[0], &word, 1) == 1) {
        if (subject->ignores_children)
            (void)signal(SIGCHLD, SIG_IGN);
        (void)sigprocmask(SIG_SETMASK, &subject->mask, NULL);
        (void)setrlimit(RLIMIT_NOFILE, &subject->files);
        report->refused = launch(subject, keep, report) != 0;
    }
    _exit(EXIT_REFUSED);
}

void launch_shell(const struct subject *subject, const char *line, int output) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(fd == STDIN_FILENO || output < 0 ? null : output, fd);
    (void)setrlimit(RLIMIT_NOFILE, &subject->files);
    (void)sigprocmask(SIG_SETMASK, &subject->mask, NULL);
    (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}
