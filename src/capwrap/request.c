#include "capwrap/request.h"

#include <stdlib.h>
#include <unistd.h>

#include "text/number.h"

/* sd_listen_fds(3): LISTEN_PID names the process that is to receive the sockets. */
static bool receives_sockets(void) {
    const char *listen_pid = getenv("LISTEN_PID");
    uint64_t pid;

    return listen_pid != NULL && number_parse(listen_pid, INT32_MAX, &pid) == 0 &&
           pid == (uint64_t)getpid();
}

int request_make(const struct options *options, const struct cred *caller, struct request *request,
                 struct identity *identity, struct fail *f) {
    struct who who = options->who;

    if (options->request.close_fds && receives_sockets())
        return fail_set(f, "fds", FAIL_LISTEN_FDS, 0,
                        "LISTEN_PID is this process: --close-fds would close its sockets");
    who.entry = options->reset_env && !who.ids_only;
    if (resolve(&who, caller, identity, f) != 0)
        return -1;
    *request = options->request;
    resolve_apply(identity, request);
    return 0;
}
