#include "core/label.h"

#include <string.h>

static const struct {
    const char *name, *command; /* the text before the label in a request */
    bool tells_mode;
} KINDS[MODULES] = {
    [MODULE_APPARMOR] = {"AppArmor", "exec ", true},
    [MODULE_SELINUX] = {"SELinux", "", false},
};

const char *label_module(enum module module) { return KINDS[module].name; }

size_t label_request(enum module module, const char *label, char text[LABEL_TEXT]) {
    size_t before = strlen(KINDS[module].command), length = strlen(label);

    if (length == 0 || length > LABEL_MOST)
        return 0;
    /* NOLINTBEGIN(bugprone-not-null-terminated-result): the kernel takes a length */
    memcpy(text, KINDS[module].command, before);
    memcpy(text + before, label, length);
    /* NOLINTEND(bugprone-not-null-terminated-result) */
    return before + length;
}

/* " (enforce)" and the like. */
static bool is_mode(const char *text, size_t length) {
    return length > 3 && text[0] == ' ' && text[1] == '(' && text[length - 1] == ')' &&
           memchr(text + 2, '(', length - 2) == NULL;
}

/* Returns the length of text before end. */
static size_t until(char end, const char *text, size_t length) {
    const char *at = memchr(text, end, length);

    return at == NULL ? length : (size_t)(at - text);
}

bool label_matches(enum module module, const char *label, const char *text, size_t length) {
    size_t own = strlen(label), told = until('\n', text, until('\0', text, length));

    if (own == 0 || told < own || memcmp(text, label, own) != 0)
        return false;
    return told == own || (KINDS[module].tells_mode && is_mode(text + own, told - own));
}
