#include "show/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/observe.h"
#include "core/text.h"
#include "show/json.h"
#include "show/names.h"
#include "show/proc_status.h"
#include "show/report.h"

static const char HELP[] =
    "Usage: capwrap [OPTION...] [--] COMMAND [ARGUMENT...]\n"
    "Run COMMAND with exactly the identity and capabilities named, or not at all.\n"
    "\n"
    "  -u, --user USER[:GROUP]  who the program is; names or numbers\n"
    "  -G, --groups LIST|init|none|keep\n"
    "                           supplementary groups (default: init, the user's own;\n"
    "                           where GROUP is given none, the primary group alone)\n"
    "  -k, --keep CAP[,CAP...]  capabilities that the program holds; none (default),\n"
    "                           all\n"
    "  -n, --no-new-privs       no execve ever gives more\n"
    "      --lock-securebits    uid 0 is not special, no keep-caps, no ambient raise;\n"
    "                           all of it locked\n"
    "      --no-login-env       leave HOME, USER and LOGNAME alone\n"
    "      --chown-stdio        hand pipes on the standard streams to the user\n"
    "      --close-fds          nothing above descriptor 2 is inherited\n"
    "      --strict             what would be a note is a refusal\n"
    "      --dry-run            make the whole transition in a child, and report it\n"
    "      --json               report --dry-run and --status as JSON\n"
    "      --status[=PID]       show a process's ids and capability sets\n"
    "      --decode=HEX         name the capabilities of a set in /proc/PID/status\n"
    "      --list-caps          list this kernel's capabilities, and which are here\n"
    "  -v, --verbose            tell each step\n"
    "  -q, --quiet              no notes\n"
    "  -h, --help               show this\n"
    "  -V, --version            show the version\n"
    "\n"
    "Exit status: 125 capwrap refused or failed, and nothing ran; 126 COMMAND cannot\n"
    "be executed; 127 COMMAND was not found; otherwise that of COMMAND.\n"
    "\n"
    "  capwrap --user www --keep NET_BIND_SERVICE --no-new-privs -- ./server\n";

int show_finish(struct fail *f) {
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return fail_set(f, "output", FAIL_OUTPUT, errno, "standard output cannot be written");
    return 0;
}

static void show_ids(FILE *out, const char *name, const struct ids *ids) {
    struct ids same = ids_all(ids->real);

    if (ids_equal(ids, &same))
        (void)fprintf(out, "  %-13s %u\n", name, ids->real);
    else
        (void)fprintf(out, "  %-13s real %u, effective %u, saved %u, fs %u\n", name, ids->real,
                      ids->effective, ids->saved, ids->fs);
}

/* A set that lacks few of the kernel's capabilities is told by what it lacks. */
static void show_set(FILE *out, const char *name, uint64_t set, uint64_t all) {
    enum { FEW = 8 };
    char names[NAMES_SIZE];
    uint64_t lacking = all & ~set;
    bool most = __builtin_popcountll(lacking) <= FEW && (set & ~all) == 0;

    names_join(most ? lacking : set, "", ",", names);
    (void)fprintf(out, "  %-13s %s%s\n", name,
                  most            ? lacking == 0 ? "all" : "all but "
                  : names[0] == 0 ? "none"
                                  : "",
                  names);
}

void show_cred(FILE *out, const struct cred *cred, bool securebits_known) {
    uint64_t all = cred_known_caps(cred);

    show_ids(out, "uid", &cred->uid);
    show_ids(out, "gid", &cred->gid);
    (void)fprintf(out, "  %-13s%s", "groups", cred->groups.count == 0 ? " none" : "");
    for (size_t i = 0; i < cred->groups.count; i++)
        (void)fprintf(out, "%c%u", i == 0 ? ' ' : ',', cred->groups.list[i]);
    (void)fputc('\n', out);
    show_set(out, "permitted", cred->permitted, all);
    show_set(out, "effective", cred->effective, all);
    show_set(out, "inheritable", cred->inheritable, all);
    show_set(out, "bounding", cred->bounding, all);
    show_set(out, "ambient", cred->ambient, all);
    if (securebits_known)
        (void)fprintf(out, "  %-13s 0x%x\n", "securebits", cred->securebits);
    (void)fprintf(out, "  %-13s %s\n", "no_new_privs", cred->no_new_privs ? "yes" : "no");
}

static int show_status(const struct options *options, struct cred *cred, struct fail *f) {
    bool other = options->mode_value != NULL;
    uint64_t pid = (uint64_t)getpid();

    if (other && (text_number(options->mode_value, INT32_MAX, &pid) != 0 || pid == 0)) {
        return fail_about(f, "status", FAIL_USAGE, 0, options->mode_value,
                          "a process id is a decimal number from 1 on");
    }
    if (observe_cred("status", CAP_BITS, cred, f) != 0)
        return -1;
    if (other && proc_status_read((pid_t)pid, cred, f) != 0)
        return -1;
    if (!options->json) {
        (void)printf("process %llu:\n", (unsigned long long)pid);
        show_cred(stdout, cred, !other);
        return 0;
    }
    (void)printf("{\"version\":1,\"pid\":%llu,\"state\":", (unsigned long long)pid);
    json_cred(stdout, cred, !other);
    (void)printf("}\n");
    return 0;
}

static int show_decode(const char *value, struct fail *f) {
    char names[NAMES_SIZE];
    uint64_t set;

    if (names_read_set(value, &set) != 0) {
        return fail_about(f, "decode", FAIL_USAGE, 0, value, "a set is 1 to 16 hexadecimal digits");
    }
    names_join(set, "", ",", names);
    (void)puts(names[0] == '\0' ? "none" : names);
    return 0;
}

static int show_caps(struct cred *cred, struct fail *f) {
    if (observe_cred("list-caps", CAP_BITS, cred, f) != 0)
        return -1;
    for (unsigned cap = 0; cap < cred->cap_count; cap++) {
        char name[NAMES_ONE];
        names_of(cap, name);
        (void)printf("%2u %-18s %s\n", cap, name,
                     (cred->permitted & CAP_MASK(cap)) != 0  ? "permitted"
                     : (cred->bounding & CAP_MASK(cap)) != 0 ? "in the bounding set only"
                                                             : "not here");
    }
    return 0;
}

int show(const struct options *options) {
    struct cred cred = {0};
    struct fail f;
    int status = 0;

    switch (options->mode) {
    case MODE_STATUS:
        status = show_status(options, &cred, &f);
        break;
    case MODE_DECODE:
        status = show_decode(options->mode_value, &f);
        break;
    case MODE_LIST_CAPS:
        status = show_caps(&cred, &f);
        break;
    case MODE_HELP:
        (void)fputs(HELP, stdout);
        break;
    case MODE_VERSION:
        (void)puts("capwrap " CAPWRAP_VERSION);
        break;
    case MODE_RUN:
        break;
    }
    observe_free(&cred);
    if (status == 0)
        status = show_finish(&f);
    return status == 0 ? 0 : report_failure(&f);
}
