#include "show/proc_status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/observe.h"

/* Reads at most most decimal numbers and returns how many there were. */
static size_t read_numbers(const char *value, size_t most, uint32_t *numbers) {
    size_t count = 0;
    char *end;

    for (; count < most; value = end) {
        unsigned long number = strtoul(value, &end, 10);
        if (end == value)
            break;
        numbers[count++] = (uint32_t)number;
    }
    return count;
}

static int read_groups(const char *value, struct groups *groups) {
    size_t most = strlen(value) / 2 + 1;

    groups->list = calloc(most, sizeof groups->list[0]);
    if (groups->list == NULL)
        return -ENOMEM;
    groups->count = read_numbers(value, most, groups->list);
    observe_sort(groups);
    return 1;
}

static int read_ids(const char *value, struct ids *ids) {
    uint32_t four[4];

    if (read_numbers(value, 4, four) != 4)
        return -EPROTO;
    *ids = (struct ids){four[0], four[1], four[2], four[3]};
    return 1;
}

/* Takes one line. 1 when it is one of ours, 0 when not, -errno when it cannot be read. */
static int read_line(const char *line, struct cred *cred) {
    const char *value = strchr(line, ':');
    size_t length = value == NULL ? 0 : (size_t)(value - line);
    const struct {
        const char *key;
        uint64_t *set;
    } sets[] = {
        {"CapPrm", &cred->permitted}, {"CapEff", &cred->effective}, {"CapInh", &cred->inheritable},
        {"CapBnd", &cred->bounding},  {"CapAmb", &cred->ambient},
    };

    if (value == NULL)
        return 0;
    value++;
    if (strncmp(line, "Uid", length) == 0)
        return read_ids(value, &cred->uid);
    if (strncmp(line, "Gid", length) == 0)
        return read_ids(value, &cred->gid);
    if (strncmp(line, "Groups", length) == 0)
        return read_groups(value, &cred->groups);
    if (strncmp(line, "NoNewPrivs", length) == 0) {
        cred->no_new_privs = strtoul(value, NULL, 10) == 1;
        return 1;
    }
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (strncmp(line, sets[i].key, length) == 0) {
            *sets[i].set = strtoull(value, NULL, 16);
            return 1;
        }
    return 0;
}

int proc_status_read(pid_t pid, struct cred *cred, struct fail *f) {
    enum { LINES = 9 }; /* two of ids, groups, five sets, NoNewPrivs */
    char path[32], *line = NULL;
    size_t capacity = 0;
    int found = 0, error = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fail_set(f, "status", FAIL_NO_PROCESS, errno, "%s cannot be read", path);

    observe_free(cred);
    while (error == 0 && getline(&line, &capacity, file) > 0) {
        int taken = read_line(line, cred);
        found += taken > 0;
        error = taken < 0 ? taken : 0;
    }
    free(line);
    (void)fclose(file);
    if (error != 0 || found != LINES)
        return fail_set(f, "status", FAIL_NO_PROCESS, error == 0 ? EPROTO : error,
                        "%s does not tell the whole state", path);
    return 0;
}
