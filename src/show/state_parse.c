#include "show/state_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/observe.h"
#include "text/number.h"

/* Reads decimal numbers separated by blanks, at most most. Returns their number; a value above most
 * when there are more, or something else. */
static size_t read_numbers(char *value, size_t most, uint32_t *numbers) {
    size_t count = 0;
    uint64_t number;
    char *rest;

    for (const char *word = strtok_r(value, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        if (count == most || number_parse(word, UINT32_MAX, &number) != 0)
            return most + 1;
        numbers[count++] = (uint32_t)number;
    }
    return count;
}

static int read_groups(char *value, struct groups *groups) {
    size_t most = strlen(value) / 2 + 1;

    groups->list = calloc(most, sizeof groups->list[0]);
    if (groups->list == NULL)
        return -ENOMEM;
    groups->count = read_numbers(value, most, groups->list);
    if (groups->count > most)
        return -EPROTO;
    observe_sort(groups);
    return 0;
}

static int read_ids(char *value, struct ids *ids) {
    uint32_t four[4];

    if (read_numbers(value, 4, four) != 4)
        return -EPROTO;
    *ids = (struct ids){four[0], four[1], four[2], four[3]};
    return 0;
}

static int read_flag(char *value, bool *flag) {
    uint32_t number;

    if (read_numbers(value, 1, &number) != 1 || number > 1)
        return -EPROTO;
    *flag = number == 1;
    return 0;
}

static int read_number(char *value, uint32_t *number) {
    return read_numbers(value, 1, number) == 1 ? 0 : -EPROTO;
}

/* The line has one number for each PID namespace of the thread, starting with that of /proc. */
static int read_levels(char *value, unsigned *levels) {
    enum { LEVELS_MOST = 33 }; /* pid_namespaces(7): 32 below the initial one */
    uint32_t numbers[LEVELS_MOST];

    size_t count = read_numbers(value, LEVELS_MOST, numbers);
    *levels = (unsigned)count;
    return count >= 1 && count <= LEVELS_MOST ? 0 : -EPROTO;
}

static int read_mode(char *value, struct process_state *state) {
    enum { MODE_FILTER = 2 };

    state->seccomp_known = read_number(value, &state->seccomp) == 0;
    return state->seccomp_known && state->seccomp <= MODE_FILTER ? 0 : -EPROTO;
}

/* Reads one letter, which is followed by its meaning in words. */
static int read_run_state(const char *value, bool *ended) {
    const char *letter = value + strspn(value, " \t");

    *ended = *letter == 'Z' || *letter == 'X';
    return *letter == '\0' ? -EPROTO : 0;
}

static int read_name(const char *value, const char **name) {
    *name = value + (value[0] == '\t');
    return 0;
}

static int read_set(const char *value, uint64_t *set) {
    const char *word = value + strspn(value, " \t");
    bool as_written = strpbrk(word, "ABCDEF") == NULL; /* the kernel writes lower-case letters */

    return as_written && number_parse_hex(word, set) == 0 ? 0 : -EPROTO;
}

/* The lines that are read, each of them once. */
enum {
    UID,
    GID,
    GROUPS,
    PERMITTED,
    EFFECTIVE,
    INHERITABLE,
    BOUNDING,
    AMBIENT,
    NO_NEW_PRIVS,
    NAME,
    PROCESS,
    PID,
    LEVELS,
    RUN_STATE,
    SECCOMP,
    LINES
};
enum { REQUIRED = (1u << LEVELS) - 1 }; /* all above LEVELS */

/* Reads a line, without its end; *found has a bit for each line read. Returns 0 or -errno. */
static int read_line(char *line, struct process_state *state, unsigned *found) {
    static const char *const keys[LINES] = {"Uid",    "Gid",    "Groups", "CapPrm",     "CapEff",
                                            "CapInh", "CapBnd", "CapAmb", "NoNewPrivs", "Name",
                                            "Tgid",   "Pid",    "NSpid",  "State",      "Seccomp"};
    struct cred *cred = &state->cred;
    uint64_t *const sets[LINES] = {[PERMITTED] = &cred->permitted,
                                   [EFFECTIVE] = &cred->effective,
                                   [INHERITABLE] = &cred->inheritable,
                                   [BOUNDING] = &cred->bounding,
                                   [AMBIENT] = &cred->ambient};
    char *value = strchr(line, ':');
    unsigned key = 0;

    if (value == NULL)
        return 0;
    *value++ = '\0';
    while (key < LINES && strcmp(line, keys[key]) != 0)
        key++;
    if (key == LINES)
        return 0;
    if ((*found & 1u << key) != 0)
        return -EPROTO;
    *found |= 1u << key;
    switch (key) {
    case UID:
        return read_ids(value, &cred->uid);
    case GID:
        return read_ids(value, &cred->gid);
    case GROUPS:
        return read_groups(value, &cred->groups);
    case NO_NEW_PRIVS:
        return read_flag(value, &cred->no_new_privs);
    case NAME:
        return read_name(value, &state->name);
    case PROCESS:
        return read_number(value, &state->process);
    case PID:
        return read_number(value, &state->pid);
    case LEVELS:
        return read_levels(value, &state->pid_levels);
    case RUN_STATE:
        return read_run_state(value, &state->ended);
    case SECCOMP:
        return read_mode(value, state);
    default:
        return read_set(value, sets[key]);
    }
}

int state_parse(char *text, size_t size, struct process_state *state) {
    const char *end = text + size;
    unsigned found = 0;
    int error = 0;

    for (char *line = text; error == 0 && line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = newline != NULL ? (size_t)(newline - line) : (size_t)(end - line);
        line[length] = '\0';
        error = strlen(line) == length ? read_line(line, state, &found) : -EPROTO;
        line += length + 1;
    }
    return error == 0 && (found & REQUIRED) != REQUIRED ? -EPROTO : error;
}
