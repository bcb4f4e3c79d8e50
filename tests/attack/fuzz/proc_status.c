/*
 * The parser of /proc/PID/status: what it accepts is complete, with each value once, as
 * the kernel writes it; what the kernel could not have written is refused.
 * Input: the file.
 */
#include "show/state_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/observe.h"
#include "fuzz.h"
#include "ref.h"

/* The value of the one line that starts with key and ':', as a separate string; NULL when there
 * is none, or more than one. */
static char *value_of(const char *text, size_t size, const char *key) {
    struct input input = input_of((const uint8_t *)text, size);
    size_t length = strlen(key), line_length;
    char *value = NULL;
    unsigned lines = 0;

    while (input.next != input.end) {
        char *line = input_until(&input, '\n', &line_length);
        if (strncmp(line, key, length) == 0 && line[length] == ':') {
            lines++;
            free(value);
            value = strdup(line + length + 1);
        }
        free(line);
    }
    if (lines <= 1)
        return value;
    free(value);
    return NULL;
}

/* Numbers separated by blanks; false if anything else is there. */
static bool read_numbers(char *value, size_t *count, uint32_t *numbers, size_t most) {
    const char *word;
    uint64_t number;

    for (*count = 0; (word = strsep(&value, " \t")) != NULL;) {
        if (word[0] == '\0')
            continue;
        if (*count == most || !ref_number(word, UINT32_MAX, &number))
            return false;
        numbers[(*count)++] = (uint32_t)number;
    }
    return true;
}

static bool read_ids(const char *text, size_t size, const char *key, struct ids *ids) {
    char *value = value_of(text, size, key);
    uint32_t four[4];
    size_t count = 0;

    bool good = value != NULL && read_numbers(value, &count, four, 4) && count == 4;
    if (good)
        *ids = (struct ids){four[0], four[1], four[2], four[3]};
    free(value);
    return good;
}

static bool read_set(const char *text, size_t size, const char *key, uint64_t *set) {
    char *value = value_of(text, size, key);
    const char *word = value == NULL ? "" : value + strspn(value, " \t");

    bool good = strpbrk(word, "ABCDEFXx") == NULL && ref_hex(word, set);
    free(value);
    return good;
}

static bool read_groups(const char *text, size_t size, struct groups *groups) {
    char *value = value_of(text, size, "Groups");
    size_t most = value == NULL ? 0 : strlen(value);

    groups->list = fuzz_allocate(most * sizeof(gid_t));
    bool good = value != NULL && read_numbers(value, &groups->count, groups->list, most);
    observe_sort(groups);
    free(value);
    return good;
}

static bool read_number(const char *text, size_t size, const char *key, uint32_t *number) {
    char *value = value_of(text, size, key);
    size_t count = 0;

    bool good = value != NULL && read_numbers(value, &count, number, 1) && count == 1;
    free(value);
    return good;
}

/* How often a line with this key is there. */
static unsigned lines_of(const char *text, size_t size, const char *key) {
    struct input input = input_of((const uint8_t *)text, size);
    size_t length = strlen(key), line_length;
    unsigned lines = 0;

    while (input.next != input.end) {
        char *line = input_until(&input, '\n', &line_length);
        lines += strncmp(line, key, length) == 0 && line[length] == ':';
        free(line);
    }
    return lines;
}

/* Two more that may be missing: whether the thread has ended, and its seccomp mode. */
static bool read_optional(const char *text, size_t size, struct process_state *expected) {
    char *value = value_of(text, size, "State");
    const char *letter = value == NULL ? "" : value + strspn(value, " \t");
    bool good = value == NULL ? lines_of(text, size, "State") == 0 : *letter != '\0';

    expected->ended = *letter == 'Z' || *letter == 'X';
    expected->seccomp_known = lines_of(text, size, "Seccomp") > 0;
    if (expected->seccomp_known)
        good = good && read_number(text, size, "Seccomp", &expected->seccomp) &&
               expected->seccomp <= 2;
    free(value);
    return good;
}

/* One line that may be missing. */
static bool read_levels(const char *text, size_t size, unsigned *levels) {
    char *value = value_of(text, size, "NSpid");
    uint32_t numbers[33];
    size_t count = 0;

    bool good = value != NULL ? read_numbers(value, &count, numbers, 33) && count > 0
                              : lines_of(text, size, "NSpid") == 0;
    *levels = (unsigned)count;
    free(value);
    return good;
}

/* The reference: every line that is asked for, once, and no NUL. */
static bool ref_status(const char *text, size_t size, struct cred *cred) {
    char *value = value_of(text, size, "NoNewPrivs");
    uint32_t flag = 0;
    size_t count = 0;

    bool good = value != NULL && read_numbers(value, &count, &flag, 1) && count == 1 && flag <= 1;
    cred->no_new_privs = flag == 1;
    free(value);
    return read_groups(text, size, &cred->groups) && good && memchr(text, '\0', size) == NULL &&
           read_ids(text, size, "Uid", &cred->uid) && read_ids(text, size, "Gid", &cred->gid) &&
           read_set(text, size, "CapPrm", &cred->permitted) &&
           read_set(text, size, "CapEff", &cred->effective) &&
           read_set(text, size, "CapInh", &cred->inheritable) &&
           read_set(text, size, "CapBnd", &cred->bounding) &&
           read_set(text, size, "CapAmb", &cred->ambient);
}

static void check_numbers(const struct process_state *state, const char *text, size_t size) {
    char *name = value_of(text, size, "Name");
    uint32_t pid, process;
    unsigned levels;

    CHECK(name != NULL && strcmp(state->name, name + (name[0] == '\t')) == 0, "%s", state->name);
    CHECK(read_number(text, size, "Pid", &pid) && pid == state->pid, "%u", state->pid);
    CHECK(read_number(text, size, "Tgid", &process) && process == state->process, "%u",
          state->process);
    CHECK(read_levels(text, size, &levels) && levels == state->pid_levels, "%u", state->pid_levels);
    struct process_state optional = {0};
    CHECK(read_optional(text, size, &optional) && optional.ended == state->ended &&
              optional.seccomp_known == state->seccomp_known && optional.seccomp == state->seccomp,
          "%d %u", state->ended, state->seccomp);
    free(name);
}

static bool has_numbers(const char *text, size_t size) {
    char *name = value_of(text, size, "Name");
    uint32_t number;
    unsigned levels;
    struct process_state optional = {0};

    bool good = name != NULL && read_number(text, size, "Pid", &number) &&
                read_number(text, size, "Tgid", &number) && read_levels(text, size, &levels) &&
                read_optional(text, size, &optional);
    free(name);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct process_state state = {.cred = {.cap_count = 41}};
    struct cred expected = {.cap_count = 41};

    char *text = fuzz_allocate(size + 1);
    char *cut_up = fuzz_allocate(size + 1);
    if (size > 0) {
        memcpy(text, data, size);
        memcpy(cut_up, data, size);
    }
    bool good = ref_status(text, size, &expected) && has_numbers(text, size);
    int status = state_parse(cut_up, size, &state);
    if (status == 0) {
        fuzz_count("read");
        CHECK(good, "accepted");
        const char *differs = cred_difference(&state.cred, &expected);
        CHECK(differs == NULL, "%s", differs);
        check_numbers(&state, text, size);
    } else {
        fuzz_count("refused");
        CHECK(!good, "refused");
        CHECK(status == -EPROTO, "%d", status);
    }
    free(cut_up);
    observe_free(&state.cred);
    free(expected.groups.list);
    free(text);
    return 0;
}
