/* Every state at execve, times every file: cred_after_exec; and where the state is one that a plan
 * leads to, what the check of the program says. */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>

#include "core/program.h"
#include "core/sys.h"
#include "every.h"

enum {
    CALLERS = 3,
    FILE_CAPS = 17, /* none; or permitted, inheritable, effective bit, and another one permitted */
    SET_IDS = 9,    /* set-user-ID and set-group-ID: no; naming the ids there are; naming others */
    STATES = SETS * 2 * SECUREBITS * CALLERS,
    FILES = FILE_CAPS * SET_IDS * 2 * 2, /* nosuid mount or not; --strict or not */
};

struct one {
    struct sets sets;
    uid_t uid;
    gid_t gid;
    struct exec_file file;  /* what counts of it: nothing on a nosuid mount */
    struct exec_file shape; /* what it has */
    bool nosuid, strict;
};

/* ---- the file that program.c inspects ---- */

static const struct one *current;

int sys_may_execute(const char *path) {
    (void)path;
    return 0;
}

int sys_inspect(const char *path, struct sys_file *file) {
    const struct exec_file *shape = &current->shape;

    (void)path;
    *file = (struct sys_file){.mode = S_IFREG | 0755U | (shape->set_uid ? S_ISUID : 0U) |
                                      (shape->set_gid ? S_ISGID : 0U),
                              .owner = shape->owner,
                              .group = shape->group,
                              .nosuid = current->nosuid};
    return 0;
}

static const char ELF[] = {0x7f, 'E', 'L', 'F'};

int sys_may_reopen(int fd) {
    (void)fd;
    return 0;
}

int sys_read_link(const char *path, size_t capacity, char *target) {
    (void)path;
    if (capacity > 0)
        target[0] = '\0';
    return -EINVAL;
}

int sys_enter_directory(const char *path, struct sys_directory *entered) {
    (void)path;
    (void)entered;
    return -ENOENT;
}

int sys_read_head(const char *path, size_t capacity, char *head) {
    (void)path;
    (void)capacity;
    for (size_t i = 0; i < sizeof ELF; i++)
        head[i] = ELF[i];
    return sizeof ELF;
}

int sys_read_file_caps(const char *path, size_t capacity, void *attribute) {
    const struct exec_file *shape = &current->shape;
    struct vfs_cap_data data = {
        .magic_etc =
            htole32(VFS_CAP_REVISION_2 | (shape->caps_effective ? VFS_CAP_FLAGS_EFFECTIVE : 0U)),
        .data[0] = {htole32((uint32_t)shape->caps_permitted),
                    htole32((uint32_t)shape->caps_inheritable)}};

    (void)path;
    if (!shape->has_caps || capacity < sizeof data)
        return -ENODATA;
    memcpy(attribute, &data, sizeof data);
    return sizeof data;
}

int sys_all_ids_mapped(void) { return 1; }
/* What only the check before execve asks for, which is not made here. */
int sys_read_at(const char *path, uint64_t offset, size_t capacity, void *bytes) {
    (void)path;
    (void)offset;
    (void)capacity;
    (void)bytes;
    return -ENOSYS;
}

int sys_has_formats(void) { return -ENOSYS; }

int sys_execve_check(const char *path) {
    (void)path;
    return -ENOSYS;
}

int sys_execve(const char *path, char *const argv[], char *const envp[]) {
    (void)path;
    (void)argv;
    (void)envp;
    return -ENOSYS;
}

/* ---- the states ---- */

static void make_state(unsigned n, struct one *one) {
    static const uid_t UIDS[CALLERS] = {ROOT, USER, OVERFLOW};
    unsigned rest = n / SETS;

    one->sets = every_sets(n % SETS);
    one->sets.no_new_privs = rest % 2 == 1;
    one->sets.securebits = every_securebits(rest / 2 % SECUREBITS);
    one->uid = UIDS[rest / 2 / SECUREBITS];
    one->gid = one->uid;
}

static void make_file(unsigned n, struct one *one) {
    unsigned caps = n % FILE_CAPS, ids = n / FILE_CAPS % SET_IDS, rest = n / FILE_CAPS / SET_IDS;
    uint64_t cap = CAP_MASK(every_cap), other = CAP_MASK(OTHER_CAP);
    struct exec_file *shape = &one->shape;

    *shape = (struct exec_file){.has_caps = caps != 0,
                                .set_uid = ids % 3 != 0,
                                .set_gid = ids / 3 != 0,
                                .owner = ids % 3 == 2 ? OTHER_USER : one->uid,
                                .group = ids / 3 == 2 ? OTHER_USER : one->gid};
    if (shape->has_caps) {
        unsigned bits = caps - 1;
        shape->caps_permitted = ((bits & 1) != 0 ? cap : 0) | ((bits & 8) != 0 ? other : 0);
        shape->caps_inheritable = (bits & 2) != 0 ? cap : 0;
        shape->caps_effective = (bits & 4) != 0;
    }
    one->nosuid = rest % 2 == 1;
    one->strict = rest / 2 == 1;
    one->file = *shape;
    if (one->nosuid)
        one->file = (struct exec_file){.owner = 0};
}

static struct cred cred_of(const struct one *one) {
    return (struct cred){.uid = ids_all(one->uid),
                         .gid = ids_all(one->gid),
                         .permitted = one->sets.permitted,
                         .effective = one->sets.effective,
                         .inheritable = one->sets.inheritable,
                         .bounding = one->sets.bounding,
                         .ambient = one->sets.ambient,
                         .securebits = one->sets.securebits,
                         .no_new_privs = one->sets.no_new_privs,
                         .cap_count = CAPS};
}

static bool is_state(const struct cred *after, const struct sets *sets) {
    return after->permitted == sets->permitted && after->effective == sets->effective &&
           after->inheritable == sets->inheritable && after->bounding == sets->bounding &&
           after->ambient == sets->ambient && after->securebits == sets->securebits &&
           after->no_new_privs == sets->no_new_privs;
}

static bool execve_agrees(const struct one *one, struct counts *counts) {
    struct outcome rules = rules_execve(&one->sets, one->uid, one->gid, &one->file);
    struct cred now = cred_of(one), after;

    if ((rules.reasons & SET_ID) != 0)
        return true; /* nothing that cred_after_exec is asked about */
    int status = cred_after_exec(&now, &one->file, &after);
    counts->refused += status != 0;
    counts->accepted += status == 0;
    return status != 0 ? status == -EPERM && rules.reasons == OUTSIDE_BOUNDING
                       : rules.reasons == 0 && is_state(&after, &rules.sets);
}

static bool program_agrees(const struct one *one) {
    static struct program program;
    const struct plan plan = {
        .goal = cred_of(one), .keep = one->sets.permitted, .strict = one->strict};
    struct outcome rules =
        rules_program(&one->sets, one->sets.permitted, one->strict, one->uid, one->gid, &one->file);
    struct fail fail = {.code = FAIL_NONE};

    program.command = "/program";
    program.interpreter_count = 0;
    current = one;
    int status = program_find(&plan, &program, &fail);
    return status != 0 ? every_is_reason(fail.code, rules.reasons)
                       : rules.reasons == 0 && is_state(&program.after, &rules.sets) &&
                             program.ambient_cleared == rules.ambient_cleared;
}

void every_state(uint64_t first, uint64_t step, struct counts *counts) {
    struct one one;

    for (uint64_t state = first; state < STATES; state += step) {
        make_state((unsigned)state, &one);
        const struct sets *sets = &one.sets;
        bool is_goal = sets->permitted == sets->effective && sets->permitted == sets->inheritable &&
                       sets->permitted == sets->ambient;
        for (unsigned file = 0; file < FILES; file++) {
            make_file(file, &one);
            counts->states++;
            if (execve_agrees(&one, counts) && (!is_goal || program_agrees(&one)))
                continue;
            if (counts->differences++ < 10)
                every_print(state * FILES + file);
        }
    }
}

void every_print(uint64_t number) {
    struct one one;

    make_state((unsigned)(number / FILES % STATES), &one);
    make_file((unsigned)(number % FILES), &one);
    const struct exec_file *shape = &one.shape;
    struct outcome rules = rules_execve(&one.sets, one.uid, one.gid, &one.file);
    printf("{\"number\":%" PRIu64 ",\"uid\":%u,\"gid\":%u,", number, one.uid, one.gid);
    every_print_sets("start", &one.sets);
    printf(",\"nosuid\":%d,\"set_uid\":%d,\"set_gid\":%d,\"owner\":%u,\"group\":%u,\"caps\":",
           one.nosuid, shape->set_uid, shape->set_gid, shape->owner, shape->group);
    if (shape->has_caps)
        printf("[%" PRIu64 ",%" PRIu64 ",%s],", shape->caps_permitted, shape->caps_inheritable,
               shape->caps_effective ? "true" : "false");
    else
        printf("null,");
    every_print_reasons(rules.reasons);
    printf(",");
    every_print_sets("after", &rules.sets);
    printf("}\n");
}
