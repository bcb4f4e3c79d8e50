#include "core/label.h"

#include <string.h>

static const struct {
    const char *name, *command; /* what stands before the label in a request */
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
    memcpy(text, KINDS[module].command, before);
    memcpy(text + before, label, length);
    return before + length;
}

/* " (enforce)" and the like. */
static bool is_mode(const char *text, size_t length) {
    return length > 3 && text[0] == ' ' && text[1] == '(' && text[length - 1] == ')' &&
           memchr(text + 2, '(', length - 2) == NULL;
}

bool label_matches(enum module module, const char *label, const char *text, size_t length) {
    size_t own = strlen(label);

    while (length > 0 && (text[length - 1] == '\0' || text[length - 1] == '\n'))
        length--;
    if (own == 0 || length < own || memcmp(text, label, own) != 0)
        return false;
    return length == own || (KINDS[module].tells_mode && is_mode(text + own, length - own));
}
