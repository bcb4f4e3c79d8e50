#include "inspect/dry_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/place.h"
#include "show/document.h"
#include "show/report.h"

static int finish(const struct pipeline *p, const struct dry_run *asked, int status,
                  struct fail *f) {
    const struct place place = place_find();
    const struct fail *failure = status == 0 ? NULL : f;

    if (asked->json)
        document_json(p, failure, &place);
    else
        document_text(p, failure, asked->reasons);
    return report_finish(f) != 0 || status != 0 ? report_failure(f, &place) : 0;
}

int dry_run(struct pipeline *p, const struct dry_run *asked, int status, struct fail *f) {
    int ended;

    if (status != 0)
        return finish(p, asked, status, f);

    (void)signal(SIGCHLD, SIG_DFL); /* if it is inherited as ignored, the kernel reaps the child */
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        status = pipeline_advance(p, STAGE_CHECK, f);
        if (status == 0)
            status = mistaken_root_command(p, &asked->line, f);
        else
            mistaken_command(p, &asked->line, f);
        return finish(p, asked, status, f);
    }
    if (child < 0 || waitpid(child, &ended, 0) != child)
        status = fail_set(f, "start", FAIL_SYSTEM_CALL, errno, "no process for the rehearsal");
    else if (WIFEXITED(ended))
        return WEXITSTATUS(ended);
    else
        status = fail_set(f, "start", FAIL_KILLED, 0, "the rehearsal was ended by signal %d (%s)",
                          WTERMSIG(ended), strsignal(WTERMSIG(ended)));
    return finish(p, asked, status, f);
}
